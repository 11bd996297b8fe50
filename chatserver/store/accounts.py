"""Customers, technicians and topics on disk, and what technicians sign in with."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatserver.core.people import Customer, Technician, Topic
from chatserver.store.reader import ReadPool
from chatserver.store.rows import CUSTOMER, TECHNICIAN, as_json, read_customer, read_technician
from chatserver.store.writer import Writer

Value = str | int | bytes | None


@dataclass(slots=True)
class SqliteAccounts:
    """Who customers and technicians are."""

    writer: Writer
    readers: ReadPool

    async def find_customer(self, customer: str) -> Customer | None:
        return await self._customer("WHERE c.id = ?", customer)

    async def find_customer_by_token(self, digest: bytes) -> Customer | None:
        return await self._customer(
            "JOIN customer_tokens k ON k.customer = c.id WHERE k.digest = ?", digest
        )

    async def find_customer_by_subject(self, subject: str) -> Customer | None:
        return await self._customer("WHERE c.subject = ?", subject)

    async def filter_unknown(self, customers: Sequence[str]) -> set[str]:
        """Those of some customers who are not kept, or no longer."""
        sql = "SELECT id FROM customers WHERE id IN (SELECT value FROM json_each(?))"
        asked = as_json(list(customers))
        rows = await self.readers.run(lambda database: database.execute(sql, (asked,)).fetchall())
        return set(customers) - {row[0] for row in rows}

    async def save_customer(self, customer: Customer, token: bytes | None) -> None:
        """Add or change a customer; `token` is the digest of one more token that names them."""
        await self.writer.do(lambda database: _save_customer(database, customer, token))

    async def find_technician(self, technician: str) -> Technician | None:
        sql = f"SELECT {TECHNICIAN} FROM technicians t WHERE t.id = ?"
        row = await self.readers.glance(
            lambda database: database.execute(sql, (technician,)).fetchone()
        )
        return None if row is None else read_technician(row)

    async def list_technicians(self) -> Sequence[Technician]:
        sql = f"SELECT {TECHNICIAN} FROM technicians t ORDER BY t.name, t.id"
        rows = await self.readers.run(lambda database: database.execute(sql).fetchall())
        return [read_technician(row) for row in rows]

    async def save_technician(self, technician: Technician) -> None:
        """Add or change a technician."""
        await self.writer.do(lambda database: save_technician(database, technician))

    async def change_technician(
        self, technician: Technician, terms: Callable[[Technician], Technician]
    ) -> Technician:
        """Keep them under these terms, as they are kept now or else as given, in one step: what
        another program changed a moment ago stays."""
        return await self.writer.do(lambda database: _change(database, technician, terms))

    async def list_topics(self) -> Sequence[Topic]:
        rows = await self.readers.glance(
            lambda database: database.execute(
                "SELECT id, name FROM topics ORDER BY place, name"
            ).fetchall()
        )
        return [Topic(*row) for row in rows]

    async def replace_topics(self, topics: Sequence[Topic]) -> None:
        """These and no others, in this order."""
        await self.writer.do(lambda database: _keep_topics(database, topics))

    async def save_topic(self, topic: Topic) -> None:
        await self.writer.do(lambda database: save_topic(database, topic))

    async def _customer(self, where: str, key: str | bytes) -> Customer | None:
        row = await self.readers.glance(
            lambda database: database.execute(
                f"SELECT {CUSTOMER} FROM customers c {where}", (key,)
            ).fetchone()
        )
        return None if row is None else read_customer(row)


@dataclass(slots=True)
class SqliteCredentials:
    """Passwords as hashes; links, sessions and tokens as digests."""

    writer: Writer
    readers: ReadPool

    async def find_technician_by_login(self, login: str) -> tuple[Technician, str | None] | None:
        """With the password's hash, None when none was set."""
        row = await self.readers.glance(
            lambda database: database.execute(
                f"SELECT {TECHNICIAN}, t.password FROM technicians t WHERE t.login = ?", (login,)
            ).fetchone()
        )
        return None if row is None else (read_technician(row[:-1]), row[-1])

    async def save_password_hash(self, technician: str, hashed: str) -> None:
        sql = "UPDATE technicians SET password = ? WHERE id = ?"
        await self.writer.do(lambda database: _run(database, sql, hashed, technician))

    async def add_secret(self, kind: str, digest: bytes, technician: str, until: int) -> None:
        """Keep a `link`, `session`, `device` or `token`, good until then (ms); 0 is for ever."""
        sql = "INSERT INTO secrets VALUES (?,?,?,?)"
        await self.writer.do(lambda database: _run(database, sql, kind, digest, technician, until))

    async def revoke_secrets(
        self, technician: str, kind: str | None, but: bytes | None
    ) -> Sequence[bytes]:
        """Make secrets of one kind, or of all, good no more; the digests, without `but`."""
        return await self.writer.do(lambda database: _withdraw(database, technician, kind, but))

    async def find_secret_owner(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Whose it is, while it is good."""
        return await self.readers.glance(lambda database: _owner(database, kind, digest, now))

    async def consume_secret(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Whose it is, and from now on it is good no more; one of many takers gets it."""
        return await self.writer.do(lambda database: _take(database, kind, digest, now))


def save_technician(database: sqlite3.Connection, technician: Technician) -> None:
    """Add or change a technician; the password stays as it is."""
    _run(
        database,
        "INSERT INTO technicians (id, login, name, rank, status, capacity, topics, gone, "
        "skills, languages, level) VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
        "login = excluded.login, name = excluded.name, rank = excluded.rank, "
        "status = excluded.status, capacity = excluded.capacity, topics = excluded.topics, "
        "gone = excluded.gone, skills = excluded.skills, languages = excluded.languages, "
        "level = excluded.level",
        technician.id,
        technician.login,
        technician.name,
        technician.rank,
        technician.status,
        technician.capacity,
        as_json(sorted(technician.topics)),
        int(technician.gone),
        as_json(sorted(technician.skills)),
        as_json(sorted(technician.languages)),
        technician.level,
    )


def _change(
    database: sqlite3.Connection, technician: Technician, terms: Callable[[Technician], Technician]
) -> Technician:
    row = database.execute(
        f"SELECT {TECHNICIAN} FROM technicians t WHERE t.id = ?", (technician.id,)
    ).fetchone()
    changed = terms(technician if row is None else read_technician(row))
    save_technician(database, changed)
    return changed


def save_topic(database: sqlite3.Connection, topic: Topic) -> None:
    """Add a topic at the end, or rename it."""
    _run(
        database,
        "INSERT INTO topics (id, name, place) "
        "SELECT ?, ?, coalesce(max(place) + 1, 0) FROM topics WHERE true "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        topic.id,
        topic.name,
    )


def _keep_topics(database: sqlite3.Connection, topics: Sequence[Topic]) -> None:
    database.execute("DELETE FROM topics")
    rows = [(topic.id, topic.name, place) for place, topic in enumerate(topics)]
    database.executemany("INSERT INTO topics (id, name, place) VALUES (?,?,?)", rows)


def _save_customer(database: sqlite3.Connection, customer: Customer, token: bytes | None) -> None:
    _run(
        database,
        "INSERT INTO customers (id, subject, name, email, locale, priority) "
        "VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
        "email = excluded.email, locale = excluded.locale, priority = excluded.priority",
        customer.id,
        customer.subject,
        customer.name,
        customer.email,
        customer.locale,
        customer.priority,
    )
    if token is not None:
        _run(database, "INSERT INTO customer_tokens VALUES (?,?)", token, customer.id)


def _owner(database: sqlite3.Connection, kind: str, digest: bytes, now: int) -> Technician | None:
    row = database.execute(
        f"SELECT {TECHNICIAN} FROM secrets s JOIN technicians t ON t.id = s.technician "
        "WHERE s.kind = ? AND s.digest = ? AND (s.valid_until = 0 OR s.valid_until > ?)",
        (kind, digest, now),
    ).fetchone()
    return None if row is None else read_technician(row)


def _withdraw(
    database: sqlite3.Connection, technician: str, kind: str | None, but: bytes | None
) -> list[bytes]:
    rows = database.execute(
        "DELETE FROM secrets WHERE technician = ? AND kind = coalesce(?, kind) "
        "AND digest IS NOT ? RETURNING digest",
        (technician, kind, but),
    ).fetchall()
    return [digest for (digest,) in rows]


def _take(database: sqlite3.Connection, kind: str, digest: bytes, now: int) -> Technician | None:
    owner = _owner(database, kind, digest, now)
    _run(database, "DELETE FROM secrets WHERE kind = ? AND digest = ?", kind, digest)
    return owner


def _run(database: sqlite3.Connection, sql: str, *parameters: Value) -> None:
    database.execute(sql, parameters)
