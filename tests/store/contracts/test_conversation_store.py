"""The contract of `ConversationStore`."""

from collections.abc import Sequence

import pytest

from chatserver.core.conversation.commands import Abandon, Accept, AddNote, Close, Requeue
from chatserver.core.conversation.events import RequeueReason
from chatserver.core.conversation.listing import ListQuery, OpeningPeriod, SearchHit
from chatserver.core.conversation.record import ConversationRecord, ReadMarks
from chatserver.core.people import Role
from chatserver.services.log import ConversationStore
from chatserver.store.open import Store
from tests.playbook import ANN, BOB, CAT, EVE, NOON
from tests.store.contracts.scenes import Scene


@pytest.fixture
def conversations(store: Store) -> ConversationStore:
    return store.conversations


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


def ids(records: Sequence[ConversationRecord]) -> list[str]:
    return [record.conversation.id for record in records]


def found(hits: Sequence[SearchHit]) -> list[str]:
    return [hit.record.conversation.id for hit in hits]


async def test_a_conversation_is_found_by_id_and_reference(
    conversations: ConversationStore, scene: Scene
) -> None:
    state = await scene.waiting("c1")
    expected = ConversationRecord(state, ReadMarks())
    assert await conversations.find_by_id("c1") == expected
    assert await conversations.find_by_reference("REF-c1") == expected


@pytest.mark.parametrize("name", ["", "c2", "REF-c1' OR 1=1", "%", "\0"])
async def test_an_unknown_name_finds_nothing(
    conversations: ConversationStore, scene: Scene, name: str
) -> None:
    await scene.waiting("c1")
    assert await conversations.find_by_id(name) is None
    assert await conversations.find_by_reference(name) is None


async def test_waiting_and_active_conversations_are_open_in_order_of_opening(
    conversations: ConversationStore, scene: Scene
) -> None:
    # The ids say so: the clock was set back between the two.
    await scene.waiting("c1", at=NOON + 2)
    await scene.do(await scene.waiting("c2", at=NOON), Accept(), BOB)
    await scene.closed("c3", at=NOON + 1)
    assert ids(await conversations.list_open()) == ["c1", "c2"]


