"""The contract of `Log`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Accept, AddNote, Send
from chatserver.core.conversation.events import Redacted
from chatserver.core.errors import ReusedRequestId
from chatserver.core.log import DuplicateRequest, LogPage, RequestKey, SeqConflict
from chatserver.services.log import Log
from chatserver.store.open import Store
from tests.fakes import FakeLog
from tests.playbook import ANN, BOB
from tests.store.contracts.conftest import ENGINES, OpenEngine, open_engine
from tests.store.contracts.scenes import Scene, decision, opening

ALL = LogPage(after=0)


def nothing() -> None:
    """Called when an append is stored and the test does not care."""


@pytest.fixture(params=["fake", *ENGINES])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Log]:
    """A log without events; the fake that other tests use keeps the contract too."""
    if request.param == "fake":
        yield FakeLog()
        return
    async with open_engine(request)(tmp_path) as store:
        yield store.log


async def seqs(log: Log, name: str, page: LogPage = ALL, *, internal: bool = True) -> list[int]:
    return [event.seq for event in await log.read_page(name, page, internal=internal)]


async def test_what_was_appended_is_read_back(log: Log) -> None:
    first = opening()
    await log.append(first, nothing)
    assert tuple(await log.read_page("c1", ALL, internal=True)) == first.events


async def test_an_append_is_read_after_reopening_under_the_same_epoch(
    engine: OpenEngine, tmp_path: Path
) -> None:
    async with engine(tmp_path) as store:
        epoch = store.log.epoch
        await store.log.append(opening(), nothing)
    async with engine(tmp_path) as store:
        assert store.log.epoch == epoch
        assert await seqs(store.log, "c1") == [1, 2]


async def test_stored_is_called_before_the_append_returns(log: Log) -> None:
    calls: list[str] = []
    await log.append(opening(), lambda: calls.append("stored"))
    calls.append("returned")
    assert calls == ["stored", "returned"]


async def test_stored_is_called_in_the_order_of_the_appends(log: Log) -> None:
    calls: list[int] = []
    appends = [
        log.append(opening(f"c{number}"), lambda number=number: calls.append(number))  # type: ignore[misc]
        for number in range(20)
    ]
    await asyncio.gather(*appends)
    assert calls == list(range(20))


async def test_stored_is_called_although_the_waiting_task_was_cancelled(log: Log) -> None:
    calls: list[str] = []
    waiting = asyncio.ensure_future(log.append(opening(), lambda: calls.append("stored")))
    await asyncio.sleep(0)  # the append waits for its commit now
    waiting.cancel()
    await log.append(opening("c2"), nothing)
    assert calls == ["stored"]
    assert await seqs(log, "c1") == [1, 2]


async def test_of_two_decisions_from_the_same_state_the_second_conflicts(log: Log) -> None:
    first = opening()
    await log.append(first, nothing)
    outcomes = await asyncio.gather(
        *(log.append(decision(first.after, Send(text=text)), nothing) for text in ("a", "b")),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), SeqConflict]
    assert await seqs(log, "c1") == [1, 2, 3]


async def test_an_append_with_a_gap_before_it_conflicts(log: Log) -> None:
    first = opening()
    second = decision(first.after, Send(text="second"))
    await log.append(first, nothing)
    with pytest.raises(SeqConflict):
        await log.append(decision(second.after, Send(text="third")), nothing)
    assert await seqs(log, "c1") == [1, 2]


async def test_a_conflicting_append_stores_no_answer(log: Log) -> None:
    lost = decision(opening().after, Send(text="lost"), request=RequestKey("send"))
    with pytest.raises(SeqConflict):
        await log.append(lost, nothing)
    assert await log.find_answer("ann", RequestKey("send")) is None


async def test_a_repeated_request_raises_its_first_answer_and_stores_nothing(log: Log) -> None:
    await log.append(opening(), nothing)
    with pytest.raises(DuplicateRequest) as repeated:
        await log.append(replace(opening("c2"), request=RequestKey("open c1")), nothing)
    assert repeated.value.answer == {"seq": 2}
    assert await seqs(log, "c2") == []


async def test_another_request_under_an_id_that_was_used_is_refused_and_not_stored(
    log: Log,
) -> None:
    await log.append(replace(opening(), request=RequestKey("r", 1)), nothing)
    with pytest.raises(ReusedRequestId):
        await log.append(replace(opening("c2"), request=RequestKey("r", 2)), nothing)
    with pytest.raises(ReusedRequestId):
        await log.find_answer("ann", RequestKey("r", 2))
    assert await seqs(log, "c2") == []


async def test_of_many_requests_under_one_id_at_once_one_is_stored(log: Log) -> None:
    outcomes = await asyncio.gather(
        *(
            log.append(replace(opening(f"c{number}"), request=RequestKey("r", number)), nothing)
            for number in range(10)
        ),
        return_exceptions=True,
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, ReusedRequestId) for outcome in outcomes) == 9


async def test_of_many_identical_requests_at_once_one_is_stored(log: Log) -> None:
    outcomes = await asyncio.gather(
        *(log.append(opening(), nothing) for _ in range(10)), return_exceptions=True
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, DuplicateRequest) for outcome in outcomes) == 9
    assert await seqs(log, "c1") == [1, 2]


async def test_an_answer_belongs_to_its_author_and_request(log: Log) -> None:
    await log.append(opening(), nothing)
    assert await log.find_answer("ann", RequestKey("open c1")) == {"seq": 2}
    assert await log.find_answer("eve", RequestKey("open c1")) is None
    assert await log.find_answer("ann", RequestKey("open c2")) is None


@pytest.mark.parametrize("request_id", ["", "\0", "'; --", '"', "😀" * 100])
async def test_any_text_is_a_request_id(log: Log, request_id: str) -> None:
    await log.append(replace(opening(), request=RequestKey(request_id)), nothing)
    assert await log.find_answer("ann", RequestKey(request_id)) == {"seq": 2}


async def test_events_with_any_characters_come_back_unchanged(log: Log) -> None:
    first = opening()
    await log.append(first, nothing)
    hostile = decision(first.after, Send(text="\0 '\" \u2028 😀 \x1b[31m"))
    await log.append(hostile, nothing)
    assert tuple(await log.read_page("c1", LogPage(after=2), internal=True)) == hostile.events


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (LogPage(after=0, limit=3), [1, 2, 3]),
        (LogPage(after=3, limit=3), [4, 5, 6]),
        (LogPage(after=9), []),
        (LogPage(before=5, limit=3), [2, 3, 4]),
        (LogPage(before=1), []),
        (LogPage(limit=2), [6, 7]),
        (LogPage(), [1, 2, 3, 4, 5, 6, 7]),
        (LogPage(after=0, limit=0), []),
    ],
)
async def test_a_page_is_ascending_and_limited(
    log: Log, page: LogPage, expected: list[int]
) -> None:
    append = opening()
    await log.append(append, nothing)
    for text in "abcde":
        append = decision(append.after, Send(text=text))
        await log.append(append, nothing)
    assert await seqs(log, "c1", page) == expected


async def test_internal_events_are_read_only_where_asked_for(store: Store) -> None:
    scene = Scene(store)
    state = await scene.do(await scene.waiting("c1"), Accept(), BOB)
    await scene.do(state, AddNote(text="note"), BOB)
    assert await seqs(store.log, "c1", internal=True) == [1, 2, 3, 4]
    assert await seqs(store.log, "c1", internal=False) == [1, 2, 3]


async def test_an_unknown_conversation_has_no_events_and_no_salts(log: Log) -> None:
    assert await seqs(log, "nowhere") == []
    assert await log.read_salts("nowhere") == []


async def test_each_event_has_a_salt_of_its_own(log: Log) -> None:
    await log.append(opening(), nothing)
    salts = await log.read_salts("c1")
    assert [each.seq for each in salts] == [1, 2]
    assert len({each.salt for each in salts}) == 2
    assert all(each.salt and len(bytes.fromhex(each.salt)) == 16 for each in salts)


async def test_an_erased_event_has_a_leaf_instead_of_salt_and_words(store: Store) -> None:
    state = await Scene(store).erased("c1")
    events = await store.log.read_page("c1", ALL, internal=True)
    salts = await store.log.read_salts("c1")
    erased, kept = salts[: state.seq - 1], salts[state.seq - 1 :]
    assert all(each.salt is None and each.leaf for each in erased)
    assert all(each.salt and each.leaf is None for each in kept)
    assert isinstance(events[-1].fact, Redacted)
    assert "hello" not in repr(events)


async def test_an_imported_log_keeps_its_salts(log: Log) -> None:
    salts = ["ab" * 16, "cd" * 16]
    await log.append_imported(opening(), salts)
    assert [each.salt for each in await log.read_salts("c1")] == salts


async def test_a_log_imported_without_salts_gets_new_ones(log: Log) -> None:
    await log.append_imported(opening(), None)
    assert all(each.salt for each in await log.read_salts("c1"))


async def test_an_import_adds_an_unknown_customer_and_leaves_a_known_one(store: Store) -> None:
    await store.log.append_imported(opening(), None)
    assert await store.customers.find_customer("ann") == ANN
    known = replace(ANN, name="Ann Other", email="ann@example.org")
    await store.customers.save_customer(known, None)
    await store.log.append_imported(opening("c2"), None)
    assert await store.customers.find_customer("ann") == known


async def test_importing_a_known_conversation_conflicts(log: Log) -> None:
    await log.append_imported(opening(), None)
    with pytest.raises(SeqConflict):
        await log.append_imported(replace(opening(), request=None), None)
    assert await seqs(log, "c1") == [1, 2]
