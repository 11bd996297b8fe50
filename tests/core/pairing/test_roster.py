"""The roster knows what each technician has, and who of them may be given more."""

from dataclasses import replace

import pytest

from chatserver.core.conversation.state import Last
from chatserver.core.pairing.offers import Offers
from chatserver.core.pairing.roster import Roster
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.pairing.timers import Timers
from chatserver.core.pairing.workload import AssignedConversation
from chatserver.core.people import TechnicianStatus
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
