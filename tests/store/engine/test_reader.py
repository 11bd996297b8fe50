"""Short reads are batched; neither a long read nor a failing one delays them."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.core.errors import Unavailable
from chatserver.store.engine.database import Database, Job
from chatserver.store.engine.reader import ReadPool, ReadResult, scalar
from chatserver.store.open import open_store

pytestmark = pytest.mark.sqlite("counts the batches of its own connections")


@pytest.fixture
async def readers(tmp_path: Path) -> AsyncIterator[ReadPool]:
    async with open_store(tmp_path) as store:
        yield store.log.readers


async def test_reads_requested_during_a_read_share_the_next_hop(
    readers: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    hops: list[int] = []
    started, go_on = threading.Event(), threading.Event()
    connection, run = readers.batched.connection, readers.batched.connection.run

    async def counted(job: Job[list[ReadResult[object]]]) -> list[ReadResult[object]]:
        seen = await run(job)
        hops.append(len(seen))
        return seen

    monkeypatch.setattr(connection, "run", counted)

    def hold(_: Database) -> bool:
        started.set()
        return go_on.wait(10)

    first = asyncio.ensure_future(readers.run_short(hold))
    # Only once the first read runs are the others sure to arrive during it.
    await asyncio.to_thread(started.wait, 10)
    others = [readers.run_short(lambda database: scalar(database, "SELECT 7")) for _ in range(50)]
    go_on.set()
    assert await first
    assert [await each for each in others] == [7] * 50
    # Each read exactly once: a batch that is lost or run again would change the sum.
    assert sum(hops) == 51
    # The held read, the reads pending at its end, and at most one more batch after 5 ms of
    # reading.
    assert len(hops) <= 3


async def test_a_read_that_fails_fails_alone(readers: ReadPool) -> None:
    def fail(_: Database) -> None:
        raise KeyError("mine")

    # One batch with an error of SQLite, one of Python and a good read.
    bad = readers.run_short(lambda database: scalar(database, "SELECT * FROM nowhere"))
    wrong, good = readers.run_short(fail), readers.run_short(lambda _: "fine")
    with pytest.raises(Unavailable):
        await bad
    with pytest.raises(KeyError):
        await wrong
    assert await good == "fine"


async def test_a_long_read_holds_up_no_short_one(readers: ReadPool) -> None:
    go_on = threading.Event()
    # Twice as many long reads as the pool has connections, so that both are busy.
    long = [asyncio.ensure_future(readers.run(lambda _: go_on.wait(10))) for _ in range(4)]
    assert await readers.run_short(lambda database: scalar(database, "SELECT 7")) == 7
    go_on.set()
    assert all(await asyncio.gather(*long))


async def test_a_cancelled_read_does_not_affect_others(readers: ReadPool) -> None:
    gone = asyncio.ensure_future(readers.run_short(lambda _: 1))
    stays = readers.run_short(lambda _: 2)
    # Both share a batch: cancelling one must not cancel the hop that carries the other.
    gone.cancel()
    assert await stays == 2


async def test_pending_reads_are_answered_when_the_store_closes(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path) as store:
        asked = store.log.readers.run_short(lambda _: "in time")
    assert await asked == "in time"
    with pytest.raises(Unavailable):
        await store.topics.list_topics()
