"""Reads the letters of an IMAP mailbox into the spool, from where they are taken as others are.

The mailbox is looked at again and again; that the server can tell of new letters (IDLE) only
shortens the wait. A letter is in the spool before the cursor goes past it: what is fetched twice is
one in the log.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

import structlog

from chatserver.core.errors import Unavailable
from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.incoming_mail.fetched_envelope import fetched_envelope
from chatserver.core.incoming_mail.mailbox_cursor import (
    FolderState,
    MailboxCursor,
    Search,
    next_search,
)
from chatserver.services.clock import Clock
from chatserver.services.mail.mail_flow import MailFlow

DEADLINE_S = 120.0
"""Seconds after which a command has failed, however lively the server trickles its answer."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 300.0
"""Seconds before another attempt to connect; each failure doubles the pause."""

SPOOL_BYTES = 1 << 30
"""The spool's size at which no more letters are fetched."""

CURSOR_MS = 3_600_000
"""ms after which the time of the last look is stored, though no letter came."""

_T = TypeVar("_T")
_log: structlog.stdlib.BoundLogger = structlog.get_logger("mailbox")


class MailboxConnection(Protocol):
    """A connection to one folder, used by one thread; every method raises Unavailable."""

    def open(self, secret: str, *, is_token: bool) -> None:
        """Connect and log in."""

    def examine(self) -> FolderState:
        """Open the folder for reading only."""

    def find(self, search: Search) -> Sequence[int]:
        """Return the UIDs of the letters that a search means, in their order."""

    def size_bytes(self, uid: int) -> int | None:
        """Return the size of a letter, None if it is there no longer."""

    def read(self, uid: int) -> bytes | None:
        """Return a letter, None if it is there no longer."""

    @property
    def can_wait(self) -> bool:
        """True if `wait` is to be had."""

    def wait(self, seconds: float) -> None:
        """Return when the folder changes, or after some seconds at the latest."""

    def abort(self) -> None:
        """End the connection at once, so that what is under way ends with Unavailable."""

    def close(self) -> None:
        """Free the connection, in the thread that used it."""


class MailboxSpool(Protocol):
    """Letters on disk, and the cursor beside them; every method is to be called in a thread."""

    def store(self, identifier: str, envelope: Envelope, content: bytes) -> None:
        """Store a letter durably; raises StorageFull and Unavailable."""

    def size_bytes(self) -> int:
        """Return the bytes of all letters that wait."""

    def read_cursor(self) -> MailboxCursor | None:
        """Return the cursor that was stored last, or None."""

    def store_cursor(self, cursor: MailboxCursor) -> None:
        """Store the cursor durably; raises StorageFull and Unavailable."""


@dataclass(slots=True)
class MailboxReader:
    """Follows the mailbox `name`; `arrived` is called after each letter.

    `secret` returns the password or an access token, `connect` an unopened connection; the mailbox
    is looked at every `poll_s` seconds at least.
    """

    name: str
    connect: Callable[[], MailboxConnection]
    secret: Callable[[], Awaitable[str]]
    has_token: bool
    spool: MailboxSpool
    flow: MailFlow
    arrived: Callable[[], None]
    new_id: Callable[[], str]
    clock: Clock
    limit_bytes: int
    poll_s: float
    since: date | None = None
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailbox")
    )
    _pause_s: float = FIRST_PAUSE_S

    async def run(self) -> None:
        """Read the mailbox until cancelled; failures are logged and tried again."""
        try:
            while True:
                try:
                    await self._session()
                except (Unavailable, TimeoutError) as error:
                    reason = str(error.__cause__ or error) or type(error).__name__
                    self.flow.record_failure(reason, self.clock())
                    _log.warning("mailbox failed", mailbox=self.name, why=reason)
                await asyncio.sleep(self._pause_s)
                self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)
        finally:
            self._thread.shutdown(wait=False)

    async def _session(self) -> None:
        """Connect and look at the mailbox until the connection fails."""
        connection = self.connect()
        secret = await self.secret()
        try:
            await self._in_time(
                connection, lambda: connection.open(secret, is_token=self.has_token)
            )
            while True:
                await self.look(connection)
                self.flow.record_look(self.clock())
                self._pause_s = FIRST_PAUSE_S
                await self._wait(connection)
        finally:
            connection.abort()
            self._thread.submit(connection.close)

    async def look(self, connection: MailboxConnection) -> None:
        """Spool the letters that are new; raises Unavailable."""
        folder = await self._in_time(connection, connection.examine)
        cursor = await asyncio.to_thread(self.spool.read_cursor)
        search = next_search(cursor, folder, self.name, self.since)
        rebuilt_after = _rebuilt_after(cursor, folder) if search.sent_since else None
        for uid in await self._in_time(connection, lambda: connection.find(search)):
            if await asyncio.to_thread(self.spool.size_bytes) > SPOOL_BYTES:
                return
            await self._fetch(connection, uid)
            cursor = await self._advance(folder, uid, rebuilt_after)
        # A rebuilt folder is followed from its end on.
        last = max(folder.next_uid - 1, cursor.uid if cursor and not search.arrived_since else 0)
        is_stored = cursor is not None and (cursor.mailbox, cursor.validity) == (
            self.name,
            folder.validity,
        )
        is_old = cursor is None or self.clock() - cursor.looked_at > CURSOR_MS
        if not is_stored or is_old or rebuilt_after is not None:
            await self._advance(folder, last)

    async def _fetch(self, connection: MailboxConnection, uid: int) -> None:
        size = await self._in_time(connection, lambda: connection.size_bytes(uid))
        if self.limit_bytes and (size or 0) > self.limit_bytes:
            _log.warning("mail too large, left in the mailbox", uid=uid, bytes=size)
            return
        content = await self._in_time(connection, lambda: connection.read(uid))
        if content is None:
            return
        envelope = fetched_envelope(content, self.clock())
        await asyncio.to_thread(self.spool.store, self.new_id(), envelope, content)
        self.arrived()

    async def _advance(
        self, folder: FolderState, uid: int, rebuilt_after: int | None = None
    ) -> MailboxCursor:
        cursor = MailboxCursor(
            self.name, folder.validity, uid, looked_at=self.clock(), rebuilt_after=rebuilt_after
        )
        await asyncio.to_thread(self.spool.store_cursor, cursor)
        return cursor

    async def _wait(self, connection: MailboxConnection) -> None:
        if await self._in_time(connection, lambda: connection.can_wait):
            await self._in_time(
                connection, lambda: connection.wait(self.poll_s), self.poll_s + DEADLINE_S
            )
        else:
            await asyncio.sleep(self.poll_s)

    async def _in_time(
        self, connection: MailboxConnection, call: Callable[[], _T], limit_s: float = DEADLINE_S
    ) -> _T:
        """Call a function of the connection in the mailbox's thread.

        The thread cannot be stopped: its connection is closed under it instead.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(limit_s):
                return await loop.run_in_executor(self._thread, call)
        except (TimeoutError, asyncio.CancelledError):
            connection.abort()
            raise


def _rebuilt_after(cursor: MailboxCursor | None, folder: FolderState) -> int | None:
    """Return the time of the last look before the folder was rebuilt (ms since 1970 UTC)."""
    if cursor is None:
        return None
    return cursor.looked_at if cursor.validity != folder.validity else cursor.rebuilt_after
