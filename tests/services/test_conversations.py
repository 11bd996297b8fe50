"""The one way into the log: a conversation's turn, the decision, the commit, and what is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.bus.memory import MemoryBus
from chatserver.core.conversation.commands import AddNote, Close, Open, Send
from chatserver.core.conversation.events import Message, Note
from chatserver.core.errors import Code, Refused, Unavailable
from chatserver.core.log import DuplicateRequest, LogPage, RequestKey
from chatserver.core.notifications import Committed, ReadMarked, Typing
from chatserver.services.conversations import Conversations
from chatserver.store.open import open_store
from tests.services.backend import Backend, open_backend

EVERYTHING = LogPage(after=0)


@pytest.fixture
async def narrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """Services that let a customer have two open conversations."""
    async with open_backend(tmp_path, monkeypatch, open_conversations=2) as opened:
        yield opened


def without_place() -> int | None:
    return None


def full() -> int | None:
    raise Refused(Code.QUEUE_FULL)


async def test_the_answer_to_an_opening_has_the_reference_and_the_position(
    backend: Backend,
) -> None:
    ann = await backend.customer()
    opening, request = Open("c1", "K7F3-9QMX"), RequestKey("o1")
    answer = await backend.services.conversations.open(opening, ann, request, lambda: 7)
    assert answer == {
        "conversation": "c1",
        "seq": 1,
        "at": backend.now,
        "reference": "K7F3-9QMX",
        "status": "waiting",
        "position": 7,
    }


async def test_with_a_free_technician_there_is_no_position(backend: Backend) -> None:
    ann = await backend.customer()
    opening = Open("c1", "K7F3-9QMX")
    answer = await backend.services.conversations.open(
        opening, ann, RequestKey("o1"), without_place
    )
    assert "position" not in answer


async def test_the_position_is_asked_for_once(backend: Backend) -> None:
    asked = []

    def place() -> int:
        asked.append(backend.now)
        return len(asked)

    ann = await backend.customer()
    opening = Open("c1", "K7F3-9QMX")
    answer = await backend.services.conversations.open(opening, ann, RequestKey("o1"), place)
    assert (answer["position"], len(asked)) == (1, 1)


async def test_a_full_queue_refuses_an_opening_and_stores_nothing(backend: Backend) -> None:
    ann, conversations = await backend.customer(), backend.services.conversations
    with pytest.raises(Refused) as refused:
        await conversations.open(Open("c1", "K7F3-9QMX"), ann, RequestKey("o1"), full)
    assert refused.value.code is Code.QUEUE_FULL
    assert await conversations.find_record("c1") is None


async def test_a_customer_has_as_many_open_conversations_as_are_allowed(narrow: Backend) -> None:
    ann, eve = await narrow.customer("Ann"), await narrow.customer("Eve")
    for _ in range(2):
        await narrow.open_conversation(ann)
    with pytest.raises(Refused) as refused:
        await narrow.open_conversation(ann)
    assert refused.value.code is Code.TOO_MANY
    assert await narrow.open_conversation(eve)


async def test_closing_a_conversation_lets_its_customer_open_another(narrow: Backend) -> None:
    ann = await narrow.customer("Ann")
    first, _ = await narrow.open_conversation(ann), await narrow.open_conversation(ann)
    await narrow.run_command(ann, first, Close())
    assert await narrow.open_conversation(ann)


async def test_openings_that_are_not_stored_yet_count_against_the_limit(narrow: Backend) -> None:
    ann = await narrow.customer()
    # All three are checked before the first of them is on disk.
    results = await asyncio.gather(
        *(narrow.open_conversation(ann) for _ in range(3)), return_exceptions=True
    )
    refused = [each for each in results if isinstance(each, Refused)]
    assert [each.code for each in refused] == [Code.TOO_MANY]
    assert narrow.services.conversations.count_open() == 2


async def test_a_repeated_request_is_given_the_first_answer_and_stores_nothing(
    backend: Backend,
) -> None:
    ann, conversations = await backend.customer(), backend.services.conversations
    conversation, request = await backend.open_conversation(ann), RequestKey("r1")
    first = await conversations.handle(conversation.id, Send("Hello?"), ann, request)
    backend.now += 1
    with pytest.raises(DuplicateRequest) as repeated:
        await conversations.handle(conversation.id, Send("Hello?"), ann, request)
    assert repeated.value.answer == first
    assert await conversations.find_answer(ann, request) == first
    assert backend.state(conversation.id).seq == first["seq"]


async def test_what_the_rules_refuse_changes_nothing_and_is_told_to_none(backend: Backend) -> None:
    ann, eve = await backend.customer("Ann"), await backend.customer("Eve")
    conversation = await backend.open_conversation(ann)
    backend.published.clear()
    with pytest.raises(Refused) as refused:
        await backend.run_command(eve, conversation, Send("Hello?"))
    assert refused.value.code is Code.NOT_FOUND
    assert backend.state(conversation.id) == conversation
    assert backend.published == []


async def test_commands_on_one_conversation_are_decided_one_after_the_other(
    backend: Backend,
) -> None:
    ann = await backend.customer()
    conversation = await backend.open_conversation(ann)
    await asyncio.gather(
        *(backend.run_command(ann, conversation, Send(f"{each}")) for each in range(5))
    )
    history = await backend.services.conversations.read_history(conversation.id, EVERYTHING, ann)
    assert [event.seq for event in history] == [1, 2, 3, 4, 5, 6, 7]
    said = [event.fact.text for event in history if isinstance(event.fact, Message)]
    assert said == ["It blinks", "0", "1", "2", "3", "4"]


async def test_a_command_that_waited_for_the_closing_is_refused(backend: Backend) -> None:
    ann = await backend.customer()
    conversation = await backend.open_conversation(ann)
    # The second command waits for the turn of the first, and is decided on a closed conversation.
    closed, late = await asyncio.gather(
        backend.run_command(ann, conversation, Close()),
        backend.run_command(ann, conversation, Send("One more thing")),
        return_exceptions=True,
    )
    assert not isinstance(closed, BaseException)
    assert not closed.is_open
    assert isinstance(late, Refused)
    assert late.code is Code.CLOSED


async def test_a_decision_is_made_again_when_another_program_was_faster(
    backend: Backend, tmp_path: Path
) -> None:
    ann, bob = await backend.customer(), await backend.technician()
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    # As a command does beside the running server: its appends are unknown to the memory here.
    async with open_store(tmp_path) as beside:
        elsewhere = Conversations(
            log=beside.log,
            store=beside.conversations,
            bus=MemoryBus(),
            clock=backend.clock.read,
            open_limit=0,
            reopen_ms=0,
        )
        await elsewhere.load()
        await elsewhere.handle(conversation.id, Send("First"), bob)
    after = await backend.run_command(ann, conversation, Send("Second"))
    assert after.seq == conversation.seq + 2


async def test_committed_events_are_told_once_with_the_states_before_and_after(
    backend: Backend,
) -> None:
    ann = await backend.customer()
    before = await backend.open_conversation(ann)
    backend.published.clear()
    after = await backend.run_command(ann, before, Send("Hello?"))
    [news] = backend.published_of(Committed)
    assert isinstance(news, Committed)
    assert (news.before, news.after) == (before, after)
    assert [event.seq for event in news.events] == [after.seq]


async def test_the_store_that_is_closed_refuses_and_the_memory_stays_as_it_was(
    backend: Backend,
) -> None:
    ann = await backend.customer()
    conversation = await backend.open_conversation(ann)
    # From here on every append is refused, as it is while the disk fails.
    backend.store.writer.close()
    with pytest.raises(Unavailable):
        await backend.services.conversations.handle(conversation.id, Send("Hello?"), ann)
    assert backend.state(conversation.id) == conversation


async def test_a_closed_conversation_leaves_the_memory_and_is_found_on_disk(
    backend: Backend,
) -> None:
    ann, conversations = await backend.customer(), backend.services.conversations
    conversation = await backend.open_conversation(ann)
    closed = await backend.run_command(ann, conversation, Close())
    assert conversations.find_open(conversation.id) is None
    assert conversations.open_ids_of_customer(ann.id) == []
    record = await conversations.find_record(conversation.id)
    assert record is not None
    assert record.conversation == closed


async def test_after_a_restart_the_open_conversations_are_as_they_were(
    backend: Backend, tmp_path: Path
) -> None:
    ann = await backend.customer()
    waiting, closed = await backend.open_conversation(ann), await backend.open_conversation(ann)
    await backend.run_command(ann, closed, Close())
    async with open_store(tmp_path) as store:
        restarted = Conversations(
            log=store.log,
            store=store.conversations,
            bus=MemoryBus(),
            clock=backend.clock.read,
            open_limit=0,
            reopen_ms=0,
        )
        records = await restarted.load()
        assert [record.conversation for record in records] == [waiting]
        assert restarted.open_ids_of_customer(ann.id) == [waiting.id]


async def test_a_customers_conversations_are_listed_open_ones_first_then_the_newest(
    backend: Backend,
) -> None:
    ann = await backend.customer()
    oldest = await backend.open_conversation(ann)
    closed = []
    for _ in range(2):
        backend.now += 1
        closed.append(await backend.open_conversation(ann))
        await backend.run_command(ann, closed[-1], Close())
    records = await backend.services.conversations.records_of_customer(ann.id, 2)
    listed = [record.conversation.id for record in records]
    assert listed == [oldest.id, closed[1].id]


async def test_a_customer_reads_the_history_without_notes(backend: Backend) -> None:
    ann, bob = await backend.customer(), await backend.technician()
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    await backend.run_command(bob, conversation, AddNote("Third call this week"))
    read = backend.services.conversations.read_history
    notes = [isinstance(event.fact, Note) for event in await read(conversation.id, EVERYTHING, bob)]
    assert any(notes)
    shown = await read(conversation.id, EVERYTHING, ann)
    assert not any(isinstance(event.fact, Note) for event in shown)


async def test_a_history_of_others_does_not_exist(backend: Backend) -> None:
    ann, eve = await backend.customer("Ann"), await backend.customer("Eve")
    conversation = await backend.open_conversation(ann)
    with pytest.raises(Refused) as refused:
        await backend.services.conversations.read_history(conversation.id, EVERYTHING, eve)
    assert refused.value.code is Code.NOT_FOUND


async def test_only_participants_are_told_of_as_typing(backend: Backend) -> None:
    ann, eve = await backend.customer("Ann"), await backend.customer("Eve")
    bob, cat = await backend.technician("bob"), await backend.technician("cat")
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    for actor in (ann, eve, bob, cat):
        backend.services.conversations.publish_typing(conversation.id, actor, is_on=True)
    assert backend.published_of(Typing) == [
        Typing(conversation.id, ann.author, True),
        Typing(conversation.id, bob.author, True),
    ]


async def test_a_read_mark_goes_forward_only_and_not_beyond_what_the_customer_sees(
    backend: Backend,
) -> None:
    ann, bob = await backend.customer(), await backend.technician()
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    noted = await backend.run_command(bob, conversation, AddNote("Third call this week"))
    conversations = backend.services.conversations
    # The seq of a note would tell the customer that there is one.
    for seq in (1, noted.seq, 2):
        await conversations.advance_read_mark(conversation.id, bob, seq)
    marks = [
        each.marks.technician
        for each in backend.published_of(ReadMarked)
        if isinstance(each, ReadMarked)
    ]
    assert marks == [1, noted.shown]
    stored = await backend.store.conversations.find_by_id(conversation.id)
    assert stored is not None
    assert stored.marks.technician == noted.shown < noted.seq


async def test_a_read_mark_of_strangers_is_ignored(backend: Backend) -> None:
    ann, eve = await backend.customer("Ann"), await backend.customer("Eve")
    conversation = await backend.open_conversation(ann)
    await backend.services.conversations.advance_read_mark(conversation.id, eve, 1)
    await backend.services.conversations.advance_read_mark("unknown", eve, 1)
    assert backend.published_of(ReadMarked) == []


def test_ids_of_one_moment_sort_in_the_order_in_which_they_were_made(backend: Backend) -> None:
    conversations = backend.services.conversations
    made = [conversations.new_id(entropy) for entropy in (9, 5, 0)]
    assert made == sorted(made)
    assert len(set(made)) == 3


async def test_a_customer_under_another_name_is_still_the_owner(backend: Backend) -> None:
    ann = await backend.customer()
    conversation = await backend.open_conversation(ann)
    record = await backend.services.conversations.require_readable(
        conversation.id, replace(ann, name="Anna")
    )
    assert record.conversation == conversation