async def test_a_customers_open_conversations_come_first_then_the_newest(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.waiting("open", at=NOON)
    for number in (1, 2, 3):
        await scene.closed(f"closed{number}", at=NOON + number)
    await scene.waiting("eves", EVE, NOON + 9)
    assert ids(await conversations.list_of_customer("ann", 3)) == ["open", "closed3", "closed2"]
    assert ids(await conversations.list_of_customer("ann", 9, but=["open", "closed2"])) == [
        "closed3",
        "closed1",
    ]
    assert ids(await conversations.list_of_customer("nobody", 9)) == []


async def test_pages_of_a_list_follow_each_other_without_gap_or_repetition(
    conversations: ConversationStore, scene: Scene
) -> None:
    for number in range(5):
        # Two were opened in the same ms: then the id decides.
        await scene.waiting(f"c{number}", at=NOON + number // 2)
    listed: list[str] = []
    before: tuple[int, str] | None = None
    while page := await conversations.list_page(ListQuery("waiting", None, before, 2)):
        listed += ids(page)
        before = (page[-1].conversation.opened_at, page[-1].conversation.id)
    assert listed == ["c4", "c3", "c2", "c1", "c0"]


async def test_abandoned_conversations_are_listed_for_all_and_for_those_who_had_them(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.closed("served")
    await scene.do(await scene.waiting("ended", said=""), Close(), ANN)
    await scene.do(await scene.waiting("never served", said=""), Abandon())
    state = await scene.do(await scene.waiting("lost", said="", at=NOON + 1), Accept(), BOB)
    state = await scene.do(state, Requeue("bob", RequeueReason.TECHNICIAN_LEFT))
    await scene.do(state, Abandon())
    every = await conversations.list_page(ListQuery("abandoned"))
    assert ids(every) == ["lost", "never served"]
    assert ids(await conversations.list_page(ListQuery("abandoned", "bob"))) == ["lost"]
    assert ids(await conversations.list_page(ListQuery("abandoned", "cat"))) == []


async def test_a_list_is_of_one_status_and_one_technician(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.waiting("waiting")
    await scene.closed("bobs", helper=BOB)
    await scene.closed("cats", helper=CAT)
    assert ids(await conversations.list_page(ListQuery("closed", "bob"))) == ["bobs"]
    assert set(ids(await conversations.list_page(ListQuery("closed")))) == {"bobs", "cats"}
    assert ids(await conversations.list_page(ListQuery("no status"))) == []


async def test_a_read_mark_is_of_one_side_and_never_moves_back(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.waiting("c1")
    for seq in (2, 1):
        await conversations.mark_read("c1", Role.CUSTOMER, seq)
    assert (await scene.record("c1")).marks == ReadMarks(customer=2, technician=0)
    await conversations.mark_read("c1", Role.TECHNICIAN, 1)
    assert (await scene.record("c1")).marks == ReadMarks(customer=2, technician=1)


async def test_marking_an_unknown_conversation_changes_nothing(
    conversations: ConversationStore,
) -> None:
    await conversations.mark_read("nowhere", Role.CUSTOMER, 1)
    assert await conversations.find_by_id("nowhere") is None


async def test_a_search_finds_conversations_with_every_word(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.closed("both", said="the Modem blinks")
    await scene.closed("one", said="the modem hums")
    assert found(await conversations.search_as_customer("ann", "BLINKS modem", 9)) == ["both"]
    assert found(await conversations.search_as_customer("ann", "mod bli", 9)) == ["both"]
    assert found(await conversations.search_as_customer("ann", "modem absent", 9)) == []


async def test_a_search_ignores_case_and_accents(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.closed("c1", said="Ein CAFÉ")
    assert found(await conversations.search_as_customer("ann", "cafe", 9)) == ["c1"]


async def test_the_best_match_comes_first_and_of_equal_ones_the_newest(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.closed("often", said="modem, modem, modem and so on and so on")
    await scene.closed("older", said="a modem and so on and so on and so on")
    await scene.closed("newer", said="a modem and so on and so on and so on")
    hits = await conversations.search_as_customer("ann", "modem", 9)
    assert found(hits) == ["often", "newer", "older"]
    assert found(await conversations.search_as_customer("ann", "modem", 1)) == ["often"]


async def test_an_excerpt_marks_what_was_found(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.closed("c1", said="my modem blinks")
    (hit,) = await conversations.search_as_customer("ann", "modem", 9)
    assert "\x02modem\x03" in hit.excerpt


@pytest.mark.parametrize("text", ["", "   ", "?!", '"', "NEAR(", "*", "modem OR (", "\0"])
async def test_no_text_is_a_syntax_error_of_a_search(
    conversations: ConversationStore, scene: Scene, text: str
) -> None:
    await scene.closed("c1", said="hums")
    assert found(await conversations.search_as_customer("ann", text, 9)) == []
    assert found(await conversations.search_as_technician(None, text, 9)) == []


async def test_customers_search_only_their_own_conversations_without_notes(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.closed("anns", said="modem", note=AddNote(text="quagmire"))
    await scene.closed("eves", EVE, said="modem")
    assert found(await conversations.search_as_customer("ann", "modem", 9)) == ["anns"]
    assert found(await conversations.search_as_customer("ann", "quagmire", 9)) == []


async def test_technicians_search_their_own_or_all_conversations_with_notes(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.closed("bobs", said="modem", helper=BOB, note=AddNote(text="quagmire"))
    await scene.closed("cats", said="modem", helper=CAT)
    assert found(await conversations.search_as_technician("bob", "modem", 9)) == ["bobs"]
    assert set(found(await conversations.search_as_technician(None, "modem", 9))) == {
        "bobs",
        "cats",
    }
    assert found(await conversations.search_as_technician("bob", "quagmire", 9)) == ["bobs"]


@pytest.mark.parametrize("text", ["modem", "quagm MODEM", "REF c1", "REFc1", "ann", "ode"])
async def test_open_conversations_are_searched_by_words_parts_of_words_and_names(
    conversations: ConversationStore, store: Store, scene: Scene, text: str
) -> None:
    await store.customers.save_customer(ANN, None)
    state = await scene.waiting("c1", said="my Modem blinks")
    await scene.do(await scene.do(state, Accept(), BOB), AddNote(text="quagmire"), BOB)
    await scene.waiting("c2", EVE, said="a printer")
    assert found(await conversations.search_among(["c1", "c2"], text, 9)) == ["c1"]
    assert found(await conversations.search_among(["c2"], text, 9)) == []


async def test_a_search_among_open_conversations_marks_the_match_and_needs_every_word(
    conversations: ConversationStore, scene: Scene
) -> None:
    await scene.waiting("c1", said="my modem blinks")
    (hit,) = await conversations.search_among(["c1"], "modem", 9)
    assert hit.excerpt == "my \x02modem\x03 blinks"
    for text in ("modem rings", "", "?!"):
        assert found(await conversations.search_among(["c1"], text, 9)) == []


async def test_lists_and_searches_keep_to_the_time_of_opening(
    conversations: ConversationStore, scene: Scene
) -> None:
    for number in range(4):
        await scene.closed(f"c{number}", at=NOON + number, helper=BOB, said="modem")
    middle = OpeningPeriod(NOON + 1, NOON + 3)
    listed = await conversations.list_page(ListQuery("closed", period=middle))
    assert ids(listed) == ["c2", "c1"]
    hits = await conversations.search_as_technician("bob", "modem", 9, middle)
    assert set(found(hits)) == {"c1", "c2"}
    later = await conversations.search_as_technician(
        "bob", "modem", 9, OpeningPeriod(since=NOON + 2)
    )
    assert set(found(later)) == {"c2", "c3"}


async def test_open_and_erased_conversations_are_not_found(
    conversations: ConversationStore, store: Store, scene: Scene
) -> None:
    await scene.waiting("open", said="quagmire")
    state = await scene.erased("erased")
    await store.erasures.complete_erasure(state.id)
    assert found(await conversations.search_as_customer("ann", "quagmire", 9)) == []
    assert found(await conversations.search_as_customer("ann", "hello", 9)) == []


async def test_similar_conversations_share_rare_words_and_are_others(
    conversations: ConversationStore, scene: Scene
) -> None:
    for number in range(6):
        await scene.closed(f"other{number}", EVE, said="a cable hums")
    await scene.closed("like", EVE, said="the quagmire blinks")
    await scene.closed("c1", ANN, said="a quagmire again")
    assert found(await conversations.find_similar("c1", 5)) == ["like"]
    assert found(await conversations.find_similar("c1", 0)) == []
    assert found(await conversations.find_similar("nowhere", 5)) == []
