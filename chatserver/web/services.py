"""The services that the HTTP handlers call."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry

from chatserver.auth.addresses import AddressRateLimiter
from chatserver.auth.origins import Origins
from chatserver.services.accounts import Accounts
from chatserver.services.archive.archive_login import ArchiveLogin
from chatserver.services.archive.audit import AuditTrail
from chatserver.services.archive.customer_archive import CustomerArchive
from chatserver.services.archive.erasure import Erasure
from chatserver.services.archive.sealing import ArchiveSealer
from chatserver.services.archive.shares import Shares
from chatserver.services.archive.transcripts import Transcripts
from chatserver.services.archive.verification import IssuedFileVerification
from chatserver.services.archive.zip_export import ZipExport
from chatserver.services.files import Files
from chatserver.services.mail.requests import MailRequests
from chatserver.services.ports import AccountStore, Clock
from chatserver.services.sign_in import SignInService
from chatserver.services.site import SiteSettings
from chatserver.services.technicians import Technicians
from chatserver.settings import Settings
from chatserver.workers.pool import WorkerPool


class Health(Protocol):
    """The readiness of this server."""

    def troubles(self) -> list[str]:
        """Return the reasons to send customers elsewhere; empty if there are none."""


@dataclass(frozen=True, slots=True)
class WebServices:
    """The services that the HTTP handlers call."""

    settings: Settings
    sign_in: SignInService
    transcripts: Transcripts
    people: AccountStore
    health: Health
    registry: CollectorRegistry
    clock: Clock
    origins: Origins
    static: Path
    workshop: WorkerPool
    files: Files
    site: SiteSettings
    staff: Accounts
    technicians: Technicians
    audit: AuditTrail
    archive: ArchiveSealer
    verification: IssuedFileVerification
    checks: AddressRateLimiter
    shares: Shares
    collection: CustomerArchive
    bundles: ZipExport
    entrance: ArchiveLogin
    erasure: Erasure
    letters: MailRequests


SERVICES = web.AppKey("services", WebServices)
