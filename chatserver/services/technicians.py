"""Changes of technicians at work: status, capacity, and accounts that commands have changed."""

from dataclasses import dataclass, replace

from chatserver.core.errors import Code, Refused
from chatserver.core.log import AnsweredRequest, RequestKey
from chatserver.core.people import Technician, TechnicianStatus
from chatserver.protocol.views import technician_view
from chatserver.services.accounts import TechnicianStore
from chatserver.services.pairing.dispatcher import Dispatcher


@dataclass(slots=True)
class Technicians:
    """Changes technicians' accounts, on disk first, and then updates the dispatcher."""

    store: TechnicianStore
    dispatcher: Dispatcher

    async def set_status(
        self,
        technician: Technician,
        status: TechnicianStatus,
        capacity: int | None,
        request: RequestKey | None = None,
    ) -> Technician:
        """Set the status, and a capacity if there is one; both outlast the connection.

        Raises Refused `not_signed_in` for a dismissed technician, DuplicateRequest for a request
        that was answered before.
        """

        def chosen(each: Technician) -> Technician:
            if each.gone:
                raise Refused(Code.NOT_SIGNED_IN)
            return replace(each, status=status, capacity=capacity or each.capacity)

        def answered(changed: Technician) -> AnsweredRequest:
            assert request is not None
            return AnsweredRequest(changed.id, request, {"technician": technician_view(changed)})

        changed = await self.store.change_technician(
            technician, chosen, answered if request else None
        )
        self.announce_change(changed)
        return changed

    def announce_change(self, technician: Technician) -> None:
        """Update the dispatcher after a technician was added, changed or dismissed."""
        self.dispatcher.technician_changed(technician)

    async def reload_technicians(self) -> bool:
        """Reload the accounts that another program has changed on disk.

        Return False when one of them was changed here in the meantime: it must be read once more.
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
        """Return the stored account; raises Refused `not_signed_in` for a dismissed technician."""
        current = await self.store.find_technician(technician.id)
        if current is None or current.gone:
            raise Refused(Code.NOT_SIGNED_IN)
        return current

    def find_colleague(self, technician: str) -> Technician:
        """Return a connected technician by id; raises Refused `invalid` if there is none."""
        workload = self.dispatcher.router.workloads.get(technician)
        if workload is None or not workload.connected:
            raise Refused(Code.INVALID, field="technician")
        return workload.technician

    def _known(self) -> dict[str, Technician]:
        workloads = self.dispatcher.router.workloads
        return {name: workload.technician for name, workload in workloads.items()}
