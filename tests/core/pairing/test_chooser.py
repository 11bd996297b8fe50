"""Who gets whom under the administrator's rules, and the reasons that are remembered."""

from dataclasses import replace

from chatserver.core.conversation.state import Conversation, ConversationStatus, Last
from chatserver.core.explanation import DecidingFactor, Eligibility
from chatserver.core.pairing.queue import QueuePosition
from chatserver.core.pairing.router import Pairing, Router
from chatserver.core.pairing.rules import PairingMode, PairingRules, TopicRules
from chatserver.core.people import Author, Level, Person, Role, Technician, TechnicianStatus
from tests.playbook import BOB, CAT, SUE

MODEM = frozenset({"modem"})
SECOND = 1_000


def waiting(number: int, **fields: object) -> Conversation:
    state = Conversation(f"c{number}", "", Person(f"customer{number}", ""), opened_at=number)
    return replace(state, **fields)  # type: ignore[arg-type]  # what a test says of it


def desk(*technicians: Technician, **rules: object) -> Router:
    routing = Router(PairingRules(**rules))  # type: ignore[arg-type]  # what a test says of it
    for number, technician in enumerate(technicians):
        routing.update_technician(technician, connected=True, now=number)
    return routing


def held(routing: Router, state: Conversation, technician: Technician, now: int = 0) -> None:
    active = replace(state, status=ConversationStatus.ACTIVE, technician=technician.person)
    routing.update_conversation(active, now)


def who(pairings: list[Pairing]) -> list[tuple[str, str]]:
    return [(pairing.conversation, pairing.technician.id) for pairing in pairings]


def said_by(role: Role, at: int = 0) -> Last:
    return Last("…", at, Author(role, "somebody", ""))


def test_a_customer_goes_to_who_helped_them_last() -> None:
    routing = desk(BOB, CAT)
    routing.update_conversation(waiting(1, previous="cat"), 10)
    (pairing,) = routing.make_pairings(10)
    assert (pairing.technician.id, pairing.why.ground) == ("cat", DecidingFactor.PREVIOUS)


def test_who_helped_last_but_is_busy_is_waited_for_a_little_while() -> None:
    routing = desk(replace(BOB, capacity=1), CAT, previous_hold=15 * SECOND)
    held(routing, waiting(1), BOB)
    routing.update_conversation(waiting(2, previous="bob"), 0)
    assert routing.make_pairings(0) == []
    assert routing.next_wakeup() == 15 * SECOND
    assert who(routing.make_pairings(15 * SECOND)) == [("c2", "cat")]


def test_who_helped_last_but_is_away_is_not_waited_for() -> None:
    routing = desk(replace(BOB, status=TechnicianStatus.AWAY), CAT)
    routing.update_conversation(waiting(1, previous="bob"), 0)
    assert who(routing.make_pairings(0)) == [("c1", "cat")]


def test_waiting_for_one_technician_keeps_nobody_else() -> None:
    routing = desk(replace(BOB, capacity=1), CAT)
    held(routing, waiting(1), BOB)
    routing.update_conversation(waiting(2, previous="bob"), 0)
    routing.update_conversation(waiting(3), 0)
    assert who(routing.make_pairings(0)) == [("c3", "cat")]


def test_only_who_has_the_required_skills_is_asked() -> None:
    routing = desk(BOB, replace(CAT, skills=MODEM), topics={"dsl": TopicRules(required=MODEM)})
    routing.update_conversation(waiting(1, topic="dsl"), 0)
    (pairing,) = routing.make_pairings(0)
    assert pairing.technician.id == "cat"
    verdicts = {each.technician.id: each.verdict for each in pairing.why.candidates}
    assert verdicts == {"cat": Eligibility.CHOSEN, "bob": Eligibility.SKILLS}


def test_required_skills_widen_after_a_while_and_the_decision_says_so() -> None:
    rules = TopicRules(required=MODEM, widen_after=60 * SECOND)
    routing = desk(BOB, topics={"dsl": rules})
    routing.update_conversation(waiting(1, topic="dsl"), 0)
    assert routing.make_pairings(0) == []
    assert routing.next_wakeup() == 60 * SECOND
    (pairing,) = routing.make_pairings(60 * SECOND)
    assert (pairing.technician.id, pairing.why.widened) == ("bob", ("skills",))
    assert pairing.why.waited == 60 * SECOND


