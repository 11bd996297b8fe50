"""A message is committed to the journal, and the tables have it when they are looked at."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Accept, AddNote, Close, Erase, Send
from chatserver.core.conversation.draft import Draft
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import ReusedRequestId, Unavailable
from chatserver.core.log import Append, DuplicateRequest, LogPage, RequestKey, SeqConflict
from chatserver.core.people import Role
from chatserver.store.engine import journal
from chatserver.store.engine.connection import DATABASE
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.rows import as_json
from chatserver.store.engine.writer import touch_disk
from chatserver.store.maintenance.check import check_folder
from chatserver.store.open import Store, open_store
from chatserver.store.tables import backlog
from tests.playbook import ANN, BOB, NOON
from tests.store.contracts.scenes import decision, opening

pytestmark = pytest.mark.sqlite("the journal, which PostgreSQL has no need of")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path, is_server=True) as opened:
        yield opened


def nothing() -> None:
    """Called when an append is stored."""


async def accepted(store: Store, name: str = "c1") -> Conversation:
    """Return a conversation that Bob has taken."""
    first = opening(name)
    taken = decision(first.after, Accept(), BOB)
    for append in (first, taken):
        await store.log.append(append, nothing)
    return taken.after


def message(state: Conversation, text: str = "Hello?", request: str | None = None) -> Append:
    """Return Ann's next message, with the answer that the server gives to it."""
    append = decision(state, Send(text=text))
    (event,) = append.events
    answer = {"conversation": state.id, "seq": event.seq, "at": event.at}
    key = None if request is None else RequestKey(request, digest=7)
    return replace(append, request=key, answer=answer)


