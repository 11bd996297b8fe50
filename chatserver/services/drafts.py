"""Drafts: texts that technicians have begun to write, kept for their other devices."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.conversation.draft import Draft
from chatserver.core.conversation.state import may_read
from chatserver.core.errors import Refused
from chatserver.core.people import Technician
from chatserver.services.accounts import TechnicianStore
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations


@dataclass(slots=True)
class Drafts:
    """Stores one draft for each technician and conversation."""

    conversations: Conversations
    technicians: TechnicianStore
    clock: Clock

    async def save_draft(self, technician: Technician, draft: Draft) -> bool:
        """Store a technician's draft; return False for a conversation they may not write about.

        That is one that they may not read, or that is erased.
        """
        record = await self.conversations.find_record(draft.conversation)
        if record is None or not may_read(record.conversation, technician):
            return False
        try:
            await self.technicians.save_draft(technician.id, draft, self.clock())
        except Refused:
            return False
        return True

    async def list_drafts(self, technician: Technician) -> Sequence[Draft]:
        """Return the technician's drafts."""
        return await self.technicians.list_drafts(technician.id)
