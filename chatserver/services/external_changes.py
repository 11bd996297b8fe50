"""What commands change in the database counts at once in the server that runs beside them."""

from dataclasses import dataclass, field
from typing import Protocol

from chatserver.core.notifications import AccountRemoved
from chatserver.services.bus import Bus
from chatserver.services.customers import CustomerStore
from chatserver.services.follower import Follower
from chatserver.services.site import SiteSettings
from chatserver.services.technicians import Technicians

LOOKS_EVERY_S = 1.0
"""Seconds between two looks: one database does not call another program."""


class OtherWriters(Protocol):
    """The other programs that write into the database."""

    async def version(self) -> int:
        """Another number after one of them has written."""


@dataclass(slots=True)
class ExternalChanges:
    """Looks whether somebody else has written, and then takes up what this server keeps in mind:
    the administrator's choices, the technicians and their topics, and who was erased.
    """

    writers: OtherWriters
    site: SiteSettings
    technicians: Technicians
    customers: CustomerStore
    bus: Bus
    follower: Follower = field(init=False)
    _seen: int | None = None

    def __post_init__(self) -> None:
        self.follower = Follower("neighbours", self.look)

    async def look(self) -> float:
        """Take up what is new; the seconds until the next look."""
        version = await self.writers.version()
        if version != self._seen:
            await self.site.reread()
            await self._dismiss_erased()
            self._seen = version if await self.technicians.reread() else None
        return LOOKS_EVERY_S

    async def _dismiss_erased(self) -> None:
        for customer in await self.customers.filter_unknown(
            self.technicians.dispatcher.customers.connected()
        ):
            self.bus.publish(AccountRemoved(customer))