def test_required_skills_without_a_time_to_widen_are_required_for_ever() -> None:
    routing = desk(BOB, topics={"dsl": TopicRules(required=MODEM)})
    routing.update_conversation(waiting(1, topic="dsl"), 0)
    assert routing.make_pairings(10**9) == []
    assert routing.next_wakeup() is None


def test_who_has_more_of_the_preferred_skills_is_asked_first() -> None:
    rules = TopicRules(preferred=frozenset({"modem", "fibre"}))
    skilled = replace(CAT, skills=frozenset({"modem", "fibre"}))
    routing = desk(replace(BOB, skills=MODEM), skilled, topics={"dsl": rules})
    held(routing, waiting(1), CAT)
    routing.update_conversation(waiting(2, topic="dsl"), 0)
    (pairing,) = routing.make_pairings(0)
    assert (pairing.technician.id, pairing.why.ground) == ("cat", DecidingFactor.PREFERRED_SKILLS)


def test_a_customer_goes_to_who_speaks_their_language() -> None:
    routing = desk(
        replace(BOB, languages=frozenset({"en"})), replace(CAT, languages=frozenset({"de"}))
    )
    routing.update_conversation(waiting(1, language="de"), 0)
    assert who(routing.make_pairings(0)) == [("c1", "cat")]


def test_a_language_that_nobody_at_work_speaks_keeps_nobody_waiting() -> None:
    routing = desk(replace(BOB, languages=frozenset({"en"})))
    routing.update_conversation(waiting(1, language="fi"), 0)
    (pairing,) = routing.make_pairings(0)
    assert (pairing.technician.id, pairing.why.widened) == ("bob", ("language",))


def test_who_speaks_the_language_but_is_busy_is_waited_for_a_little_while() -> None:
    german = replace(CAT, languages=frozenset({"de"}), capacity=1)
    routing = desk(replace(BOB, languages=frozenset({"en"})), german, language_hold=30 * SECOND)
    held(routing, waiting(1), german)
    routing.update_conversation(waiting(2, language="de"), 0)
    assert routing.make_pairings(0) == []
    assert who(routing.make_pairings(30 * SECOND)) == [("c2", "bob")]


def test_the_first_level_is_asked_before_the_others_however_loaded() -> None:
    routing = desk(BOB, replace(CAT, level=Level.FIRST))
    held(routing, waiting(1), CAT)
    routing.update_conversation(waiting(2), 0)
    (pairing,) = routing.make_pairings(0)
    assert (pairing.technician.id, pairing.why.ground) == ("cat", DecidingFactor.LEVEL)


def test_a_supervisor_level_is_given_nobody() -> None:
    routing = desk(replace(SUE, level=Level.SUPERVISOR))
    routing.update_conversation(waiting(1), 0)
    assert routing.make_pairings(0) == []
    assert not routing.has_free_technician()


def test_priority_goes_before_arrival() -> None:
    routing = desk(replace(BOB, capacity=1), topics={"dsl": TopicRules(priority=1)})
    routing.update_conversation(waiting(1), 0)
    routing.update_conversation(waiting(2, topic="dsl"), 0)
    routing.update_conversation(waiting(3, priority=5), 0)
    assert [ticket.conversation for ticket in routing.queue] == ["c3", "c2", "c1"]


def test_of_the_two_limits_the_lower_counts() -> None:
    routing = desk(replace(BOB, capacity=4), topics={"dsl": TopicRules(capacity=1)})
    for number in (1, 2):
        routing.update_conversation(waiting(number, topic="dsl"), 0)
    routing.update_conversation(waiting(3), 0)
    assert who(routing.make_pairings(0)) == [("c1", "bob"), ("c3", "bob")]


def test_who_owes_answers_is_asked_after_who_waits_for_them() -> None:
    routing = desk(BOB, CAT)
    held(routing, waiting(1, last=said_by(Role.CUSTOMER)), BOB)
    held(routing, waiting(2, last=said_by(Role.TECHNICIAN)), CAT, now=1)
    routing.update_conversation(waiting(3), 2)
    (pairing,) = routing.make_pairings(2)
    assert (pairing.technician.id, pairing.why.ground) == ("cat", DecidingFactor.LOAD)


