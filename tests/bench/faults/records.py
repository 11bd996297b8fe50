"""The clients' records of what they sent and what was acknowledged, compared with the log."""

import asyncio
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from chatserver.replay.live_client import Count
from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.database import Database
from chatserver.store.maintenance.check import check_folder
from chatserver.store.postgres.check import check_database
from chatserver.store.postgres.opening import reading

Places = dict[str, list[tuple[str, int]]]
"""Conversations and seqs of messages, by their texts."""


@dataclass(slots=True)
class SentMessage:
    """One message: the times of request and answer, and its place in the log.

    `mark` is the size of the disk record when the answer arrived.
    """

    text: str
    asked_at: float
    answered_at: float | None = None
    conversation: str = ""
    seq: int = 0
    mark: int = 0
    was_refused: bool = False


@dataclass(slots=True)
class Uploaded:
    """A file that the server has confirmed."""

    file: str
    content: bytes
    mark: int


@dataclass(slots=True)
class Records:
    """The records of all clients."""

    record: Path
    said: list[SentMessage] = field(default_factory=list)
    uploaded: list[Uploaded] = field(default_factory=list)
    count: Count = field(default_factory=Count)
    acknowledged: int = 0
    last_at: float = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def asks(self, text: str) -> SentMessage:
        """Record a message that is about to be sent."""
        said = SentMessage(text, time.monotonic())
        self.said.append(said)
        return said

    def answered(self, said: SentMessage, conversation: str, seq: object) -> None:
        """Record its acknowledgement."""
        assert isinstance(seq, int)
        said.conversation, said.seq, said.mark = conversation, seq, self.mark()
        said.answered_at = self.last_at = time.monotonic()
        self.acknowledged += 1
        self._news.set()

    async def next_answer(self) -> None:
        """Wait for the next acknowledgement."""
        self._news.clear()
        await self._news.wait()

    def mark(self) -> int:
        """Return the size of the disk record in bytes, which serves as a time."""
        return self.record.stat().st_size

    def since(self, asked: float, before: float) -> int:
        """Return how many messages were sent after `asked` and acknowledged before `before`."""
        return sum(
            said.asked_at > asked and said.answered_at is not None and said.answered_at < before
            for said in self.said
        )


@dataclass(slots=True)
class RecordVerdict:
    """The comparison of the log with the records."""

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    unanswered: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """True if nothing was lost, duplicated or left unanswered."""
        return not (self.lost or self.doubled or self.unanswered or self.faults)


def verdict(data: Path, records: Records, upto: int | None = None) -> RecordVerdict:
    """Compare the log with all records, or with those acknowledged up to a mark."""
    with closing(open_database(data / DATABASE, readonly=True)) as database:
        places = _places(database)
    return _compare(places, [*check_folder(data).faults], records, upto)


def verdict_in_postgres(dsn: str, data: Path, records: Records) -> RecordVerdict:
    """Compare the log in PostgreSQL with all records."""
    with reading(dsn) as database:
        places = _places(database)
    return _compare(places, [*check_database(dsn, data).faults], records, None)


def _compare(
    places: Places, faults: list[str], records: Records, upto: int | None
) -> RecordVerdict:
    found = RecordVerdict(faults=faults)
    for said in records.said:
        is_due = said.answered_at is not None and (upto is None or said.mark <= upto)
        there = places.get(said.text, [])
        found.acknowledged += is_due
        found.unanswered += upto is None and said.answered_at is None and not said.was_refused
        # A refused message must not be stored at all; any other at most once.
        found.doubled += len(there) > (not said.was_refused)
        found.lost += is_due and (said.conversation, said.seq) not in there
    if upto is None:
        found.faults += records.count.violations
    return found


def _places(database: Database) -> Places:
    places: Places = {}
    sql = "SELECT fact, conversation, seq FROM events WHERE kind = 'message'"
    for fact, conversation, seq in database.execute(sql):
        # A file has no text.
        if (text := orjson.loads(fact).get("text")) is not None:
            places.setdefault(text, []).append((conversation, seq))
    return places