def stored_seqs(folder: Path, name: str = "c1") -> tuple[int, int]:
    """Return the last seq in the table of events and the one in the summary, as on the disk."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        sql = """SELECT max(e.seq), c.seq FROM events e JOIN conversations c
            ON c.id = e.conversation WHERE c.id = ?"""
        log, summary = database.execute(sql, (name,)).fetchone()
        return log, summary


def bytes_on_disk(folder: Path) -> bytes:
    """Return what the files of the folder hold, the write-ahead log and the journal among them."""
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


async def test_a_message_is_committed_without_a_row_in_a_table(
    tmp_path: Path, store: Store
) -> None:
    await store.log.append(message(await accepted(store)), nothing)
    # Each row of each table would have cost the commit a page of 4 KiB.
    assert stored_seqs(tmp_path) == (3, 3)
    assert b"Hello?" in (tmp_path / "journal.0").read_bytes()


async def test_a_reader_sees_the_summary_of_what_was_acknowledged(
    tmp_path: Path, store: Store
) -> None:
    said = message(await accepted(store))
    await store.log.append(said, nothing)
    record = await store.conversations.find_by_id("c1")
    assert record is not None
    assert record.conversation == said.after
    assert stored_seqs(tmp_path) == (4, 4)


async def test_a_job_of_the_writer_sees_messages_that_are_behind(store: Store) -> None:
    await store.log.append(message(await accepted(store)), nothing)

    def seq(database: Database) -> int:
        return int(database.execute("SELECT seq FROM conversations").fetchone()[0])

    assert await store.writer.do(seq) == 4


async def test_read_marks_drafts_and_visitors_do_not_wait_for_the_tables(
    tmp_path: Path, store: Store
) -> None:
    await store.log.append(message(await accepted(store)), nothing)
    # Each side marks what it reads: these jobs are as many as the messages.
    await store.conversations.mark_read("c1", Role.TECHNICIAN, 4)
    await store.drafts.save_draft("bob", Draft("c1", "Well"), 1)
    await store.customers.save_customer(ANN, None)
    await store.customers.find_customer("ann")
    assert stored_seqs(tmp_path) == (3, 3)
    record = await store.conversations.find_by_id("c1")
    assert record is not None
    assert record.marks.technician == 4


async def test_who_reads_a_log_waits_for_the_messages_of_that_conversation_only(
    tmp_path: Path, store: Store
) -> None:
    for name in ("c1", "c2"):
        await store.log.append(message(await accepted(store, name)), nothing)
    assert len(await store.log.read_page("c1", LogPage(), internal=True)) == 4
    assert (stored_seqs(tmp_path), stored_seqs(tmp_path, "c2")) == ((4, 4), (3, 3))


async def test_many_messages_are_caught_up_with_at_once(tmp_path: Path, store: Store) -> None:
    state = await accepted(store)
    for number in range(5):
        said = message(state, f"{number}", f"r{number}")
        await store.log.append(said, nothing)
        state = said.after
    assert stored_seqs(tmp_path) == (3, 3)
    answer = await store.log.find_answer("ann", RequestKey("r2", 7))
    assert answer == {"conversation": "c1", "seq": 6, "at": state.touched_at}
    assert stored_seqs(tmp_path) == (8, 8)
    assert check_folder(tmp_path).faults == []


async def test_a_repetition_of_a_message_that_is_behind_gets_its_first_answer(
    store: Store,
) -> None:
    said = message(await accepted(store), "Hello?", "r1")
    await store.log.append(said, nothing)
    again = message(said.after, "Hello?", "r1")
    with pytest.raises(DuplicateRequest) as repeated:
        await store.log.append(again, nothing)
    assert repeated.value.answer == said.answer
    assert len(await store.log.read_page("c1", LogPage(), internal=True)) == 4


async def test_another_request_under_the_id_of_a_message_that_is_behind_is_refused(
    store: Store,
) -> None:
    said = message(await accepted(store), "Hello?", "r1")
    await store.log.append(said, nothing)
    with pytest.raises(ReusedRequestId):
        await store.log.append(
            replace(message(said.after, "Bye."), request=RequestKey("r1", 8)), nothing
        )


async def test_of_two_equal_requests_in_one_group_one_is_stored(store: Store) -> None:
    first, second = await accepted(store), await accepted(store, "c2")
    # Neither is in `requests` when the other is written.
    outcomes = await asyncio.gather(
        store.log.append(message(first, "Hello?", "r1"), nothing),
        store.log.append(message(second, "Hello?", "r1"), nothing),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), DuplicateRequest]


async def test_a_repetition_is_found_after_the_tables_have_caught_up(store: Store) -> None:
    said = message(await accepted(store), "Hello?", "r1")
    await store.log.append(said, nothing)
    await store.writer.catch_up()
    with pytest.raises(DuplicateRequest):
        await store.log.append(message(said.after, "Hello?", "r1"), nothing)


async def test_what_a_killed_server_left_is_made_again_at_the_next_start(
    tmp_path: Path, store: Store
) -> None:
    said = message(await accepted(store), "Hello?", "r1")
    await store.log.append(said, nothing)
    # The first store was not closed, like one that was killed.
    async with open_store(tmp_path) as after:
        assert stored_seqs(tmp_path) == (4, 4)
        [record] = await after.conversations.list_open()
        assert record.conversation == said.after
        with pytest.raises(DuplicateRequest) as repeated:
            await after.log.append(message(said.after, "Hello?", "r1"), nothing)
        assert repeated.value.answer == said.answer
    assert check_folder(tmp_path).faults == []


async def test_a_store_that_is_closed_leaves_nothing_behind(tmp_path: Path) -> None:
    async with open_store(tmp_path, is_server=True) as store:
        await store.log.append(message(await accepted(store)), nothing)
    assert stored_seqs(tmp_path) == (4, 4)


async def test_a_message_and_the_end_of_its_conversation_may_be_of_one_group(
    tmp_path: Path, store: Store
) -> None:
    state = await accepted(store)
    said = message(state, "Bye.", "r1")
    closed = decision(said.after, Close(), BOB)
    await asyncio.gather(*(store.log.append(each, nothing) for each in (said, closed)))
    assert stored_seqs(tmp_path) == (5, 5)
    assert await store.log.find_answer("ann", RequestKey("r1", 7)) == said.answer
    assert check_folder(tmp_path).faults == []


async def test_the_end_of_a_conversation_catches_up_with_its_messages(
    tmp_path: Path, store: Store
) -> None:
    said = message(await accepted(store), "Bye.", "r1")
    other = message(await accepted(store, "c2"))
    # Only of the conversation that ends: the others go on, and can wait.
    for append in (said, other, decision(said.after, Close(), BOB)):
        await store.log.append(append, nothing)
    assert (stored_seqs(tmp_path), stored_seqs(tmp_path, "c2")) == ((5, 5), (3, 3))
    assert await store.log.find_answer("ann", RequestKey("r1", 7)) == said.answer


async def test_a_note_is_behind_like_a_message(tmp_path: Path, store: Store) -> None:
    state = await accepted(store)
    note = decision(state, AddNote("hm"), BOB)
    (event,) = note.events
    answer = {"conversation": "c1", "seq": event.seq, "at": event.at}
    await store.log.append(replace(note, request=None, answer=answer), nothing)
    assert stored_seqs(tmp_path) == (3, 3)
    assert check_folder(tmp_path).faults == []


async def test_an_answer_with_more_than_the_place_in_the_log_is_stored_at_once(
    tmp_path: Path, store: Store
) -> None:
    """Only what follows from the event can be made again."""
    said = message(await accepted(store), "Hello?", "r1")
    await store.log.append(replace(said, answer={**(said.answer or {}), "more": 1}), nothing)
    assert stored_seqs(tmp_path) == (4, 4)


async def test_what_another_program_appends_is_a_conflict_that_can_be_decided_again(
    tmp_path: Path, store: Store
) -> None:
    """Each program holds messages back of which the other has no summary."""
    state = await accepted(store)
    said = message(state, "one")
    async with open_store(tmp_path) as other:
        await store.log.append(said, nothing)
        with pytest.raises(SeqConflict):
            await other.log.append(message(state, "other"), nothing)
        record = await other.conversations.find_by_id("c1")
        assert record is not None
        assert record.conversation == said.after
        await other.log.append(decision(record.conversation, Erase(), None), nothing)
    await store.writer.catch_up()
    record = await store.conversations.find_by_id("c1")
    assert record is not None
    assert record.conversation.erased_at is not None
    assert check_folder(tmp_path).faults == []


async def test_a_commit_that_fails_leaves_the_backlog_as_it_was(
    tmp_path: Path, store: Store
) -> None:
    said = message(await accepted(store), "kept", "r1")
    await store.log.append(said, nothing)

    await store.writer.connection.run(
        lambda database: database.execute("PRAGMA max_page_count = 1").fetchone()
    )
    # More than the pages that are left: the transaction in which the tables caught up is undone.
    large = "INSERT INTO meta VALUES ('large', zeroblob(50000))"
    with pytest.raises(Unavailable):
        await store.writer.do(lambda database: execute(database, large, ()))
    assert stored_seqs(tmp_path) == (3, 3)
    await store.writer.connection.run(
        lambda database: database.execute("PRAGMA max_page_count = 1000000").fetchone()
    )
    await store.writer.writable.wait()
    record = await store.conversations.find_by_id("c1")
    assert record is not None
    assert record.conversation == said.after
    assert check_folder(tmp_path).faults == []


async def test_the_tables_catch_up_with_a_few_conversations_at_a_time(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [await accepted(store, f"c{number}") for number in range(3)]
    for state in states:
        await store.log.append(message(state), nothing)
    monkeypatch.setattr(backlog, "LAG_S", 0)
    monkeypatch.setattr(backlog, "CATCH_UP_MESSAGES", 2)
    await store.writer.do_beside(store.writer.tables.catch_up_overdue)
    assert [stored_seqs(tmp_path, f"c{n}") for n in range(3)] == [(4, 4), (4, 4), (3, 3)]


async def test_the_journal_is_not_written_over_before_the_tables_are_flushed(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = store.writer.tables
    said = message(await accepted(store), "One.", "r1")
    await store.log.append(said, nothing)
    # Catching up is not flushed: a power cut may undo it, and then the journal is all there is.
    await store.writer.catch_up()
    assert not tables.is_flushed
    monkeypatch.setattr(journal, "SWITCH_BYTES", 0)
    again = message(said.after, "Two.", "r2")
    await store.log.append(again, nothing)
    assert b"One." in (tmp_path / "journal.0").read_bytes()
    # The journal is long now, so that this time the tables are flushed.
    await store.writer.catch_up()
    assert tables.is_flushed
    await store.log.append(message(again.after, "Three.", "r3"), nothing)
    assert b"Three." in (tmp_path / "journal.1").read_bytes()


async def test_a_job_that_changes_nothing_counts_as_no_flush(store: Store) -> None:
    await store.log.append(message(await accepted(store)), nothing)
    await store.writer.catch_up()
    await store.writer.do(lambda database: None)
    assert not store.writer.tables.is_flushed
    await store.writer.do(touch_disk)
    assert store.writer.tables.is_flushed


async def test_when_nothing_more_is_said_the_tables_catch_up_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = asyncio.Semaphore(0)
    counted = partial(open_store, tmp_path, lambda jobs, seconds: commits.release())
    async with counted(is_server=True) as store:
        state = await accepted(store)
        monkeypatch.setattr(backlog, "LAG_S", 0)
        monkeypatch.setattr(backlog, "TOGETHER_S", 0)
        await store.log.append(message(state), nothing)
        for _ in ("opened", "accepted", "said", "caught up"):
            await commits.acquire()
        assert stored_seqs(tmp_path) == (4, 4)


async def test_where_the_disk_refuses_to_catch_up_the_rest_is_read_all_the_same(
    store: Store,
) -> None:
    state = await accepted(store)
    await store.log.append(message(state), nothing)
    # As on a disk that was mounted read-only: reading goes on, writing does not.
    await store.writer.connection.run(
        lambda database: database.execute("PRAGMA query_only = ON").fetchone()
    )
    record = await store.conversations.find_by_id("c1")
    assert record is not None
    assert record.conversation == state
    await store.writer.connection.run(
        lambda database: database.execute("PRAGMA query_only = OFF").fetchone()
    )


async def test_a_check_beside_a_running_server_takes_no_offence_at_messages(
    tmp_path: Path, store: Store
) -> None:
    await store.log.append(message(await accepted(store)), nothing)
    assert check_folder(tmp_path).faults == []


async def test_a_check_finds_a_summary_that_lacks_more_than_messages(
    tmp_path: Path, store: Store
) -> None:
    state = await accepted(store)
    closed = decision(state, Close(), BOB)
    await store.log.append(closed, nothing)
    back = "UPDATE conversations SET seq = 3, state = ?, status = 'active'"
    text = as_json(state)
    await store.writer.do(lambda database: database.execute(back, (text,)) and None)
    assert check_folder(tmp_path).faults == ["c1: its summary does not follow from its log"]


async def test_no_id_of_a_request_outlives_the_erasure_of_what_it_asked_for(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path, is_server=True) as store:
        said = message(await accepted(store), "My name is Ann.", "an-id-that-says-much")
        await store.log.append(said, nothing)
        await store.log.append(decision(said.after, Erase()), nothing)
        await store.erasures.complete_erasure("c1")
        await store.erasures.forget_customer("ann", NOON)
        await store.purge.run()
    assert b"an-id-that-says-much" not in bytes_on_disk(tmp_path)
