"""What clients wrote down of what they said and were answered, and how the log compares with it."""

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from chatserver.replay.live_client import Count
from chatserver.store.connection import open_database
from chatserver.store.maintenance import check
from chatserver.store.open import DATABASE


@dataclass(slots=True)
class Said:
    """One message: when it was asked for, and as what it was acknowledged.

    `mark` is how much had been done to the disk when the answer was there.
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
    """Everything that all clients wrote down."""

    record: Path
    said: list[Said] = field(default_factory=list)
    uploaded: list[Uploaded] = field(default_factory=list)
    count: Count = field(default_factory=Count)
    acknowledged: int = 0
    last_at: float = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def asks(self, text: str) -> Said:
        """A message is about to be sent."""
        said = Said(text, time.monotonic())
        self.said.append(said)
        return said

    def answered(self, said: Said, conversation: str, seq: object) -> None:
        """It was acknowledged."""
        assert isinstance(seq, int)
        said.conversation, said.seq, said.mark = conversation, seq, self.mark()
        said.answered_at = self.last_at = time.monotonic()
        self.acknowledged += 1
        self._news.set()

    async def next_answer(self) -> None:
        """Wait until one more message is acknowledged."""
        self._news.clear()
        await self._news.wait()

    def mark(self) -> int:
        """How much has been done to the disk by now, in bytes of the machine's record."""
        return self.record.stat().st_size

    def since(self, asked: float, before: float) -> int:
        """How many messages were asked for after one moment and acknowledged before another."""
        return sum(
            said.asked_at > asked and said.answered_at is not None and said.answered_at < before
            for said in self.said
        )


@dataclass(slots=True)
class RecordVerdict:
    """How the log compares with the clients' records."""

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    unanswered: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether nothing was lost, doubled, or left unanswered, and all is in order."""
        return not (self.lost or self.doubled or self.unanswered or self.faults)


def verdict(data: Path, records: Records, upto: int | None = None) -> RecordVerdict:
    """What became of everything that was said, or acknowledged before a mark."""
    with closing(open_database(data / DATABASE, readonly=True)) as database:
        places = _places(database)
    found = RecordVerdict(faults=[*check(data).faults])
    for said in records.said:
        is_due = said.answered_at is not None and (upto is None or said.mark <= upto)
        there = places.get(said.text, [])
        found.acknowledged += is_due
        found.unanswered += upto is None and said.answered_at is None and not said.was_refused
        found.doubled += len(there) > (not said.was_refused)
        found.lost += is_due and (said.conversation, said.seq) not in there
    if upto is None:
        found.faults += records.count.violations
    return found


def _places(database: sqlite3.Connection) -> dict[str, list[tuple[str, int]]]:
    sql = """SELECT json_extract(fact, '$.text'), conversation, seq FROM events
        WHERE kind = 'message' AND json_extract(fact, '$.text') IS NOT NULL"""
    places: dict[str, list[tuple[str, int]]] = {}
    for text, conversation, seq in database.execute(sql):
        places.setdefault(text, []).append((conversation, seq))
    return places
