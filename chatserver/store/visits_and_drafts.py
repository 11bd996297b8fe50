"""What technicians see beside the log: who the customer is, and what is half written."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from chatserver.core.log_types import Draft, Visit
from chatserver.store.reader import ReadPool
from chatserver.store.rows import as_json
from chatserver.store.writer import Writer


@dataclass(slots=True)
class SqliteVisits:
    """The last visit of each customer."""

    writer: Writer
    readers: ReadPool

    async def save_visit(self, customer: str, visit: Visit) -> None:
        """Remember how a customer came, in place of the time before."""
        sql = "INSERT OR REPLACE INTO visits (customer, at, context) VALUES (?, ?, ?)"
        context = {
            "page": visit.page,
            "agent": visit.agent,
            "locale": visit.locale,
            "timezone": visit.timezone,
            "attributes": dict(visit.attributes),
        }
        await self.writer.do(
            lambda database: _run(database, sql, customer, visit.at, as_json(context))
        )

    async def last_visit(self, customer: str) -> Visit | None:
        """How a customer came last."""
        sql = "SELECT at, context FROM visits WHERE customer = ?"
        row = await self.readers.run(lambda database: database.execute(sql, (customer,)).fetchone())
        return None if row is None else Visit(row[0], **orjson.loads(row[1]))


@dataclass(slots=True)
class SqliteDrafts:
    """What each technician has begun to write, conversation by conversation."""

    writer: Writer
    readers: ReadPool

    async def save_draft(self, technician: str, draft: Draft, at: int) -> None:
        """Keep a draft in place of the one before; an empty one is none."""
        if draft.text:
            sql = "INSERT OR REPLACE INTO drafts (technician, conversation, text, at) "
            values = (technician, draft.conversation, draft.text, at)
            await self.writer.do(
                lambda database: _run(database, f"{sql} VALUES (?, ?, ?, ?)", *values)
            )
            return
        sql = "DELETE FROM drafts WHERE technician = ? AND conversation = ?"
        await self.writer.do(lambda database: _run(database, sql, technician, draft.conversation))

    async def list_drafts(self, technician: str) -> Sequence[Draft]:
        """All of one technician's, the newest first."""
        sql = "SELECT conversation, text FROM drafts WHERE technician = ? "
        sql += "ORDER BY at DESC LIMIT 100"
        rows = await self.readers.run(
            lambda database: database.execute(sql, (technician,)).fetchall()
        )
        return [Draft(*row) for row in rows]


def _run(database: sqlite3.Connection, sql: str, *parameters: str | int) -> None:
    database.execute(sql, parameters)