def test_a_conversation_that_fell_asleep_makes_room_without_being_closed() -> None:
    routing = desk(replace(BOB, capacity=1), idle_after=600 * SECOND)
    held(routing, waiting(1, last=said_by(Role.TECHNICIAN)), BOB)
    routing.update_conversation(waiting(2), 0)
    assert routing.make_pairings(599 * SECOND) == []
    assert who(routing.make_pairings(600 * SECOND)) == [("c2", "bob")]
    assert routing.workloads["bob"].load == 2


def test_a_conversation_in_which_somebody_writes_stays_awake() -> None:
    routing = desk(replace(BOB, capacity=1), idle_after=600 * SECOND)
    held(routing, waiting(1, last=said_by(Role.TECHNICIAN)), BOB)
    held(routing, waiting(1, last=said_by(Role.CUSTOMER, at=9)), BOB, now=300 * SECOND)
    routing.update_conversation(waiting(2), 0)
    assert routing.make_pairings(600 * SECOND) == []
    assert who(routing.make_pairings(900 * SECOND)) == [("c2", "bob")]


def test_a_busy_conversation_costs_one_alarm_however_much_is_written() -> None:
    routing = desk(replace(BOB, capacity=1), idle_after=600 * SECOND)
    for moment in range(100):
        role = Role.CUSTOMER if moment % 2 else Role.TECHNICIAN
        held(routing, waiting(1, last=said_by(role, at=moment)), BOB, now=moment * SECOND)
    assert routing.next_wakeup() == 600 * SECOND
    assert routing.make_pairings(600 * SECOND) == []
    assert routing.next_wakeup() == 699 * SECOND
    assert routing.make_pairings(699 * SECOND) == []
    assert routing.next_wakeup() is None


def test_while_the_calendar_stands_still_a_conversation_stays_awake() -> None:
    routing = desk(replace(BOB, capacity=1), idle_after=600 * SECOND)
    for minute in range(12):
        held(routing, waiting(1, last=said_by(Role.CUSTOMER, at=9)), BOB, now=minute * 60 * SECOND)
    routing.update_conversation(waiting(2), 0)
    assert routing.make_pairings(660 * SECOND) == []


def test_what_is_held_falls_asleep_by_a_rule_that_came_later() -> None:
    routing = desk(replace(BOB, capacity=1), idle_after=None)
    held(routing, waiting(1, last=said_by(Role.TECHNICIAN)), BOB)
    routing.update_conversation(waiting(2), 0)
    routing.set_policy(replace(routing.policy, idle_after=600 * SECOND), 1)
    assert who(routing.make_pairings(600 * SECOND)) == [("c2", "bob")]


def test_between_two_customers_there_is_a_pause() -> None:
    routing = desk(BOB, pause=20 * SECOND)
    for number in (1, 2):
        routing.update_conversation(waiting(number), 0)
    assert who(routing.make_pairings(0)) == [("c1", "bob")]
    assert routing.make_pairings(19 * SECOND) == []
    assert routing.next_wakeup() == 20 * SECOND
    assert who(routing.make_pairings(20 * SECOND)) == [("c2", "bob")]


OFFERING = {"topics": {"dsl": TopicRules(mode=PairingMode.OFFER)}, "offer_for": 30 * SECOND}


def offered(number: int, technician: Technician, **fields: object) -> Conversation:
    return waiting(number, topic="dsl", offered=technician.person, **fields)


def test_an_offer_holds_the_technician_but_the_customer_still_waits() -> None:
    routing = desk(replace(BOB, capacity=1), **OFFERING)
    routing.update_conversation(waiting(1, topic="dsl"), 0)
    (pairing,) = routing.make_pairings(0)
    assert pairing.offered
    routing.update_conversation(offered(1, BOB), 0)
    assert routing.queue.position("c1") == QueuePosition(1)
    assert routing.workloads["bob"].load == 1
    routing.update_conversation(waiting(2), 0)
    assert routing.make_pairings(1) == []


