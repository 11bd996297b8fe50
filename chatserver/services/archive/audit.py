"""Writing down who was given what, and showing it to who answers for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.access_keys import Key
from chatserver.core.audit import Deed, Doer, Entry
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.services.ports import AuditLog, Clock

SHOWN = 500
"""Lines that are shown of one conversation, the newest ones."""


@dataclass(slots=True)
class Audit:
    """The book in which every share, download and sending stands."""

    log: AuditLog
    clock: Clock

    async def note(
        self,
        deed: Deed,
        who: Customer | Technician | Key,
        conversation: Conversation,
        how: str = "",
    ) -> None:
        """Write down what was done with one conversation; raises Unavailable."""
        whose = conversation.customer.id
        await self.log.add(Entry(self.clock(), whose, conversation.id, deed, how, Doer.of(who)))

    async def note_all(
        self, deed: Deed, who: Customer | Technician | Key, customer: str, how: str = ""
    ) -> None:
        """Write down what was done with everything of a customer's; raises Unavailable."""
        await self.log.add(Entry(self.clock(), customer, "", deed, how, Doer.of(who)))

    async def of(
        self, conversation: Conversation, reader: Customer | Technician
    ) -> Sequence[Entry]:
        """The newest lines first; raises Refused `not_allowed` for who does not supervise."""
        if isinstance(reader, Customer) or not reader.rank.supervises:
            raise Refused(Code.NOT_ALLOWED)
        return await self.log.of_conversation(conversation.customer.id, conversation.id, SHOWN)
