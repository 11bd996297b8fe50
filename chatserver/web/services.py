"""What the pages need of the rest of the server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry

from chatserver.auth.addresses import Limits
from chatserver.auth.origins import Origins
from chatserver.desk.archive import Archive
from chatserver.desk.audit import Audit
from chatserver.desk.bundles import Bundles
from chatserver.desk.collection import Collection
from chatserver.desk.entrance import Entrance
from chatserver.desk.erasure import Erasure
from chatserver.desk.files import Files
from chatserver.desk.letters import Letters
from chatserver.desk.ports import Clock, People
from chatserver.desk.shares import Shares
from chatserver.desk.sign_in import SignIn
from chatserver.desk.site import Settled
from chatserver.desk.staff import Staff
from chatserver.desk.technicians import Technicians
from chatserver.desk.transcripts import Transcripts
from chatserver.desk.verification import Verification
from chatserver.settings import Settings
from chatserver.workshop import Workshop


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
