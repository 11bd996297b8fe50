"""Confirmed e-mail addresses and the queue of outgoing mail in SQLite."""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

from chatserver.core.durations import HOUR_MS
from chatserver.core.errors import RateLimited
from chatserver.core.log import AnsweredRequest
from chatserver.core.mail import (
    LONGEST_PAUSE_MS,
    MAX_CODE_GUESSES,
    MAX_TRIES,
    Letter,
    LetterKind,
    LetterOutcome,
    retry_delay_ms,
)
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.writer import Writer
from chatserver.store.tables.answered_requests import store_request

REMEMBERED_MS = 30 * 86_400_000
"""The time that a finished letter is kept: 30 days in ms."""

_LETTER = "id, customer, email, kind, at, conversation, format, locale, timezone, tries"
_SAVE_CODE = """
    INSERT INTO confirmations (customer, email, digest, attempts, valid_until)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT (customer) DO UPDATE SET email = excluded.email,
    digest = excluded.digest, attempts = excluded.attempts, valid_until = excluded.valid_until"""
_SAVE_ADDRESS = """
    INSERT INTO addresses (customer, email, confirmed_at) VALUES (?, ?, ?)
    ON CONFLICT (customer) DO UPDATE SET email = excluded.email,
    confirmed_at = excluded.confirmed_at"""
_MARKS = ", ".join("?" * 12)


@dataclass(slots=True)
class SqliteMail:
    """Confirmed addresses, confirmation codes, and letters: queued or finished within 30 days."""

    writer: Writer
    readers: ReadPool

    async def confirmed_address(self, customer: str) -> str | None:
        """Return the address that a customer confirmed last, or None."""
        sql = "SELECT email FROM addresses WHERE customer = ?"
        row = await self.readers.run_short(
            lambda database: database.execute(sql, (customer,)).fetchone()
        )
        return None if row is None else str(row[0])

    async def save_code(self, customer: str, email: str, digest: bytes, until: int) -> None:
        """Store the SHA-256 of a code sent to an address, valid before `until`."""
        row = (customer, email, digest, MAX_CODE_GUESSES, until)
        await self.writer.do(lambda database: execute(database, _SAVE_CODE, row))

    async def confirm_address(
        self,
        customer: str,
        digest: bytes,
        now: int,
        answered: Callable[[str], AnsweredRequest] | None = None,
    ) -> str | None:
        """Confirm the address whose code this is and return it, or return None."""

        def confirm(database: Database) -> str | None:
            email = _confirm(database, customer, digest, now)
            store_request(database, answered(email) if answered and email else None)
            return email

        return await self.writer.do(confirm)

    async def enqueue(
        self,
        letter: Letter,
        limit: int,
        outcome: LetterOutcome | None = None,
        answered: AnsweredRequest | None = None,
    ) -> None:
        """Add a letter to the queue; one with the same id is there once."""

        def add(database: Database) -> None:
            store_request(database, answered)
            _add(database, letter, limit, outcome)

        await self.writer.do(add)

    async def claim_due(self, now: int) -> Letter | None:
        """Return the letter that is due for longest, counting one more try, or None."""
        return await self.writer.do(lambda database: _claim(database, now))

    async def finish_letter(self, letter: str, outcome: LetterOutcome) -> None:
        """Store a letter's outcome: it will not be tried again."""
        sql = "UPDATE letters SET ended = ? WHERE id = ?"
        await self.writer.do(lambda database: execute(database, sql, (outcome, letter)))

    async def next_letter_due_at(self) -> int | None:
        """Return when the next letter is due, or None when the queue is empty."""
        sql = "SELECT min(due_at) FROM letters WHERE ended IS NULL AND tries < ?"
        row = await self.readers.run(
            lambda database: database.execute(sql, (MAX_TRIES,)).fetchone()
        )
        return None if row[0] is None else int(row[0])


def _confirm(database: Database, customer: str, digest: bytes, now: int) -> str | None:
    row = database.execute(
        "SELECT email, digest FROM confirmations "
        "WHERE customer = ? AND attempts > 0 AND valid_until > ?",
        (customer, now),
    ).fetchone()
    if row is None:
        return None
    email, expected = row
    # In constant time, though these are digests: it costs nothing here.
    if not compare_digest(expected, digest):
        sql = "UPDATE confirmations SET attempts = attempts - 1 WHERE customer = ?"
        execute(database, sql, (customer,))
        return None
    # The code stays valid until it expires, because a client may repeat the request after a lost
    # connection.
    execute(database, _SAVE_ADDRESS, (customer, email, now))
    execute(database, "UPDATE customers SET email = ? WHERE id = ?", (email, customer))
    return str(email)


def _add(database: Database, letter: Letter, limit: int, outcome: LetterOutcome | None) -> None:
    known = database.execute("SELECT 1 FROM letters WHERE id = ?", (letter.id,)).fetchone()
    if known is not None:
        return
    _check_hourly_limit(database, "email", letter.email, now=letter.at, limit=limit)
    if letter.kind is not LetterKind.INVITATION:
        # Strangers can request an invitation; a refusal by customer would reveal whether the
        # address belongs to that customer.
        _check_hourly_limit(database, "customer", letter.customer, now=letter.at, limit=limit)
    execute(
        database,
        f"INSERT INTO letters ({_LETTER}, due_at, ended) VALUES ({_MARKS})",
        (
            letter.id,
            letter.customer,
            letter.email,
            letter.kind,
            letter.at,
            letter.conversation,
            letter.format,
            letter.locale,
            letter.timezone,
            letter.tries,
            letter.at,
            outcome,
        ),
    )


def _check_hourly_limit(database: Database, column: str, value: str, now: int, limit: int) -> None:
    """Raise RateLimited while the `limit`-th newest letter is less than an hour old."""
    if not limit:
        return
    row = database.execute(
        f"SELECT at FROM letters WHERE {column} = ? AND at > ? AND at <= ? "
        # Letters of a clock that was fast would refuse all others until that time comes.
        "ORDER BY at DESC LIMIT 1 OFFSET ?",
        (value, now - HOUR_MS, now, limit - 1),
    ).fetchone()
    if row is not None:
        raise RateLimited(max(1, row[0] + HOUR_MS - now))


def _claim(database: Database, now: int) -> Letter | None:
    execute(
        database, "DELETE FROM letters WHERE ended IS NOT NULL AND at < ?", (now - REMEMBERED_MS,)
    )
    row = database.execute(
        f"SELECT {_LETTER} FROM letters WHERE ended IS NULL AND tries < ? "
        # No letter is due so late, unless the wall clock was fast when that was written.
        "AND (due_at <= ? OR due_at > ?) ORDER BY due_at LIMIT 1",
        (MAX_TRIES, now, now + LONGEST_PAUSE_MS),
    ).fetchone()
    if row is None:
        return None
    # Counted before it is sent: a crash while sending must not lead to endless repetition.
    tries = row[9] + 1
    execute(
        database,
        "UPDATE letters SET tries = ?, due_at = ? WHERE id = ?",
        (tries, now + retry_delay_ms(tries), row[0]),
    )
    identifier, customer, email, kind, at, conversation, form, locale, timezone, _ = row
    return Letter(
        id=identifier,
        customer=customer,
        email=email,
        kind=LetterKind(kind),
        at=at,
        conversation=conversation,
        format=form,
        locale=locale,
        timezone=timezone,
        tries=tries,
    )
