"""The choice of a technician under the administrator's rules, and its explanation."""

from dataclasses import replace

from chatserver.core.explanation import DecidingFactor, Eligibility
from chatserver.core.pairing.queue import QueuePosition
from chatserver.core.pairing.rules import PairingMode, PairingRules, TopicRules
from chatserver.core.people import Level, TechnicianStatus
from tests.core.pairing.scenes import MODEM, SECOND, held, router_with, waiting, who
from tests.playbook import BOB, CAT, SUE


def test_a_customer_goes_to_the_previous_technician() -> None:
    router = router_with(BOB, CAT)
    router.update_conversation(waiting(1, previous="cat"), 10)
    (pairing,) = router.make_pairings(10)
    assert (pairing.technician.id, pairing.why.ground) == ("cat", DecidingFactor.PREVIOUS)


def test_a_customer_waits_a_while_for_a_busy_previous_technician() -> None:
    router = router_with(replace(BOB, capacity=1), CAT, previous_hold=15 * SECOND)
    held(router, waiting(1), BOB)
    router.update_conversation(waiting(2, previous="bob"), 0)
    assert router.make_pairings(0) == []
    assert router.next_wakeup() == 15 * SECOND
    assert who(router.make_pairings(15 * SECOND)) == [("c2", "cat")]


def test_a_customer_does_not_wait_for_an_away_previous_technician() -> None:
    router = router_with(replace(BOB, status=TechnicianStatus.AWAY), CAT)
    router.update_conversation(waiting(1, previous="bob"), 0)
    assert who(router.make_pairings(0)) == [("c1", "cat")]


def test_waiting_for_one_technician_holds_up_no_other_customer() -> None:
    router = router_with(replace(BOB, capacity=1), CAT)
    held(router, waiting(1), BOB)
    router.update_conversation(waiting(2, previous="bob"), 0)
    router.update_conversation(waiting(3), 0)
    # c2 came first, but waits for BOB: CAT must not stay idle for that.
    assert who(router.make_pairings(0)) == [("c3", "cat")]


def test_only_technicians_with_the_required_skills_are_asked() -> None:
    router = router_with(
        BOB, replace(CAT, skills=MODEM), topics={"dsl": TopicRules(required=MODEM)}
    )
    router.update_conversation(waiting(1, topic="dsl"), 0)
    (pairing,) = router.make_pairings(0)
    assert pairing.technician.id == "cat"
    verdicts = {each.technician.id: each.verdict for each in pairing.why.candidates}
    assert verdicts == {"cat": Eligibility.CHOSEN, "bob": Eligibility.SKILLS}


def test_required_skills_widen_after_a_while_and_the_decision_says_so() -> None:
    rules = TopicRules(required=MODEM, widen_after=60 * SECOND)
    router = router_with(BOB, topics={"dsl": rules})
    router.update_conversation(waiting(1, topic="dsl"), 0)
    assert router.make_pairings(0) == []
    assert router.next_wakeup() == 60 * SECOND
    (pairing,) = router.make_pairings(60 * SECOND)
    assert (pairing.technician.id, pairing.why.widened) == ("bob", ("skills",))
    assert pairing.why.waited == 60 * SECOND


def test_required_skills_without_a_time_to_widen_are_required_for_ever() -> None:
    router = router_with(BOB, topics={"dsl": TopicRules(required=MODEM)})
    router.update_conversation(waiting(1, topic="dsl"), 0)
    assert router.make_pairings(10**9) == []
    assert router.next_wakeup() is None


def test_more_preferred_skills_come_first() -> None:
    rules = TopicRules(preferred=frozenset({"modem", "fibre"}))
    skilled = replace(CAT, skills=frozenset({"modem", "fibre"}))
    router = router_with(replace(BOB, skills=MODEM), skilled, topics={"dsl": rules})
    held(router, waiting(1), CAT)
    router.update_conversation(waiting(2, topic="dsl"), 0)
    (pairing,) = router.make_pairings(0)
    assert (pairing.technician.id, pairing.why.ground) == ("cat", DecidingFactor.PREFERRED_SKILLS)


def test_a_customer_goes_to_a_technician_of_their_language() -> None:
    router = router_with(
        replace(BOB, languages=frozenset({"en"})), replace(CAT, languages=frozenset({"de"}))
    )
    router.update_conversation(waiting(1, language="de"), 0)
    assert who(router.make_pairings(0)) == [("c1", "cat")]


