"""The contract of `StatisticsStore`."""

import pytest

from chatserver.core.conversation.commands import (
    Abandon,
    Accept,
    Escalate,
    LeaveMessage,
    Open,
    PromiseReply,
    Rate,
    Requeue,
    Send,
)
from chatserver.core.conversation.events import RequeueReason
from chatserver.core.conversation.promise import EscalationLevel, Milestones
from chatserver.core.people import Person
from chatserver.core.statistics import ConversationFigures, PromiseFigures, period_figures
from chatserver.services.statistics import StatisticsStore
from chatserver.store.open import Store
from tests.playbook import ANN, BOB, NOON
from tests.store.contracts.scenes import Scene, decision

LATER = NOON + 1_000


@pytest.fixture
def statistics(store: Store) -> StatisticsStore:
    return store.statistics


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


async def test_figures_are_of_conversations_opened_from_one_moment_to_before_another(
    statistics: StatisticsStore, scene: Scene
) -> None:
    moments = (("before", NOON - 1), ("at", NOON), ("after", NOON + 1), ("later", LATER))
    for name, at in moments:
        await scene.waiting(name, at=at)
    found = await statistics.figures_between(NOON, LATER)
    assert sorted(figures.opened for figures in found) == [NOON, NOON + 1]
    assert await statistics.figures_between(NOON + 2, LATER) == []


async def test_the_figures_of_a_conversation_are_read_from_its_events(
    statistics: StatisticsStore, scene: Scene
) -> None:
    state = await scene.closed("c1", topic="dsl")
    await scene.do(state, Rate(score=4), ANN, NOON + 9)
    (figures,) = await statistics.figures_between(NOON, LATER)
    expected = ConversationFigures(
        opened=NOON,
        reference=state.reference,
        assigned=NOON,
        replied=NOON,
        closed=NOON,
        score=4,
        technician=Person("bob", "Bob"),
        topic="dsl",
    )
    assert figures == expected


async def test_an_abandoned_conversation_and_a_promise_are_told_apart(
    statistics: StatisticsStore, scene: Scene
) -> None:
    await scene.do(await scene.waiting("abandoned", said=""), Abandon(), None, NOON + 5)
    message = Open("message", "REF-message", text="hello", reply_by=NOON + 99)
    await scene.append(decision(None, message, ANN, NOON + 1))
    abandoned, promised = sorted(
        await statistics.figures_between(NOON, LATER), key=lambda each: each.opened
    )
    assert (abandoned.abandoned, abandoned.closed) == (True, NOON + 5)
    assert (promised.promised, promised.closed) == (NOON + 99, None)
    assert promised.assigned is None


async def test_a_customer_who_was_gone_counts_as_abandoned_and_as_promised(
    statistics: StatisticsStore, scene: Scene
) -> None:
    state = await scene.do(await scene.waiting("c1"), Accept(), BOB, NOON + 1)
    state = await scene.do(state, Send("Which light?"), BOB, NOON + 2)
    state = await scene.do(state, Requeue("bob", RequeueReason.TECHNICIAN_LEFT), None, NOON + 3)
    state = await scene.do(state, LeaveMessage(NOON + 99), None, NOON + 4)
    (figures,) = await statistics.figures_between(NOON, LATER)
    assert (figures.abandoned, figures.promised) == (True, NOON + 99)
    # The answer before the promise does not keep it.
    assert figures.promise_kept(NOON + 50) is None
    state = await scene.do(state, Accept(), BOB, NOON + 60)
    await scene.do(state, Send("It is solved."), BOB, NOON + 70)
    (figures,) = await statistics.figures_between(NOON, LATER)
    assert figures.promise_kept(NOON + 80)
    assert figures.abandoned


async def test_each_promise_of_a_conversation_counts(
    statistics: StatisticsStore, scene: Scene
) -> None:
    message = Open("message", "REF-message", text="hello", reply_by=NOON + 10)
    state = await scene.append(decision(None, message, ANN, NOON + 1))
    broken = Escalate(EscalationLevel.BROKEN, NOON + 10, NOON + 20, Milestones(0, 0, 0))
    state = await scene.do(state, broken, None, NOON + 10)
    state = await scene.do(state, Accept(), BOB, NOON + 11)
    state = await scene.do(state, Send("Restart it"), BOB, NOON + 12)
    state = await scene.do(state, Send("It still blinks"), ANN, NOON + 13)
    anew = PromiseReply(NOON + 99, Milestones(0, 0, 0))
    await scene.do(state, anew, None, NOON + 14)
    found = await statistics.figures_between(NOON, LATER)
    promises = period_figures(found, (NOON, LATER), NOON + 50, timezone="UTC").promises
    assert promises == PromiseFigures(made=3, kept=1, broken=1, due=1)
    assert not found[0].abandoned
