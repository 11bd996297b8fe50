"""Drafts: texts that technicians have begun to write, kept for their other devices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chatserver.core.conversation.draft import Draft
from chatserver.core.conversation.state import may_read
from chatserver.core.errors import Refused
from chatserver.core.people import Technician
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations


class DraftStore(Protocol):
    """Technicians' drafts; every method raises Unavailable where the disk fails."""

    async def save_draft(self, technician: str, draft: Draft, at: int) -> None:
        """Store a draft (`at` in ms since 1970) in place of the one before in its conversation.

        An empty draft removes it.
        """

    async def list_drafts(self, technician: str) -> Sequence[Draft]:
        """Return a technician's 100 newest drafts, newest first."""


@dataclass(slots=True)
class Drafts:
    """Stores one draft for each technician and conversation."""

    conversations: Conversations
    store: DraftStore
    clock: Clock

    async def save_draft(self, technician: Technician, draft: Draft) -> bool:
        """Store a technician's draft; return False for a conversation they may not write about.

        That is one that they may not read, or that is erased.
        """
        record = await self.conversations.find_record(draft.conversation)
        if record is None or not may_read(record.conversation, technician):
            return False
        try:
            await self.store.save_draft(technician.id, draft, self.clock())
        except Refused:
            return False
        return True

    async def list_drafts(self, technician: Technician) -> Sequence[Draft]:
        """Return the technician's drafts."""
        return await self.store.list_drafts(technician.id)
