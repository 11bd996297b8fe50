"""The roster knows what each technician has, and who of them may be given more."""

from dataclasses import replace

import pytest

from chatserver.core.conversation.state import Last
from chatserver.core.explanation import DecidingFactor
from chatserver.core.pairing.offers import Offers
from chatserver.core.pairing.roster import Roster
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.pairing.timers import Timers
from chatserver.core.pairing.workload import AssignedConversation
from chatserver.core.people import Role, TechnicianStatus
from tests.core.pairing.scenes import SECOND, held, router_with, said_by, waiting, who
from tests.playbook import ANN, BOB, CAT, opened

RULES = PairingRules(idle_after=100)


@pytest.fixture
def roster() -> Roster:
    """Bob and Cat at work, with room for two conversations each."""
    timers = Timers()
    made = Roster(RULES, timers, Offers(timers))
    for technician in (BOB, CAT):
        made.update_technician(technician, connected=True, now=0)
    return made


def asked() -> AssignedConversation:
    return AssignedConversation(None, awaits_reply=True, active_at=0)


def answered() -> AssignedConversation:
    return AssignedConversation(None, awaits_reply=False, active_at=0)


def available(roster: Roster) -> list[str]:
    return [workload.technician.id for workload in roster.available]


def after_message_of(author: str, at: int) -> Last:
    return Last("text", at, ANN.author if author == "ann" else BOB.author)


def test_the_least_loaded_stands_first(roster: Roster) -> None:
    roster.assign("c1", "bob", asked(), now=1)
    assert available(roster) == ["cat", "bob"]


def test_a_full_technician_is_available_no_more_until_a_conversation_leaves(
    roster: Roster,
) -> None:
    for name in ("c1", "c2"):
        roster.assign(name, "bob", asked(), now=1)
    assert available(roster) == ["cat"]
    roster.release("c1", now=2)
    assert available(roster) == ["cat", "bob"]


def test_a_conversation_has_one_holder_and_both_loads_are_told_when_it_moves(
    roster: Roster,
) -> None:
    assert roster.assign("c1", "bob", asked(), now=1) == {"bob"}
    assert roster.assign("c1", "cat", asked(), now=2) == {"bob", "cat"}
    assert roster.assign("c1", "cat", asked(), now=3) == set()
    assert (roster.workloads["bob"].load, roster.workloads["cat"].load) == (0, 1)


@pytest.mark.parametrize("status", [TechnicianStatus.AWAY, TechnicianStatus.OFFLINE])
def test_only_technicians_online_are_available(roster: Roster, status: TechnicianStatus) -> None:
    roster.update_technician(replace(BOB, status=status), connected=True, now=1)
    assert available(roster) == ["cat"]


def test_without_a_connection_no_technician_is_available(roster: Roster) -> None:
    for technician in (BOB, CAT):
        roster.update_technician(technician, connected=False, now=1)
    assert available(roster) == []
    assert not roster.is_staffed()


def test_coming_online_forgives_missed_offers(roster: Roster) -> None:
    roster.workloads["bob"].missed_offers = RULES.misses
    assert [each.id for each in roster.inattentive_technicians()] == ["bob"]
    for status in (TechnicianStatus.AWAY, TechnicianStatus.ONLINE):
        roster.update_technician(replace(BOB, status=status), connected=True, now=1)
    assert roster.inattentive_technicians() == []


def test_an_answered_conversation_falls_idle_and_gives_its_slot_back(roster: Roster) -> None:
    for name in ("c1", "c2"):
        roster.assign(name, "bob", answered(), now=0)
    # A check that comes early sets the next one, and changes nothing.
    roster.check_idle("c1", now=99)
    assert available(roster) == ["cat"]
    roster.check_idle("c1", now=100)
    assert roster.workloads["bob"].counted_load == 1
    assert available(roster) == ["cat", "bob"]


def test_a_conversation_that_waits_for_an_answer_never_falls_idle(roster: Roster) -> None:
    roster.assign("c1", "bob", asked(), now=0)
    roster.check_idle("c1", now=10_000)
    assert roster.workloads["bob"].counted_load == 1


def test_a_message_wakes_an_idle_conversation(roster: Roster) -> None:
    state = opened().state
    assert state is not None
    roster.assign("c1", "bob", AssignedConversation(None, False, 0, idle=True), now=0)
    question = replace(state, last=after_message_of("ann", 150))
    roster.record_message(question, 150)
    assert roster.workloads["bob"].counted_load == 1
    assert roster.last_message_at("c1") == 150


def test_a_technician_is_sorted_anew_before_the_next_pairing_and_not_for_each_message(
    roster: Roster,
) -> None:
    state = opened().state
    assert state is not None
    for name, technician in (("c1", "bob"), ("c2", "cat")):
        roster.assign(name, technician, asked(), now=0)
    assert available(roster) == ["bob", "cat"]
    # Cat has answered and weighs less than Bob now, but no pairing has asked yet.
    answer = replace(state, id="c2", last=after_message_of("bob", 10))
    roster.record_message(answer, 10)
    assert available(roster) == ["bob", "cat"]
    roster.sort_outdated(10)
    assert available(roster) == ["cat", "bob"]


