"""Writing down who was given what, and showing it to who answers for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.access_keys import AccessKey
from chatserver.core.audit import AuditAction, AuditActor, AuditEntry
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.services.ports import AuditLog, Clock

SHOWN = 500
"""Lines that are shown of one conversation, the newest ones."""


@dataclass(slots=True)
class AuditTrail:
    """The book in which every share, download and sending stands."""

    log: AuditLog
    clock: Clock

    async def note(
        self,
        deed: AuditAction,
        who: Customer | Technician | AccessKey,
        conversation: Conversation,
        how: str = "",
    ) -> None:
        """Write down what was done with one conversation; raises Unavailable."""
        whose = conversation.customer.id
        await self.log.add_entry(
            AuditEntry(
                self.clock(), whose, conversation.id, deed, how, AuditActor.from_principal(who)
            )
        )

    async def note_all(
        self,
        deed: AuditAction,
        who: Customer | Technician | AccessKey,
        customer: str,
        how: str = "",
    ) -> None:
        """Write down what was done with everything of a customer's; raises Unavailable."""
        await self.log.add_entry(
            AuditEntry(self.clock(), customer, "", deed, how, AuditActor.from_principal(who))
        )

    async def of(
        self, conversation: Conversation, reader: Customer | Technician
    ) -> Sequence[AuditEntry]:
        """The newest lines first; raises Refused `not_allowed` for who does not supervise."""
        if isinstance(reader, Customer) or not reader.rank.supervises:
            raise Refused(Code.NOT_ALLOWED)
        return await self.log.list_entries(conversation.customer.id, conversation.id, SHOWN)
