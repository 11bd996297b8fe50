"""The audit trail: a record of everything given out, for supervisors to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chatserver.core.access_keys import AccessKey
from chatserver.core.audit import AuditAction, AuditActor, AuditEntry, IssuedFile
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.services.clock import Clock

MAX_SHOWN_ENTRIES = 500
"""Entries that are shown of one conversation, the newest ones."""


class AuditLog(Protocol):
    """The stored audit entries, and the SHA-256 of every file that was given out.

    Every method raises Unavailable where the disk fails.
    """

    async def add_entry(self, entry: AuditEntry) -> None:
        """Append an entry."""

    async def list_entries(
        self, customer: str, conversation: str, limit: int
    ) -> Sequence[AuditEntry]:
        """Return the newest entries on a conversation or on all of its customer's, newest first."""

    async def add_issued_files(self, given: Sequence[IssuedFile]) -> None:
        """Remember files that are about to be given out; the same one again changes nothing."""

    async def find_issued_file(self, digest: bytes) -> IssuedFile | None:
        """Return the first file given out with this SHA-256, or None."""


@dataclass(slots=True)
class AuditTrail:
    """Records every share, download and e-mail of a conversation, and reads the record back."""

    log: AuditLog
    clock: Clock

    async def record(
        self,
        action: AuditAction,
        actor: Customer | Technician | AccessKey,
        conversation: Conversation,
        how: str = "",
    ) -> None:
        """Record what was done with one conversation; raises Unavailable."""
        owner = conversation.customer.id
        await self._add(action, actor, owner, conversation=conversation.id, how=how)

    async def record_for_customer(
        self,
        action: AuditAction,
        actor: Customer | Technician | AccessKey,
        customer: str,
        how: str = "",
    ) -> None:
        """Record what was done with the whole archive of a customer; raises Unavailable."""
        await self._add(action, actor, customer, conversation="", how=how)

    async def _add(
        self,
        action: AuditAction,
        actor: Customer | Technician | AccessKey,
        customer: str,
        *,
        conversation: str,
        how: str,
    ) -> None:
        await self.log.add_entry(
            AuditEntry(
                at=self.clock(),
                customer=customer,
                conversation=conversation,
                deed=action,
                how=how,
                doer=AuditActor.from_principal(actor),
            )
        )

    async def read_entries(
        self, conversation: Conversation, reader: Customer | Technician
    ) -> Sequence[AuditEntry]:
        """Return the newest entries first; raises Refused `not_allowed` except for supervisors."""
        if isinstance(reader, Customer) or not reader.rank.supervises:
            raise Refused(Code.NOT_ALLOWED)
        return await self.log.list_entries(
            conversation.customer.id, conversation.id, MAX_SHOWN_ENTRIES
        )