def test_a_language_that_no_technician_online_speaks_causes_no_wait() -> None:
    router = router_with(replace(BOB, languages=frozenset({"en"})))
    router.update_conversation(waiting(1, language="fi"), 0)
    (pairing,) = router.make_pairings(0)
    assert (pairing.technician.id, pairing.why.widened) == ("bob", ("language",))


def test_a_customer_waits_a_while_for_a_busy_technician_of_their_language() -> None:
    german = replace(CAT, languages=frozenset({"de"}), capacity=1)
    router = router_with(
        replace(BOB, languages=frozenset({"en"})), german, language_hold=30 * SECOND
    )
    held(router, waiting(1), german)
    router.update_conversation(waiting(2, language="de"), 0)
    assert router.make_pairings(0) == []
    assert who(router.make_pairings(30 * SECOND)) == [("c2", "bob")]


def test_the_first_level_is_asked_before_the_others_however_loaded() -> None:
    router = router_with(BOB, replace(CAT, level=Level.FIRST))
    held(router, waiting(1), CAT)
    router.update_conversation(waiting(2), 0)
    (pairing,) = router.make_pairings(0)
    assert (pairing.technician.id, pairing.why.ground) == ("cat", DecidingFactor.LEVEL)


def test_the_supervisor_level_gets_no_customers() -> None:
    router = router_with(replace(SUE, level=Level.BY_HAND))
    router.update_conversation(waiting(1), 0)
    assert router.make_pairings(0) == []
    assert not router.has_free_technician()


def test_priority_goes_before_arrival() -> None:
    router = router_with(replace(BOB, capacity=1), topics={"dsl": TopicRules(priority=1)})
    router.update_conversation(waiting(1), 0)
    router.update_conversation(waiting(2, topic="dsl"), 0)
    router.update_conversation(waiting(3, priority=5), 0)
    assert [ticket.conversation for ticket in router.queue] == ["c3", "c2", "c1"]


def test_of_the_two_limits_the_lower_counts() -> None:
    router = router_with(replace(BOB, capacity=4), topics={"dsl": TopicRules(capacity=1)})
    for number in (1, 2):
        router.update_conversation(waiting(number, topic="dsl"), 0)
    router.update_conversation(waiting(3), 0)
    assert who(router.make_pairings(0)) == [("c1", "bob"), ("c3", "bob")]


def test_between_two_customers_there_is_a_pause() -> None:
    router = router_with(BOB, pause=20 * SECOND)
    for number in (1, 2):
        router.update_conversation(waiting(number), 0)
    assert who(router.make_pairings(0)) == [("c1", "bob")]
    assert router.make_pairings(19 * SECOND) == []
    assert router.next_wakeup() == 20 * SECOND
    assert who(router.make_pairings(20 * SECOND)) == [("c2", "bob")]


def test_topics_served_by_hand_are_left_to_the_technicians() -> None:
    router = router_with(BOB, topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)})
    router.update_conversation(waiting(1, topic="dsl"), 0)
    assert router.make_pairings(0) == []
    assert router.queue.position("c1") == QueuePosition(1)


def test_changed_rules_take_effect_at_once() -> None:
    router = router_with(BOB, topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)})
    router.update_conversation(waiting(1, topic="dsl"), 0)
    assert router.make_pairings(0) == []
    router.use_rules(PairingRules(), 1)
    assert who(router.make_pairings(1)) == [("c1", "bob")]


def test_an_explanation_names_the_candidates_and_the_reasons_against_them() -> None:
    away = replace(SUE, status=TechnicianStatus.AWAY)
    other = replace(CAT, id="dan", name="Dan", topics=frozenset({"laptop"}))
    router = router_with(BOB, replace(CAT, capacity=1), other, away)
    held(router, waiting(1), CAT)
    router.update_conversation(waiting(2, topic="dsl"), 5)
    (pairing,) = router.make_pairings(5)
    assert pairing.why.ground is DecidingFactor.ONLY_ONE
    assert [(each.technician.id, each.verdict) for each in pairing.why.candidates] == [
        ("bob", Eligibility.CHOSEN),
        ("dan", Eligibility.TOPIC),
        ("cat", Eligibility.FULL),
    ]


def test_an_explanation_of_a_large_desk_names_some_and_counts_the_rest() -> None:
    crowd = [replace(BOB, id=f"t{number:03}") for number in range(100)]
    router = router_with(*crowd)
    router.update_conversation(waiting(1), 200)
    (pairing,) = router.make_pairings(200)
    assert len(pairing.why.candidates) + pairing.why.unnamed == 100
