"""Senders of incoming e-mail and the conversations that are answered by e-mail, in SQLite."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.people import Customer
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import CUSTOMER, read_customer
from chatserver.store.engine.writer import Writer


@dataclass(slots=True)
class SqliteMailSenders:
    """Customers by address, and the ids of the conversations that are mail cases."""

    writer: Writer
    readers: ReadPool

    async def find_sender(self, email: str) -> Customer | None:
        """Return the customer that wrote from this address before, or None."""
        return await self.readers.run(lambda database: _find_sender(database, email))

    async def find_confirmed(self, email: str) -> Customer | None:
        """Return the customer that confirmed this address, the last of several, or None."""
        sql = (
            f"SELECT {CUSTOMER} FROM addresses a JOIN customers c ON c.id = a.customer "
            "WHERE a.email = ? ORDER BY a.confirmed_at DESC LIMIT 1"
        )
        row = await self.readers.run(lambda database: database.execute(sql, (email,)).fetchone())
        return None if row is None else read_customer(row)

    async def save_sender(self, email: str, newcomer: Customer) -> Customer:
        """Return the customer of this address; `newcomer` is stored if there is none yet."""

        def save(database: Database) -> Customer:
            known = _find_sender(database, email)
            if known is not None:
                return known
            execute(
                database,
                "INSERT INTO customers (id, subject, name, email, locale, priority) "
                "VALUES (?, NULL, ?, ?, ?, 0)",
                (newcomer.id, newcomer.name, newcomer.email, newcomer.locale),
            )
            execute(database, "INSERT INTO mail_senders VALUES (?, ?)", (email, newcomer.id))
            return newcomer

        return await self.writer.do(save)

    async def add_case(self, conversation: str) -> None:
        """Remember that a conversation is answered by e-mail."""
        sql = "INSERT INTO mail_cases VALUES (?) ON CONFLICT DO NOTHING"
        await self.writer.do(lambda database: execute(database, sql, (conversation,)))

    async def remove_case(self, conversation: str) -> None:
        """Forget a conversation of which nothing is to be sent any more."""
        sql = "DELETE FROM mail_cases WHERE conversation = ?"
        await self.writer.do(lambda database: execute(database, sql, (conversation,)))

    async def list_cases(self) -> Sequence[str]:
        """Return the ids of all conversations that are answered by e-mail."""
        sql = "SELECT conversation FROM mail_cases ORDER BY conversation"
        rows = await self.readers.run(lambda database: database.execute(sql).fetchall())
        return [row[0] for row in rows]


def _find_sender(database: Database, email: str) -> Customer | None:
    row = database.execute(
        f"SELECT {CUSTOMER} FROM mail_senders s JOIN customers c ON c.id = s.customer "
        "WHERE s.email = ?",
        (email,),
    ).fetchone()
    return None if row is None else read_customer(row)
