"""The holds of the rules: each is bounded, named, and keeps no customer from others for nothing."""

from dataclasses import replace

import pytest

from chatserver.core.conversation.events import RequeueReason
from chatserver.core.conversation.state import Conversation
from chatserver.core.explanation import Eligibility, Hold
from chatserver.core.pairing.router import Router
from chatserver.core.pairing.rules import PairingMode, TopicRules
from chatserver.core.people import Level, Technician, TechnicianStatus
from tests.core.pairing.scenes import MODEM, SECOND, held, router_with, waiting, who
from tests.playbook import BOB, CAT

FULL_CAT = replace(CAT, capacity=1)


def put_back(number: int, avoid: str | None = None, **fields: object) -> Conversation:
    """A customer who was served before and waits again."""
    return waiting(number, requeued=True, avoid=avoid, **fields)


def beside_a_full_colleague(**rules: object) -> Router:
    """A router that knows BOB, free, and CAT, online but full."""
    router = router_with(BOB, FULL_CAT, **rules)
    held(router, waiting(9), FULL_CAT)
    return router


def test_a_customer_of_a_lost_technician_goes_back_to_them_before_any_newcomer() -> None:
    router = beside_a_full_colleague()
    router.update_conversation(waiting(1), 0)
    router.update_conversation(put_back(2, requeue_reason=RequeueReason.TECHNICIAN_LEFT), 1)
    assert who(router.make_pairings(1)) == [("c2", "bob"), ("c1", "bob")]


def test_a_customer_who_was_handed_over_waits_a_while_for_another_technician() -> None:
    router = beside_a_full_colleague(again_after=60 * SECOND)
    router.update_conversation(put_back(1, avoid="bob"), 0)
    assert router.make_pairings(0) == []
    assert router.next_wakeup() == 60 * SECOND
    (pairing,) = router.make_pairings(60 * SECOND)
    assert (pairing.technician.id, pairing.why.held) == ("bob", (Hold.PASSED_ON,))


def test_a_customer_who_was_handed_over_goes_to_another_technician_who_becomes_free() -> None:
    router = beside_a_full_colleague(again_after=60 * SECOND)
    router.update_conversation(put_back(1, avoid="bob"), 0)
    assert router.make_pairings(0) == []
    router.update_technician(replace(CAT, capacity=2), connected=True, now=1)
    (pairing,) = router.make_pairings(1)
    assert pairing.technician.id == "cat"
    verdicts = {each.technician.id: each.verdict for each in pairing.why.candidates}
    assert verdicts["bob"] is Eligibility.PASSED_ON


def test_after_the_hold_others_still_come_before_who_handed_the_customer_over() -> None:
    router = router_with(BOB, FULL_CAT, again_after=60 * SECOND)
    router.update_conversation(waiting(9), 0)
    held(router, waiting(8), BOB)
    router.update_conversation(put_back(1, avoid="bob"), 1)
    assert who(router.make_pairings(61 * SECOND)) == [("c1", "cat"), ("c9", "bob")]


@pytest.mark.parametrize("other", [None, replace(CAT, topics=frozenset({"dsl"}))])
def test_the_only_technician_of_a_topic_gets_a_customer_back_at_once(
    other: Technician | None,
) -> None:
    router = router_with(BOB) if other is None else router_with(BOB, other)
    # CAT serves another topic: waiting for her would never end.
    router.update_conversation(put_back(1, avoid="bob", topic="laptop"), 0)
    assert who(router.make_pairings(0)) == [("c1", "bob")]


def test_a_shorter_hold_counts_for_those_who_wait_already() -> None:
    router = beside_a_full_colleague(again_after=60 * SECOND)
    router.update_conversation(put_back(1, avoid="bob"), 0)
    assert router.make_pairings(0) == []
    router.use_rules(replace(router.rules, again_after=5 * SECOND), SECOND)
    assert router.make_pairings(SECOND) == []
    assert who(router.make_pairings(5 * SECOND)) == [("c1", "bob")]


def test_widening_begins_with_the_own_wait_of_each_who_was_put_back() -> None:
    rules = TopicRules(required=MODEM, widen_after=60 * SECOND)
    router = router_with(topics={"dsl": rules})
    for number, queued_at in ((1, 50 * SECOND), (2, 0)):
        router.update_technician(BOB, connected=False, now=0)
        held(router, waiting(number, topic="dsl"), BOB)
        router.update_conversation(put_back(number, topic="dsl"), queued_at)
    router.update_technician(BOB, connected=True, now=60 * SECOND)
    # c1 stands first, by its arrival, but has waited for 10 s only; c2 for 60 s.
    assert who(router.make_pairings(60 * SECOND)) == [("c2", "bob")]
    assert router.next_wakeup() == 110 * SECOND


def test_widening_begins_with_the_own_wait_of_each_left_message() -> None:
    rules = TopicRules(required=MODEM, widen_after=60 * SECOND)
    router = router_with(BOB, topics={"dsl": rules})
    router.update_conversation(waiting(1, topic="dsl", reply_by=9), 0)
    router.update_conversation(waiting(2, topic="dsl", reply_by=8), 50 * SECOND)
    # c2 was promised an earlier answer, but has waited for 10 s only.
    assert [ticket.conversation for ticket in router.queue] == ["c2", "c1"]
    assert who(router.make_pairings(60 * SECOND)) == [("c1", "bob")]


@pytest.mark.parametrize(
    "previous",
    [
        replace(BOB, level=Level.BY_HAND),
        replace(BOB, topics=frozenset({"laptop"})),
        replace(BOB, gone=True, status=TechnicianStatus.OFFLINE),
    ],
)
def test_a_previous_technician_who_cannot_be_chosen_is_not_waited_for(
    previous: Technician,
) -> None:
    router = router_with(previous, CAT)
    router.update_conversation(waiting(1, topic="dsl", previous="bob"), 0)
    assert who(router.make_pairings(0)) == [("c1", "cat")]


