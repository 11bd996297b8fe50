"""Technicians at work: what they chose to be, and the topics they serve."""

from dataclasses import dataclass, replace

from chatserver.core.errors import Code, Refused
from chatserver.core.people import Technician, TechnicianStatus, Topic
from chatserver.services.accounts import TechnicianStore
from chatserver.services.pairing.dispatcher import Dispatcher


@dataclass(slots=True)
class Technicians:
    """Changes what technicians are, on disk first, and tells the desk."""

    store: TechnicianStore
    dispatcher: Dispatcher

    async def set_status(
        self, technician: Technician, status: TechnicianStatus, capacity: int | None
    ) -> Technician:
        """Another status, and perhaps another capacity; both outlast the connection."""
        current = await self.current(technician)
        changed = await self.store.change_technician(
            current, lambda each: replace(each, status=status, capacity=capacity or each.capacity)
        )
        self.announce_change(changed)
        return changed

    def announce_change(self, technician: Technician) -> None:
        """Somebody was hired, dismissed, or works under other terms."""
        self.dispatcher.technician_changes(technician)

    async def reload_technicians(self) -> bool:
        """Take up what was changed on disk beside this server.

        False when somebody changed here at the same time, and it must be read once more.
        """
        before = self._known()
        technicians = await self.store.list_technicians()
        known, settled = self._known(), True
        for technician in technicians:
            current = known.get(technician.id)
            if technician == current or (technician.gone and current is None):
                continue
            if current is before.get(technician.id):
                self.announce_change(technician)
            else:
                settled = False
        return settled

    async def current(self, technician: Technician) -> Technician:
        """As they are on disk now; raises Refused `not_signed_in` for who was removed."""
        current = await self.store.find_technician(technician.id)
        if current is None or current.gone:
            raise Refused(Code.NOT_SIGNED_IN)
        return current

    def find_colleague(self, technician: str) -> Technician:
        """Somebody to hand over to; raises Refused `invalid` for who is not there."""
        seat = self.dispatcher.routing.workloads.get(technician)
        if seat is None or not seat.connected:
            raise Refused(Code.INVALID, field="technician")
        return seat.technician

    async def check_topic(self, topic: str | None) -> str | None:
        """A topic that exists; raises Refused `invalid` for one that does not."""
        if topic is not None and all(each.id != topic for each in await self.list_topics()):
            raise Refused(Code.INVALID, field="topic")
        return topic

    async def list_topics(self) -> list[Topic]:
        """All topics, by name; `technician add` may have made one a moment ago."""
        return list(await self.store.list_topics())

    def _known(self) -> dict[str, Technician]:
        seats = self.dispatcher.routing.workloads
        return {name: seat.technician for name, seat in seats.items()}
