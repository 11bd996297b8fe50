"""Changes under a standing offer, and slots that are being taken by hand."""

from dataclasses import replace

import pytest

from chatserver.core.pairing.router import Router
from chatserver.core.pairing.rules import PairingMode, PairingRules, TopicRules
from chatserver.core.people import Level, Role, Technician, TechnicianStatus
from tests.core.pairing.scenes import MODEM, held, router_with, said_by, waiting, who
from tests.playbook import BOB, CAT

OFFER = TopicRules(mode=PairingMode.OFFER)
SKILLED_BOB = replace(BOB, skills=MODEM)


def with_an_offer(technician: Technician, *numbers: int, rules: TopicRules = OFFER) -> Router:
    """A router at which customers of the topic `dsl` are offered to one technician."""
    router = router_with(technician, topics={"dsl": rules})
    for number in numbers or (1,):
        state = waiting(number, topic="dsl")
        router.update_conversation(state, number)
        (pairing,) = router.make_pairings(number)
        assert pairing.technician.id == technician.id
        router.update_conversation(replace(state, offered=technician.person), number)
    assert router.invalid_offers() == []
    return router


@pytest.mark.parametrize(
    "changed",
    [
        replace(BOB, status=TechnicianStatus.AWAY),
        replace(BOB, level=Level.BY_HAND),
        replace(BOB, topics=frozenset({"laptop"})),
    ],
)
def test_an_offer_is_invalid_when_its_technician_would_not_be_asked_any_more(
    changed: Technician,
) -> None:
    router = with_an_offer(BOB)
    router.update_technician(changed, connected=True, now=2)
    assert router.invalid_offers() == [("c1", "bob")]


def test_a_lost_connection_alone_leaves_the_offer() -> None:
    router = with_an_offer(BOB)
    router.update_technician(BOB, connected=False, now=2)
    assert router.invalid_offers() == []


def test_a_smaller_capacity_leaves_the_oldest_offers() -> None:
    router = with_an_offer(replace(BOB, capacity=3), 1, 2, 3)
    # One of the three fits: the customer who was offered first has waited longest.
    router.update_technician(replace(BOB, capacity=1), connected=True, now=4)
    assert router.invalid_offers() == [("c3", "bob"), ("c2", "bob")]


def test_a_smaller_capacity_of_the_topic_leaves_the_oldest_offer() -> None:
    router = with_an_offer(BOB, 1, 2)
    router.use_rules(PairingRules(topics={"dsl": replace(OFFER, capacity=1)}), 3)
    assert router.invalid_offers() == [("c2", "bob")]


@pytest.mark.parametrize("mode", [PairingMode.DIRECT, PairingMode.BY_HAND])
def test_an_offer_is_invalid_when_the_topic_is_not_offered_any_more(mode: PairingMode) -> None:
    router = with_an_offer(BOB)
    router.use_rules(PairingRules(topics={"dsl": TopicRules(mode=mode)}), 2)
    assert router.invalid_offers() == [("c1", "bob")]


def test_an_offer_is_invalid_when_its_technician_loses_a_required_skill() -> None:
    router = with_an_offer(SKILLED_BOB, rules=replace(OFFER, required=MODEM))
    router.update_technician(BOB, connected=True, now=2)
    assert router.invalid_offers() == [("c1", "bob")]


def test_an_offer_that_was_made_without_the_required_skill_stays() -> None:
    router = with_an_offer(BOB, rules=replace(OFFER, required=MODEM, widen_after=0))
    router.update_technician(replace(BOB, languages=frozenset({"de"})), connected=True, now=2)
    assert router.invalid_offers() == []


def test_an_offer_makes_room_for_a_customer_taken_by_hand_unless_it_is_accepted() -> None:
    router = with_an_offer(replace(BOB, capacity=1))
    assert router.roster.begin_assignment(waiting(2), "bob", 2)
    assert router.invalid_offers() == [("c1", "bob")]
    router.roster.end_assignment("c2", "bob", 3)
    # Accepting the offer itself is by hand as well, and must not withdraw it.
    assert router.roster.begin_assignment(waiting(1, topic="dsl"), "bob", 4)
    assert router.invalid_offers() == []


def test_other_rules_leave_what_was_given_already() -> None:
    router = router_with(replace(BOB, capacity=2))
    for number in (1, 2):
        held(router, waiting(number, topic="dsl"), BOB)
    router.update_technician(replace(BOB, capacity=1), connected=True, now=1)
    router.use_rules(PairingRules(topics={"dsl": replace(OFFER, capacity=1)}), 2)
    assert router.invalid_offers() == []
    assert router.workloads["bob"].load == 2


def test_a_slot_that_is_being_taken_by_hand_is_not_given_away() -> None:
    router = router_with(replace(BOB, capacity=1))
    router.update_conversation(waiting(1), 0)
    assert router.roster.begin_assignment(waiting(2), "bob", 0)
    assert router.make_pairings(0) == []
    router.roster.end_assignment("c2", "bob", 1)
    assert who(router.make_pairings(1)) == [("c1", "bob")]


def test_the_capacity_of_a_topic_counts_what_is_being_taken_by_hand() -> None:
    router = router_with(replace(BOB, capacity=4), topics={"dsl": TopicRules(capacity=1)})
    router.update_conversation(waiting(1, topic="dsl"), 0)
    router.update_conversation(waiting(3), 0)
    assert router.roster.begin_assignment(waiting(2, topic="dsl"), "bob", 0)
    assert who(router.make_pairings(0)) == [("c3", "bob")]


def test_a_conversation_that_was_taken_counts_once() -> None:
    router = router_with(replace(BOB, capacity=2))
    assert router.roster.begin_assignment(waiting(2), "bob", 0)
    held(router, waiting(2), BOB)
    assert router.workloads["bob"].counted_load == 1
    router.roster.end_assignment("c2", "bob", 1)
    assert router.workloads["bob"].counted_load == 1


def test_taking_twice_at_once_counts_once_and_ends_with_the_first() -> None:
    router = router_with(BOB)
    assert router.roster.begin_assignment(waiting(2), "bob", 0)
    assert not router.roster.begin_assignment(waiting(2), "bob", 0)
    assert not router.roster.begin_assignment(waiting(2), "nobody", 0)


@pytest.mark.parametrize(
    ("rules", "is_free"),
    [
        (TopicRules(), True),
        (OFFER, True),
        (TopicRules(mode=PairingMode.BY_HAND), False),
        (TopicRules(required=MODEM), False),
        (TopicRules(capacity=1), True),
    ],
)
def test_a_technician_is_free_for_a_newcomer_who_would_be_given_or_offered_to_them(
    rules: TopicRules, is_free: bool
) -> None:
    router = router_with(BOB, CAT, topics={"dsl": rules})
    assert router.has_free_technician("dsl") is is_free


@pytest.mark.parametrize("idle_after", [None, 1_000])
def test_a_longer_silence_in_the_rules_makes_an_idle_conversation_count_again(
    idle_after: int | None,
) -> None:
    router = router_with(replace(BOB, capacity=1), idle_after=100)
    held(router, waiting(1, last=said_by(Role.TECHNICIAN)), BOB)
    assert router.make_pairings(100) == []
    assert router.workloads["bob"].counted_load == 0
    router.use_rules(PairingRules(idle_after=idle_after), 200)
    router.update_conversation(waiting(2), 200)
    assert router.make_pairings(200) == []
