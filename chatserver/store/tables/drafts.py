"""Technicians' drafts in SQLite."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.conversation.draft import Draft
from chatserver.store.engine.database import execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.writer import Writer

_SAVE = """
    INSERT INTO drafts (technician, conversation, text, at) VALUES (?, ?, ?, ?)
    ON CONFLICT (technician, conversation) DO UPDATE SET text = excluded.text, at = excluded.at"""


@dataclass(slots=True)
class SqliteDrafts:
    """One row for each technician and conversation."""

    writer: Writer
    readers: ReadPool

    async def save_draft(self, technician: str, draft: Draft, at: int) -> None:
        """Store a draft (`at` in ms since 1970) in place of the one before in its conversation."""
        if draft.text:
            values = (technician, draft.conversation, draft.text, at)
            await self.writer.do_beside(lambda database: execute(database, _SAVE, values))
            return
        sql = "DELETE FROM drafts WHERE technician = ? AND conversation = ?"
        await self.writer.do_beside(
            lambda database: execute(database, sql, (technician, draft.conversation))
        )

    async def list_drafts(self, technician: str) -> Sequence[Draft]:
        """Return a technician's 100 newest drafts, newest first."""
        sql = "SELECT conversation, text FROM drafts WHERE technician = ? "
        sql += "ORDER BY at DESC LIMIT 100"
        rows = await self.readers.run(
            lambda database: database.execute(sql, (technician,)).fetchall()
        )
        return [Draft(*row) for row in rows]
