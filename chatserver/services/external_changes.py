"""Reloads what the operator's commands have changed in the database beside this server."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

import structlog

from chatserver.core.errors import Unavailable
from chatserver.core.notifications import AccountRemoved
from chatserver.services.bus import Bus
from chatserver.services.customers import CustomerStore
from chatserver.services.site import SiteSettings
from chatserver.services.technicians import Technicians

POLL_S = 1.0
"""Seconds between two polls: SQLite does not notify a program when another one has written."""

RETRY_S = 30.0
"""Seconds until the next poll after one that failed."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("external changes")


class OtherWriters(Protocol):
    """The other programs that write into the database."""

    async def data_version(self) -> int:
        """Return a number that changes after one of them has written."""


@dataclass(slots=True)
class ExternalChanges:
    """Polls the database and reloads what this server keeps in memory.

    That is what the administrator chose, the technicians with their topics, and which customers
    were erased while they are connected.
    """

    writers: OtherWriters
    site: SiteSettings
    technicians: Technicians
    customers: CustomerStore
    bus: Bus
    _version: int | None = None

    async def run(self) -> None:
        """Poll once a second, until cancelled; a poll that fails is logged and tried again."""
        while True:
            pause_s = POLL_S
            try:
                await self.reload_if_changed()
            except Unavailable as error:
                _log.warning("cannot look for changes", code=error.code)
                pause_s = RETRY_S
            except Exception:
                _log.exception("looking for changes failed")
                pause_s = RETRY_S
            await asyncio.sleep(pause_s)

    async def reload_if_changed(self) -> None:
        """Reload what is kept in memory, if another program has written since the last poll."""
        version = await self.writers.data_version()
        if version != self._version:
            await self.site.reload_settings()
            await self._dismiss_erased()
            # A technician changed here in the meantime must be read once more, so the poll repeats.
            self._version = version if await self.technicians.reload_technicians() else None

    async def _dismiss_erased(self) -> None:
        for customer in await self.customers.filter_unknown(
            self.technicians.dispatcher.customer_presence.connected_ids()
        ):
            self.bus.publish(AccountRemoved(customer))
