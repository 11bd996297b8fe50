"""The bare relay with storage and nothing else: messages are committed in groups, then sent.

It answers a message with `ok` once it is on disk (`synchronous=FULL`), and has no identity, rights,
limits, order or history: the ceiling for a server that stores, in this language.
"""

import asyncio
import sqlite3
import sys
import threading

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast

from tests.bench.relay import CONVERSATION, Relay, serve_relay

SCHEMA = "CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation TEXT, message TEXT)"
INSERT = "INSERT INTO messages (conversation, message) VALUES (?, ?)"
CHECKPOINT_PAGES = 4_000

Waiting = tuple[str, ServerConnection, ServerConnection]


class GroupCommit(Relay):
    """Keeps messages until a thread has committed them; what waits meanwhile is the next group."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self._waiting: list[Waiting] = []
        self._wake = threading.Event()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._write, args=(file,), daemon=True).start()

    async def relay(
        self, message: str, sender: ServerConnection, receiver: ServerConnection
    ) -> None:
        """Let a message be committed, sent to the other side and answered."""
        self._waiting.append((message, sender, receiver))
        self._wake.set()

    def _write(self, file: str) -> None:
        database = sqlite3.connect(file, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        database.execute(SCHEMA)
        while True:
            self._wake.wait()
            self._wake.clear()
            # Another thread may append at any time, so only what was counted is taken.
            group = self._waiting[: len(self._waiting)]
            del self._waiting[: len(group)]
            if group:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(INSERT, [(text[CONVERSATION], text) for text, *_ in group])
                database.execute("COMMIT")
                self._loop.call_soon_threadsafe(self._send, group)

    def _send(self, group: list[Waiting]) -> None:
        for message, sender, receiver in group:
            broadcast((receiver,), message)
            broadcast((sender,), '{"type":"ok"}')


async def _run(file: str) -> None:
    await serve_relay(GroupCommit(file))


if __name__ == "__main__":
    uvloop.run(_run(sys.argv[1]))