def test_who_declines_is_not_asked_again_but_the_next_one_is() -> None:
    routing = desk(BOB, CAT, **OFFERING)
    routing.update_conversation(waiting(1, topic="dsl"), 0)
    assert who(routing.make_pairings(0)) == [("c1", "bob")]
    routing.update_conversation(offered(1, BOB), 0)
    routing.update_conversation(waiting(1, topic="dsl", avoid="bob"), SECOND)
    assert who(routing.make_pairings(SECOND)) == [("c1", "cat")]


def test_who_declines_alone_is_asked_again_after_a_while() -> None:
    routing = desk(BOB, again_after=60 * SECOND, **OFFERING)
    routing.update_conversation(waiting(1, topic="dsl"), 0)
    routing.make_pairings(0)
    routing.update_conversation(offered(1, BOB), 0)
    routing.update_conversation(waiting(1, topic="dsl", avoid="bob"), SECOND)
    assert routing.make_pairings(SECOND) == []
    assert who(routing.make_pairings(61 * SECOND)) == [("c1", "bob")]


def test_two_missed_offers_in_a_row_are_noticed() -> None:
    routing = desk(BOB, again_after=0, misses=2, **OFFERING)
    now = 0
    for _ in range(2):
        assert routing.inattentive_technicians() == []
        routing.update_conversation(waiting(1, topic="dsl", avoid="bob" if now else None), now)
        assert len(routing.make_pairings(now)) == 1
        routing.update_conversation(offered(1, BOB), now)
        assert routing.expired_offers(now) == []
        now += 30 * SECOND
        assert routing.expired_offers(now) == [("c1", "bob")]
        routing.update_conversation(waiting(1, topic="dsl", avoid="bob"), now)
    assert [each.id for each in routing.inattentive_technicians()] == ["bob"]
    routing.update_technician(replace(BOB, status=TechnicianStatus.AWAY), connected=True, now=now)
    routing.update_technician(BOB, connected=True, now=now)
    assert routing.inattentive_technicians() == []


def test_an_offer_of_an_earlier_run_of_the_server_stands_once_more() -> None:
    routing = desk(BOB, **OFFERING)
    routing.update_conversation(offered(1, BOB), 0)
    assert routing.workloads["bob"].load == 1
    assert routing.expired_offers(29 * SECOND) == []
    assert routing.expired_offers(30 * SECOND) == [("c1", "bob")]


def test_topics_served_by_hand_are_left_to_the_technicians() -> None:
    routing = desk(BOB, topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)})
    routing.update_conversation(waiting(1, topic="dsl"), 0)
    assert routing.make_pairings(0) == []
    assert routing.queue.position("c1") == QueuePosition(1)


def test_other_rules_count_from_the_moment_they_are_made() -> None:
    routing = desk(BOB, topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)})
    routing.update_conversation(waiting(1, topic="dsl"), 0)
    assert routing.make_pairings(0) == []
    routing.set_policy(PairingRules(), 1)
    assert who(routing.make_pairings(1)) == [("c1", "bob")]


def test_a_decision_names_who_was_there_and_what_spoke_against_them() -> None:
    away = replace(SUE, status=TechnicianStatus.AWAY)
    other = replace(CAT, id="dan", name="Dan", topics=frozenset({"laptop"}))
    routing = desk(BOB, replace(CAT, capacity=1), other, away)
    held(routing, waiting(1), CAT)
    routing.update_conversation(waiting(2, topic="dsl"), 5)
    (pairing,) = routing.make_pairings(5)
    assert pairing.why.ground is DecidingFactor.ONLY_ONE
    assert [(each.technician.id, each.verdict) for each in pairing.why.candidates] == [
        ("bob", Eligibility.CHOSEN),
        ("dan", Eligibility.TOPIC),
        ("cat", Eligibility.FULL),
    ]


def test_a_decision_of_a_large_desk_names_some_and_counts_the_rest() -> None:
    crowd = [replace(BOB, id=f"t{number:03}") for number in range(100)]
    routing = desk(*crowd)
    routing.update_conversation(waiting(1), 200)
    (pairing,) = routing.make_pairings(200)
    assert len(pairing.why.candidates) + pairing.why.unnamed == 100
