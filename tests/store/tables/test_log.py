"""The log on a real disk: atomic, ordered, idempotent, with group commit."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.commands import Actor, Command
from chatserver.core.conversation.decide import decide
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.errors import StorageFull, Unavailable
from chatserver.core.log import Append, DuplicateRequest, LogPage, RequestKey, SeqConflict
from chatserver.core.people import Customer, Role
from chatserver.store.engine.database import Database
from chatserver.store.engine.refusals import NewerDatabase
from chatserver.store.folder.lock import sole_server
from chatserver.store.maintenance.check import check_folder
from chatserver.store.open import Store, open_store
from tests.playbook import ANN, BOB, NOON


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


def decision(
    state: Conversation | None,
    command: Command,
    actor: Actor = ANN,
    request: RequestKey | None = None,
) -> Append:
    events = decide(state, command, actor, NOON)
    after = reduce(_evolved, events, state)
    assert after is not None
    return Append(events, after, request, {"seq": after.seq})


def _evolved(state: Conversation | None, event: Event) -> Conversation | None:
    return evolve(state, event)


def opening(name: str = "c1", customer: Customer = ANN) -> Append:
    command = ask.Open(name, f"REF-{name}", text="hello")
    return decision(None, command, customer, RequestKey(f"open {name}"))


async def append(store: Store, *appends: Append) -> None:
    for each in appends:
        await store.log.append(each, lambda: None)


async def seqs(store: Store, name: str = "c1", *, internal: bool = True) -> list[int]:
    return [
        event.seq for event in await store.log.read_page(name, LogPage(after=0), internal=internal)
    ]


async def test_appended_events_are_read_back(store: Store) -> None:
    first = opening()
    await append(store, first)
    assert tuple(await store.log.read_page("c1", LogPage(), internal=True)) == first.events
    record = await store.conversations.find_by_id("c1")
    assert record is not None
    assert record.conversation == first.after
    assert await store.conversations.find_by_reference("REF-c1") == record


async def test_a_decision_that_was_overtaken_is_refused_and_leaves_no_trace(store: Store) -> None:
    first = opening()
    await append(store, first)
    # Both were decided on the same state, as two servers would that share the folder.
    one, other = (decision(first.after, ask.Send(text=text)) for text in ("one", "other"))
    await append(store, one)
    with pytest.raises(SeqConflict):
        await append(store, other)
    assert await seqs(store) == [1, 2, 3]


async def test_a_repeated_request_finds_its_first_answer(store: Store) -> None:
    first = opening()
    await append(store, first)
    with pytest.raises(DuplicateRequest) as repeated:
        await append(store, replace(opening("c2"), request=RequestKey("open c1")))
    assert repeated.value.answer == {"seq": 2}
    assert await store.log.find_answer("ann", RequestKey("open c1")) == {"seq": 2}
    assert await store.log.find_answer("eve", RequestKey("open c1")) is None


async def test_one_that_fails_does_not_fail_its_neighbours(store: Store) -> None:
    first = opening()
    await append(store, first)
    good = [decision(opening(f"n{n}").after, ask.Send(text="x")) for n in range(5)]
    await append(store, *(opening(f"n{n}") for n in range(5)))
    bad = decision(opening("nowhere").after, ask.Send(text="x"))
    outcomes = await asyncio.gather(
        *(store.log.append(each, lambda: None) for each in [*good[:2], bad, *good[2:]]),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes].count(SeqConflict) == 1
    assert [await seqs(store, f"n{n}") for n in range(5)] == [[1, 2, 3]] * 5


async def test_an_entry_that_cannot_be_read_fails_only_what_must_read_it(store: Store) -> None:
    first = opening()
    closed = decision(first.after, ask.Close())
    await append(store, first, closed)
    # An event of a newer program, which this one cannot parse: erasing needs it, other writes do
    # not.
    spoil = "UPDATE events SET kind = 'unheard of' WHERE conversation = 'c1' AND seq = 2"
    await store.writer.do(lambda database: database.execute(spoil) and None)
    erased, neighbour = await asyncio.gather(
        store.log.append(decision(closed.after, ask.Erase()), lambda: None),
        store.log.append(opening("c2"), lambda: None),
        return_exceptions=True,
    )
    assert isinstance(erased, KeyError)
    assert neighbour is None
    assert store.writer.healthy
    assert await seqs(store, "c2") == [1, 2]


async def test_a_group_with_a_hole_is_not_stored(store: Store) -> None:
    states = [opening()]
    for text in "abc":
        states.append(decision(states[-1].after, ask.Send(text=text)))
    await append(store, states[0])
    outcomes = await asyncio.gather(
        *(store.log.append(each, lambda: None) for each in (states[1], states[3])),
        return_exceptions=True,
    )
    # `states[2]` was left out, so the last one does not continue the log.
    assert [type(outcome) for outcome in outcomes] == [type(None), SeqConflict]
    assert await seqs(store) == [1, 2, 3]


async def test_a_cancelled_caller_does_not_cancel_the_append(store: Store) -> None:
    told: list[str] = []
    waiting = asyncio.ensure_future(store.log.append(opening(), lambda: told.append("stored")))
    await asyncio.sleep(0)  # the append is still in the queue
    waiting.cancel()
    await append(store, opening("c2"))
    # The commit may already be under way, so `stored` is called although the caller has gone.
    assert told == ["stored"]
    assert await seqs(store) == [1, 2]


async def test_concurrent_appends_are_committed_together(tmp_path: Path) -> None:
    groups: list[int] = []
    async with open_store(tmp_path, lambda jobs, seconds: groups.append(jobs)) as store:
        openings = [opening(f"c{n}") for n in range(50)]
        await asyncio.gather(*(store.log.append(each, lambda: None) for each in openings))
    assert sum(groups) == 50
    # The first append may be committed alone; the 49 others wait for it and share one commit.
    assert len(groups) <= 2


async def test_customers_never_read_notes(store: Store) -> None:
    state = opening()
    assigned = decision(state.after, ask.Assign(BOB.person), None)
    note = decision(assigned.after, ask.AddNote("hm"), BOB)
    await append(store, state, assigned, note)
    assert await seqs(store) == [1, 2, 3, 4]
    assert await seqs(store, internal=False) == [1, 2, 3]


async def test_pages_go_up_from_a_seq_or_down_from_one(store: Store) -> None:
    state = opening()
    await append(store, state)
    for _ in range(5):
        state = decision(state.after, ask.Send(text="x"))
        await append(store, state)

    async def page(**fields: int) -> list[int]:
        found = await store.log.read_page("c1", LogPage(**fields), internal=True)
        return [event.seq for event in found]

    assert await page(limit=2) == [6, 7]
    assert await page(before=6, limit=2) == [4, 5]
    assert await page(after=1, limit=2) == [2, 3]


async def test_open_conversations_come_first_then_the_newest(store: Store) -> None:
    first, second, third = (opening(f"c{n}") for n in range(3))
    await append(store, first, second, third, decision(first.after, ask.Close()))
    listed = await store.conversations.list_of_customer("ann", 10)
    assert [each.conversation.id for each in listed][-1] == "c0"
    others = await store.conversations.list_of_customer("ann", 10, but=["c0", "c1"])
    assert [each.conversation.id for each in others] == ["c2"]
    assert {each.conversation.id for each in await store.conversations.list_open()} == {"c1", "c2"}


async def test_a_read_mark_never_moves_back(store: Store) -> None:
    await append(store, opening())
    for seq in (2, 1):
        await store.conversations.mark_read("c1", Role.CUSTOMER, seq)
    record = await store.conversations.find_by_id("c1")
    assert record is not None
    assert (record.marks.customer, record.marks.technician) == (2, 0)


async def test_a_secret_is_good_once_and_until_its_time(store: Store) -> None:
    await store.technicians.change_technician(BOB, lambda each: each)
    await store.credentials.add_secret("link", b"1", "bob", 100)
    await store.credentials.add_secret("token", b"2", "bob", 0)
    assert await store.credentials.find_secret_owner("link", b"1", 100) is None
    assert await store.credentials.find_secret_owner("token", b"1", 0) is None
    assert await store.credentials.consume_secret("link", b"1", 99) == BOB
    assert await store.credentials.consume_secret("link", b"1", 99) is None
    assert await store.credentials.find_secret_owner("token", b"2", 1 << 50) == BOB


async def test_a_log_keeps_its_epoch(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        epoch = store.log.epoch
    async with open_store(tmp_path) as store:
        assert store.log.epoch == epoch
    async with open_store(tmp_path / "another") as store:
        assert store.log.epoch != epoch


async def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    async with open_store(tmp_path):
        pass
    database = sqlite3.connect(tmp_path / "chat.db", isolation_level=None)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(NewerDatabase, match="newer version"):
        async with open_store(tmp_path):
            pass


def test_one_server_at_a_time_has_a_folder(tmp_path: Path) -> None:
    with sole_server(tmp_path), pytest.raises(BlockingIOError), sole_server(tmp_path):
        pass
    with sole_server(tmp_path):
        pass


async def test_a_writer_in_another_process_is_waited_for(tmp_path: Path, store: Store) -> None:
    other = sqlite3.connect(tmp_path / "chat.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(store.log.append(opening(), lambda: None))
    await asyncio.sleep(0)  # it is on its way to the writer
    assert not waiting.done()
    other.execute("COMMIT")
    await waiting
    other.close()
    assert await seqs(store) == [1, 2]


@pytest.mark.sqlite("fills SQLite's disk")
async def test_a_full_disk_acknowledges_nothing_and_is_over_when_there_is_room(
    tmp_path: Path, store: Store
) -> None:
    state = opening()
    await append(store, state)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # One more page fits, the rest of the message does not: the write fails halfway.
    size = (tmp_path / "chat.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4_096, limits[1]))
    try:
        big = decision(state.after, ask.Send(text="x" * 50_000))
        with pytest.raises(Unavailable):
            await append(store, big)
        assert not store.writer.healthy
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert await seqs(store) == [1, 2]
    # The writer retries by itself; no restart is needed once there is room.
    await store.writer.writable.wait()
    await append(store, big)
    assert await seqs(store) == [1, 2, 3]
    assert check_folder(tmp_path).faults == []


@pytest.mark.sqlite("a limit that only SQLite has")
async def test_a_database_that_is_full_says_so(store: Store) -> None:
    state = opening()
    await append(store, state)

    def limit(database: Database) -> int:
        return int(database.execute("PRAGMA max_page_count = 1").fetchone()[0])

    await store.writer.connection.run(limit)
    with pytest.raises(StorageFull):
        await append(store, decision(state.after, ask.Send(text="x" * 50_000)))


async def test_two_logs_have_different_epochs(tmp_path: Path) -> None:
    async with open_store(tmp_path / "one") as one, open_store(tmp_path / "other") as other:
        assert one.log.epoch != other.log.epoch