def test_what_is_being_taken_by_hand_counts_at_once_and_once(roster: Roster) -> None:
    state = opened().state
    assert state is not None
    roster.assign("c0", "bob", asked(), now=0)
    assert roster.begin_assignment(state, "bob", now=1)
    assert not roster.begin_assignment(state, "bob", now=1)
    assert available(roster) == ["cat"]
    roster.end_assignment(state.id, "bob", now=2)
    assert available(roster) == ["cat", "bob"]
    assert not roster.begin_assignment(state, "unknown", now=3)


def test_conversations_awaiting_a_reply_weigh_more() -> None:
    router = router_with(BOB, CAT)
    held(router, waiting(1, last=said_by(Role.CUSTOMER)), BOB)
    held(router, waiting(2, last=said_by(Role.TECHNICIAN)), CAT, now=1)
    router.update_conversation(waiting(3), 2)
    # One conversation each, but the one of BOB weighs 1.5: its customer waits for an answer.
    (pairing,) = router.make_pairings(2)
    assert (pairing.technician.id, pairing.why.ground) == ("cat", DecidingFactor.LOAD)


def test_an_idle_conversation_frees_its_slot_without_being_closed() -> None:
    router = router_with(replace(BOB, capacity=1), idle_after=600 * SECOND)
    held(router, waiting(1, last=said_by(Role.TECHNICIAN)), BOB)
    router.update_conversation(waiting(2), 0)
    assert router.make_pairings(599 * SECOND) == []
    assert who(router.make_pairings(600 * SECOND)) == [("c2", "bob")]
    assert router.workloads["bob"].load == 2


def test_a_customer_who_waits_for_an_answer_takes_a_slot_until_it_comes() -> None:
    router = router_with(replace(BOB, capacity=1), idle_after=600 * SECOND)
    held(router, waiting(1, last=said_by(Role.CUSTOMER)), BOB)
    router.update_conversation(waiting(2), 0)
    assert router.make_pairings(600 * SECOND) == []
    answered = waiting(1, last=said_by(Role.TECHNICIAN, at=9))
    router.roster.record_message(answered, 700 * SECOND)
    assert router.make_pairings(1_299 * SECOND) == []
    assert who(router.make_pairings(1_300 * SECOND)) == [("c2", "bob")]


def test_a_conversation_without_a_word_takes_a_slot() -> None:
    router = router_with(replace(BOB, capacity=1), idle_after=600 * SECOND)
    held(router, waiting(1), BOB)
    router.update_conversation(waiting(2), 0)
    assert router.make_pairings(6_000 * SECOND) == []


def test_a_message_keeps_a_conversation_from_becoming_idle() -> None:
    router = router_with(replace(BOB, capacity=1), idle_after=600 * SECOND)
    held(router, waiting(1, last=said_by(Role.TECHNICIAN)), BOB)
    # The message after 300 s moves the end of the silence from 600 s to 900 s.
    held(router, waiting(1, last=said_by(Role.TECHNICIAN, at=9)), BOB, now=300 * SECOND)
    router.update_conversation(waiting(2), 0)
    assert router.make_pairings(600 * SECOND) == []
    assert who(router.make_pairings(900 * SECOND)) == [("c2", "bob")]


def test_a_busy_conversation_costs_one_timer_for_any_number_of_messages() -> None:
    router = router_with(replace(BOB, capacity=1), idle_after=600 * SECOND)
    for moment in range(100):
        role = Role.TECHNICIAN if moment % 2 else Role.CUSTOMER
        held(router, waiting(1, last=said_by(role, at=moment)), BOB, now=moment * SECOND)
    # One timer for 100 messages; when it fires, it is set again for the last message.
    assert router.next_wakeup() == 600 * SECOND
    assert router.make_pairings(600 * SECOND) == []
    assert router.next_wakeup() == 699 * SECOND
    assert router.make_pairings(699 * SECOND) == []
    assert router.next_wakeup() is None


def test_messages_of_the_same_wall_clock_time_keep_a_conversation_active() -> None:
    router = router_with(replace(BOB, capacity=1), idle_after=600 * SECOND)
    for minute in range(12):
        held(router, waiting(1, last=said_by(Role.CUSTOMER, at=9)), BOB, now=minute * 60 * SECOND)
    router.update_conversation(waiting(2), 0)
    assert router.make_pairings(660 * SECOND) == []


def test_a_later_idle_rule_counts_for_conversations_already_held() -> None:
    router = router_with(replace(BOB, capacity=1), idle_after=None)
    held(router, waiting(1, last=said_by(Role.TECHNICIAN)), BOB)
    router.update_conversation(waiting(2), 0)
    router.use_rules(replace(router.rules, idle_after=600 * SECOND), 1)
    assert who(router.make_pairings(600 * SECOND)) == [("c2", "bob")]
