"""Import of an exported conversation into the log, unchanged."""

from dataclasses import dataclass

from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Conflict
from chatserver.core.log import Append, LogPage, SeqConflict
from chatserver.services.log import ConversationStore, Log
from chatserver.transcript.authenticity.parse import Export, parse_transcript


@dataclass(slots=True)
class ConversationImporter:
    """Imports `transcript.json` files."""

    log: Log
    store: ConversationStore

    async def import_transcript(self, content: bytes) -> tuple[Conversation, bool]:
        """Return the conversation of a `transcript.json`, and True if it is new here.

        Raises ValueError for an incomplete transcript, Conflict for a conversation that is here
        with other content, or with a reference that is taken.
        """
        export = parse_transcript(content)
        state = export.state
        if await self.store.find_by_id(state.id) is not None:
            if not await self._has(export):
                raise Conflict
            return state, False
        if await self.store.find_by_reference(state.reference) is not None:
            raise Conflict
        try:
            await self.log.append_imported(Append(export.events, state), export.salts)
        except SeqConflict:
            raise Conflict from None
        return state, True

    async def _has(self, export: Export) -> bool:
        """Return True if the log begins with all events of the export."""
        page = LogPage(after=0, limit=len(export.events))
        found = await self.log.read_page(export.state.id, page, internal=True)
        return tuple(found) == export.events
