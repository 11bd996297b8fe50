"""Read models: conversations as lists show them, written with the events they come from."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.journal import Record, Wanted
from chatserver.core.people import Role
from chatserver.store.reader import Readers
from chatserver.store.rows import RECORD, read_record
from chatserver.store.writer import Writer

_FROM = f"SELECT {RECORD} FROM conversations"


@dataclass(slots=True)
class SqliteConversations:
    """Conversations by id, reference, customer and status."""

    writer: Writer
    readers: Readers

    async def find(self, conversation: str) -> Record | None:
        """By id."""
        return await self._one("WHERE id = ?", conversation)

    async def find_reference(self, reference: str) -> Record | None:
        """By what a person can read out."""
        return await self._one("WHERE reference = ?", reference)

    async def opened(self) -> Sequence[Record]:
        """All that are waiting or active, in order of opening."""
        return await self._many("WHERE status <> 'closed' ORDER BY opened_at, id")

    async def of_customer(self, customer: str, limit: int) -> Sequence[Record]:
        """Open ones first, then the newest."""
        return await self._many(
            "WHERE customer = ? ORDER BY status = 'closed', opened_at DESC LIMIT ?", customer, limit
        )

    async def listed(self, wanted: Wanted) -> Sequence[Record]:
        """A page of a list, newest first."""
        where, parameters = "WHERE status = ?", [wanted.status]
        if wanted.technician is not None:
            where, parameters = f"{where} AND technician = ?", [*parameters, wanted.technician]
        keys: list[str | int] = [*parameters]
        if wanted.before is not None:
            where, keys = f"{where} AND (opened_at, id) < (?, ?)", [*keys, *wanted.before]
        order = "ORDER BY opened_at DESC, id DESC LIMIT ?"
        return await self._many(f"{where} {order}", *keys, wanted.limit)

    async def mark_read(self, conversation: str, side: Role, seq: int) -> None:
        """Remember how far one side has read; never moves back."""
        column = "read_customer" if side is Role.CUSTOMER else "read_technician"
        sql = f"UPDATE conversations SET {column} = max({column}, ?) WHERE id = ?"
        await self.writer.do(lambda database: _run(database, sql, seq, conversation))

    async def _one(self, where: str, key: str) -> Record | None:
        found = await self._many(where, key)
        return found[0] if found else None

    async def _many(self, where: str, *parameters: str | int) -> list[Record]:
        rows = await self.readers.run(
            lambda database: database.execute(f"{_FROM} {where}", parameters).fetchall()
        )
        return [read_record(row) for row in rows]


def _run(database: sqlite3.Connection, sql: str, *parameters: str | int) -> None:
    database.execute(sql, parameters)
