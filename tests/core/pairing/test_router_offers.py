"""Offers that the router makes: one technician at a time, each for a while."""

from dataclasses import replace

from chatserver.core.conversation.state import Conversation
from chatserver.core.pairing.queue import QueuePosition
from chatserver.core.pairing.rules import PairingMode, TopicRules
from chatserver.core.people import Technician, TechnicianStatus
from tests.core.pairing.scenes import SECOND, router_with, waiting, who
from tests.playbook import BOB, CAT

OFFERING = {"topics": {"dsl": TopicRules(mode=PairingMode.OFFER)}, "offer_for": 30 * SECOND}


def offered(number: int, technician: Technician, **fields: object) -> Conversation:
    return waiting(number, topic="dsl", offered=technician.person, **fields)


def test_an_offer_holds_the_technician_but_the_customer_still_waits() -> None:
    router = router_with(replace(BOB, capacity=1), **OFFERING)
    router.update_conversation(waiting(1, topic="dsl"), 0)
    (pairing,) = router.make_pairings(0)
    assert pairing.offered
    router.update_conversation(offered(1, BOB), 0)
    assert router.queue.position("c1") == QueuePosition(1)
    assert router.workloads["bob"].load == 1
    router.update_conversation(waiting(2), 0)
    assert router.make_pairings(1) == []


def test_after_a_decline_the_next_technician_is_asked() -> None:
    router = router_with(BOB, CAT, **OFFERING)
    router.update_conversation(waiting(1, topic="dsl"), 0)
    assert who(router.make_pairings(0)) == [("c1", "bob")]
    router.update_conversation(offered(1, BOB), 0)
    router.update_conversation(waiting(1, topic="dsl", avoid="bob"), SECOND)
    assert who(router.make_pairings(SECOND)) == [("c1", "cat")]


def test_the_only_technician_is_asked_again_some_time_after_a_decline() -> None:
    router = router_with(BOB, again_after=60 * SECOND, **OFFERING)
    router.update_conversation(waiting(1, topic="dsl"), 0)
    router.make_pairings(0)
    router.update_conversation(offered(1, BOB), 0)
    router.update_conversation(waiting(1, topic="dsl", avoid="bob"), SECOND)
    assert router.make_pairings(SECOND) == []
    assert who(router.make_pairings(61 * SECOND)) == [("c1", "bob")]


def test_two_missed_offers_in_a_row_are_noticed() -> None:
    router = router_with(BOB, again_after=0, misses=2, **OFFERING)
    now = 0
    for _ in range(2):
        assert router.roster.inattentive_technicians() == []
        router.update_conversation(waiting(1, topic="dsl", avoid="bob" if now else None), now)
        assert len(router.make_pairings(now)) == 1
        router.update_conversation(offered(1, BOB), now)
        assert router.expired_offers(now) == []
        now += 30 * SECOND
        assert router.expired_offers(now) == [("c1", "bob")]
        router.update_conversation(waiting(1, topic="dsl", avoid="bob"), now)
    assert [each.id for each in router.roster.inattentive_technicians()] == ["bob"]
    # Coming back from away forgives the missed offers.
    router.update_technician(replace(BOB, status=TechnicianStatus.AWAY), connected=True, now=now)
    router.update_technician(BOB, connected=True, now=now)
    assert router.roster.inattentive_technicians() == []


def test_an_offer_from_before_a_restart_gets_its_whole_time_again() -> None:
    router = router_with(BOB, **OFFERING)
    router.update_conversation(offered(1, BOB), 0)
    assert router.workloads["bob"].load == 1
    assert router.expired_offers(29 * SECOND) == []
    assert router.expired_offers(30 * SECOND) == [("c1", "bob")]