def test_a_previous_technician_who_rests_for_longer_than_the_hold_is_not_waited_for() -> None:
    router = router_with(BOB, pause=20 * SECOND, previous_hold=15 * SECOND)
    router.update_conversation(waiting(1), 0)
    assert who(router.make_pairings(0)) == [("c1", "bob")]
    router.update_technician(CAT, connected=True, now=1)
    # BOB rests until 20 s, and the hold would end at 15.
    router.update_conversation(waiting(2, previous="bob"), 2)
    assert who(router.make_pairings(2)) == [("c2", "cat")]


def test_a_longer_hold_for_the_previous_technician_ends_too() -> None:
    router = router_with(replace(BOB, capacity=1), CAT, previous_hold=15 * SECOND)
    held(router, waiting(9), BOB)
    router.update_conversation(waiting(1, previous="bob"), 0)
    assert router.make_pairings(0) == []
    router.use_rules(replace(router.rules, previous_hold=30 * SECOND), 1)
    assert router.make_pairings(15 * SECOND) == []
    (pairing,) = router.make_pairings(30 * SECOND)
    assert (pairing.technician.id, pairing.why.held) == ("cat", (Hold.PREVIOUS,))


def test_a_speaker_who_has_passed_the_customer_on_is_no_reason_to_wait() -> None:
    german = replace(BOB, languages=frozenset({"de"}))
    english = replace(CAT, languages=frozenset({"en"}))
    router = router_with(german, english)
    router.update_conversation(put_back(1, avoid="bob", language="de"), 0)
    assert who(router.make_pairings(0)) == [("c1", "cat")]


def test_the_explanation_names_each_hold_that_the_customer_sat_out() -> None:
    german = replace(CAT, languages=frozenset({"de"}), capacity=1)
    router = router_with(
        replace(BOB, languages=frozenset({"en"})), german, language_hold=30 * SECOND
    )
    held(router, waiting(9), german)
    router.update_conversation(waiting(1, language="de", previous="cat"), 0)
    assert router.make_pairings(0) == []
    assert router.make_pairings(15 * SECOND) == []
    (pairing,) = router.make_pairings(30 * SECOND)
    assert pairing.why.held == (Hold.PREVIOUS, Hold.LANGUAGE)


def test_a_failed_write_does_not_begin_a_hold_anew() -> None:
    rules = TopicRules(required=MODEM, widen_after=60 * SECOND)
    router = router_with(BOB, topics={"dsl": rules})
    state = waiting(1, topic="dsl")
    router.update_conversation(state, 0)
    assert who(router.make_pairings(60 * SECOND)) == [("c1", "bob")]
    router.undo_pairing(state, 61 * SECOND)
    (pairing,) = router.make_pairings(61 * SECOND)
    assert pairing.why.waited == 61 * SECOND


def test_a_missed_offer_goes_back_to_the_same_technician_while_the_others_are_full() -> None:
    offering = {"dsl": TopicRules(mode=PairingMode.OFFER)}
    router = beside_a_full_colleague(topics=offering, again_after=60 * SECOND)
    state = waiting(1, topic="dsl")
    router.update_conversation(state, 0)
    assert who(router.make_pairings(0)) == [("c1", "bob")]
    router.update_conversation(replace(state, offered=BOB.person), 0)
    router.update_conversation(replace(state, avoid="bob"), 30 * SECOND)
    assert router.make_pairings(30 * SECOND) == []
    assert who(router.make_pairings(90 * SECOND)) == [("c1", "bob")]


def test_a_withdrawn_offer_is_made_again_at_once() -> None:
    router = router_with(BOB, topics={"dsl": TopicRules(mode=PairingMode.OFFER)})
    state = waiting(1, topic="dsl")
    router.update_conversation(state, 0)
    assert who(router.make_pairings(0)) == [("c1", "bob")]
    router.update_conversation(replace(state, offered=BOB.person), 0)
    router.update_conversation(state, 1)
    assert who(router.make_pairings(1)) == [("c1", "bob")]


def test_an_answered_message_comes_back_before_newcomers_and_an_unanswered_one_after() -> None:
    router = router_with()
    router.update_conversation(waiting(1), 0)
    router.update_conversation(put_back(2), 0)
    router.update_conversation(put_back(3, reply_by=9), 0)
    assert [ticket.conversation for ticket in router.queue] == ["c2", "c1", "c3"]


def test_an_expired_place_is_served_as_a_left_message_though_its_customer_is_absent() -> None:
    router = router_with()
    router.update_conversation(waiting(1, place_until=9), 0)
    router.set_customer_present("c1", present=False)
    router.update_conversation(waiting(1, reply_by=20), 9)
    router.update_technician(BOB, connected=True, now=10)
    assert who(router.make_pairings(10)) == [("c1", "bob")]


def test_a_withdrawn_offer_does_not_count_as_a_second_refusal() -> None:
    offering = {"dsl": TopicRules(mode=PairingMode.OFFER)}
    router = router_with(BOB, topics=offering, again_after=60 * SECOND)
    declined = waiting(1, topic="dsl", avoid="bob")
    router.update_conversation(replace(declined, avoid=None, offered=BOB.person), 0)
    router.update_conversation(declined, 0)
    assert who(router.make_pairings(60 * SECOND)) == [("c1", "bob")]
    router.update_conversation(replace(declined, offered=BOB.person), 60 * SECOND)
    router.withdraw_offer("c1")
    router.update_conversation(declined, 61 * SECOND)
    assert who(router.make_pairings(61 * SECOND)) == [("c1", "bob")]
