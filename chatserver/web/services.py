"""What the pages need of the rest of the server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry

from chatserver.auth.addresses import Limits
from chatserver.auth.origins import Origins
from chatserver.services.accounts import Staff
from chatserver.services.archive.archive_login import Entrance
from chatserver.services.archive.audit import Audit
from chatserver.services.archive.customer_archive import Collection
from chatserver.services.archive.erasure import Erasure
from chatserver.services.archive.sealing import Archive
from chatserver.services.archive.shares import Shares
from chatserver.services.archive.transcripts import Transcripts
from chatserver.services.archive.verification import Verification
from chatserver.services.archive.zip_export import Bundles
from chatserver.services.files import Files
from chatserver.services.mail.requests import Letters
from chatserver.services.ports import Clock, People
from chatserver.services.sign_in import SignIn
from chatserver.services.site import Settled
from chatserver.services.technicians import Technicians
from chatserver.settings import Settings
from chatserver.workers.pool import Workshop


class Health(Protocol):
    """Whether this server should be sent customers."""

    def troubles(self) -> list[str]:
        """Why not, in words; empty when it should."""


@dataclass(frozen=True, slots=True)
class WebServices:
    """The services that handlers call."""

    settings: Settings
    sign_in: SignIn
    transcripts: Transcripts
    people: People
    health: Health
    registry: CollectorRegistry
    clock: Clock
    origins: Origins
    static: Path
    workshop: Workshop
    files: Files
    site: Settled
    staff: Staff
    technicians: Technicians
    audit: Audit
    archive: Archive
    verification: Verification
    checks: Limits
    shares: Shares
    collection: Collection
    bundles: Bundles
    entrance: Entrance
    erasure: Erasure
    letters: Letters


SERVICES = web.AppKey("services", WebServices)
