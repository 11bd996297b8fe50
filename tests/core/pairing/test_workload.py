"""The workload of a technician: what counts, what they have room for, who is asked first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.explanation import Eligibility
from chatserver.core.pairing.queue import Needs
from chatserver.core.pairing.rules import PairingRules, TopicRules
from chatserver.core.pairing.workload import AssignedConversation, AvailableTechnicians, Workload
from chatserver.core.people import Level, Technician, TechnicianStatus
from tests.playbook import BOB, CAT

RULES = PairingRules(waiting_weight=0.5)


def at_work(
    technician: Technician,
    *entries: AssignedConversation,
    unassigned_since: int = 0,
    paused_until: int = 0,
) -> Workload:
    return Workload(
        technician,
        connected=True,
        conversations={f"c{number}": each for number, each in enumerate(entries)},
        unassigned_since=unassigned_since,
        paused_until=paused_until,
    )


def answered(topic: str | None = None, *, idle: bool = False) -> AssignedConversation:
    return AssignedConversation(topic, awaits_reply=False, active_at=0, idle=idle)


def asking(topic: str | None = None) -> AssignedConversation:
    return AssignedConversation(topic, awaits_reply=True, active_at=0)


def test_an_idle_conversation_is_held_and_takes_no_slot() -> None:
    workload = at_work(replace(BOB, capacity=2), answered(), answered(idle=True))
    assert (workload.load, workload.counted_load) == (2, 1)
    assert workload.has_free_slot


def test_a_full_technician_has_no_free_slot() -> None:
    assert not at_work(replace(BOB, capacity=1), asking()).has_free_slot


@pytest.mark.parametrize(
    "technician",
    [replace(BOB, status=TechnicianStatus.AWAY), replace(BOB, level=Level.BY_HAND)],
)
def test_pairing_has_no_slot_of_those_that_are_away_or_supervise(technician: Technician) -> None:
    assert not at_work(technician).has_free_slot


def test_without_a_connection_a_technician_is_shown_offline() -> None:
    assert Workload(BOB).visible_status is TechnicianStatus.OFFLINE
    assert Workload(BOB, connected=True).visible_status is BOB.status


def test_a_conversation_that_awaits_a_reply_weighs_more_and_an_idle_one_nothing() -> None:
    assert at_work(BOB, asking(), answered(), answered(idle=True)).weight(RULES) == 2.5


def test_the_lower_level_is_asked_first_however_loaded() -> None:
    first = at_work(replace(BOB, level=Level.FIRST), asking())
    assert first.urgency(RULES) < at_work(replace(CAT, level=Level.NORMAL)).urgency(RULES)


def test_the_load_is_compared_with_the_capacity() -> None:
    wide = at_work(replace(BOB, capacity=4), answered())
    narrow = at_work(replace(CAT, capacity=2), answered())
    assert wide.urgency(RULES) < narrow.urgency(RULES)


def test_of_equal_loads_the_one_who_got_none_for_longest_is_asked_first() -> None:
    assert at_work(CAT, unassigned_since=1).urgency(RULES) < at_work(
        BOB, unassigned_since=2
    ).urgency(RULES)


def test_a_topic_may_have_a_capacity_of_its_own() -> None:
    workload, rules = (
        at_work(BOB, asking("dsl"), answered("dsl", idle=True)),
        TopicRules(capacity=1),
    )
    assert not workload.has_room_for("dsl", rules)
    assert workload.has_room_for("tv", rules)
    assert workload.has_room_for("dsl", TopicRules(capacity=None))


MODEM = frozenset({"modem"})
FULL = replace(BOB, capacity=1)


@pytest.mark.parametrize(
    ("workload", "needs", "rules", "expected"),
    [
        (Workload(BOB), Needs("dsl"), TopicRules(), Eligibility.AWAY),
        (at_work(replace(BOB, level=Level.BY_HAND)), Needs(), TopicRules(), Eligibility.LEVEL),
        (
            at_work(replace(BOB, topics=frozenset({"tv"}))),
            Needs("dsl"),
            TopicRules(),
            Eligibility.TOPIC,
        ),
        (at_work(BOB), Needs("dsl"), TopicRules(required=MODEM), Eligibility.SKILLS),
        (
            at_work(replace(BOB, languages=frozenset({"de"}))),
            Needs("dsl", "fr"),
            TopicRules(),
            Eligibility.LANGUAGE,
        ),
        (at_work(BOB), Needs("dsl", avoid="bob"), TopicRules(), Eligibility.PASSED_ON),
        (at_work(FULL, asking()), Needs("dsl"), TopicRules(), Eligibility.FULL),
        (at_work(BOB, asking("dsl")), Needs("dsl"), TopicRules(capacity=1), Eligibility.TOPIC_FULL),
        (at_work(BOB, paused_until=11), Needs("dsl"), TopicRules(), Eligibility.PAUSING),
        (at_work(BOB, paused_until=10), Needs("dsl"), TopicRules(), Eligibility.FREE),
    ],
)
def test_the_first_reason_against_a_technician_is_told(
    workload: Workload, needs: Needs, rules: TopicRules, expected: Eligibility
) -> None:
    assert workload.eligibility(needs, rules, now=10) is expected


def test_a_lasting_reason_is_told_before_a_passing_one() -> None:
    workload = at_work(FULL, asking(), paused_until=11)
    rules = TopicRules(required=MODEM)
    assert workload.eligibility(Needs("dsl"), rules, now=10) is Eligibility.SKILLS


def name_of(workload: Workload) -> str:
    return workload.technician.id


STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 3))), max_size=20
)


@given(steps=STEPS)
def test_available_technicians_stand_in_the_order_of_their_last_urgency(
    steps: list[tuple[str, int | None]],
) -> None:
    workloads = {name: Workload(replace(BOB, id=name)) for name in "abc"}
    available, expected = AvailableTechnicians(), dict[str, int]()
    for name, load in steps:
        # The name breaks ties: urgencies are unique, and the order is total.
        expected.pop(name, None)
        if load is not None:
            expected[name] = load
        urgency = None if load is None else (1, float(load), 0, name)
        available.set_urgency(workloads[name], urgency)
    in_order = sorted(expected, key=lambda name: (expected[name], name))
    assert [*map(name_of, available)] == in_order
    assert len(available) == len(expected)
    assert [name for name in "abc" if workloads[name] in available] == sorted(expected)
