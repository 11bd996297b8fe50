"""Pairing: the order of the queue, the choice of technicians, and random shifts."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    rule,
)

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.state import Conversation, ConversationStatus, Last
from chatserver.core.explanation import DecidingFactor
from chatserver.core.pairing.queue import QueuePosition
from chatserver.core.pairing.router import Pairing, Router
from chatserver.core.pairing.rules import PairingMode, PairingRules, TopicRules
from chatserver.core.pairing.workload import Workload
from chatserver.core.people import Customer, Level, Rank, Technician, TechnicianStatus
from tests.core.pairing.expectation import NEVER, order
from tests.core.pairing.logged_router import TOPICS, LoggedRouter
from tests.playbook import ANN, BOB, CAT

SKILLS = ("modem", "fibre")
LANGUAGES = ("en", "de")
DAY = 86_400_000


def waiting(number: int, topic: str | None = None, requeued: bool = False) -> Conversation:
    customer = Customer(f"customer{number}", "")
    return Conversation(
        id=f"c{number}",
        reference="",
        customer=customer.person,
        opened_at=number,
        topic=topic,
        requeued=requeued,
    )


def paired(pairings: list[Pairing]) -> list[tuple[str, str]]:
    return [(pairing.conversation, pairing.technician.id) for pairing in pairings]


def router_with(*technicians: Technician) -> Router:
    """A router that knows these technicians, the first of them idle for longest."""
    router = Router()
    for number, technician in enumerate(technicians):
        router.update_technician(technician, connected=True, now=number)
    return router


def held(number: int, technician: Technician) -> Conversation:
    """A conversation that a technician has, in which nothing was written yet."""
    state = replace(waiting(number), technician=technician.person)
    return replace(state, status=ConversationStatus.ACTIVE)


def test_a_technician_who_owes_no_answer_is_chosen_first() -> None:
    router = router_with(BOB, CAT)
    router.update_conversation(held(1, BOB), 10)
    router.update_conversation(held(2, CAT), 11)
    answered = replace(held(2, CAT), last=Last("Hello.", 12, CAT.author))
    router.roster.record_message(answered, 12)
    router.update_conversation(waiting(3), 13)
    assert paired(router.make_pairings(13)) == [("c3", "cat")]


def test_a_message_wakes_a_conversation_that_had_fallen_asleep() -> None:
    router = router_with(replace(BOB, capacity=1))
    router.use_rules(PairingRules(idle_after=100), 0)
    answered = replace(held(1, BOB), last=Last("Is it plugged in?", 0, BOB.author))
    router.update_conversation(answered, 0)
    assert router.make_pairings(100) == []
    assert router.has_free_technician()
    router.roster.record_message(replace(held(1, BOB), last=Last("Hello?", 101, ANN.author)), 101)
    assert not router.has_free_technician()
    assert router.roster.last_message_at("c1") == 101


def test_a_message_of_a_waiting_customer_changes_nothing() -> None:
    router = router_with()
    router.update_conversation(waiting(1), 0)
    router.roster.record_message(replace(waiting(1), last=Last("Hello?", 1, ANN.author)), 1)
    assert router.queue.position("c1") == QueuePosition(1)
    assert router.roster.last_message_at("c1") is None


def test_first_come_is_first_served() -> None:
    router = router_with(replace(BOB, capacity=2))
    for number in (1, 2, 3):
        router.update_conversation(waiting(number), 0)
    assert paired(router.make_pairings(0)) == [("c1", "bob"), ("c2", "bob")]
    assert router.queue.position("c3") == QueuePosition(1)


def test_a_wall_clock_set_back_by_a_day_does_not_reorder_the_queue() -> None:
    router = router_with(replace(BOB, capacity=2))
    before, after = 2 * DAY, DAY
    router.update_conversation(replace(waiting(1), opened_at=before), 0)
    router.update_conversation(replace(waiting(2), opened_at=after), 1)
    assert router.position_for_newcomer(None, 0) == QueuePosition(3)
    served = router.make_pairings(2)
    assert paired(served) == [("c1", "bob"), ("c2", "bob")]
    # Both come back from a lost technician, the later one first.
    for number, opened_at in ((2, after), (1, before)):
        assigned = replace(held(number, BOB), opened_at=opened_at)
        router.update_conversation(assigned, 3)
        requeued = replace(waiting(number, requeued=True), opened_at=opened_at)
        router.update_conversation(requeued, 4)
    assert [ticket.conversation for ticket in router.queue] == ["c1", "c2"]


def test_customers_of_the_same_moment_are_served_in_order_of_arrival() -> None:
    router = router_with(replace(BOB, capacity=1))
    for name in ("z", "a", "m"):
        router.update_conversation(replace(waiting(1), id=name), 0)
    router.update_conversation(replace(waiting(1), id="z", seq=5), 1)
    assert [ticket.conversation for ticket in router.queue] == ["z", "a", "m"]


def test_requeued_customers_come_before_new_ones() -> None:
    router = router_with(replace(BOB, capacity=1))
    router.update_conversation(waiting(1), 0)
    router.update_conversation(waiting(2, requeued=True), 0)
    assert paired(router.make_pairings(0)) == [("c2", "bob")]


def test_the_least_loaded_for_their_capacity_is_chosen() -> None:
    router = router_with(replace(BOB, capacity=4), replace(CAT, capacity=2))
    router.update_conversation(held(1, BOB), 0)
    router.update_conversation(held(2, CAT), 0)
    router.update_conversation(waiting(3), 0)
    # 1 of 4 is less than 1 of 2.
    assert paired(router.make_pairings(0)) == [("c3", "bob")]


def test_among_equals_the_longest_idle_technician_is_chosen() -> None:
    router = router_with(CAT, BOB)
    router.update_conversation(waiting(1), 5)
    router.update_conversation(waiting(2), 5)
    router.update_conversation(waiting(3), 6)
    assert paired(router.make_pairings(7)) == [("c1", "cat"), ("c2", "bob"), ("c3", "bob")]


def test_away_and_disconnected_technicians_get_no_customers() -> None:
    router = router_with(replace(BOB, status=TechnicianStatus.AWAY))
    router.update_technician(CAT, connected=False, now=0)
    router.update_conversation(waiting(1), 0)
    assert router.make_pairings(0) == []
    assert not router.has_free_technician()


def test_a_topic_is_served_by_its_technicians_without_holding_up_the_others() -> None:
    router = router_with(replace(BOB, topics=frozenset({"laptop"})))
    router.update_conversation(waiting(1, "dsl"), 0)
    router.update_conversation(waiting(2, "laptop"), 0)
    assert paired(router.make_pairings(0)) == [("c2", "bob")]


def test_a_customer_does_not_return_to_their_last_technician_while_others_work() -> None:
    router = router_with(BOB, replace(CAT, capacity=1))
    router.update_conversation(
        replace(waiting(1), status=ConversationStatus.ACTIVE, technician=CAT.person), 0
    )
    router.update_conversation(replace(waiting(2, requeued=True), avoid="bob"), 0)
    # CAT is full but at work, so c2 waits for her and does not go back to BOB.
    assert router.make_pairings(0) == []
    router.update_technician(CAT, connected=False, now=1)
    assert paired(router.make_pairings(1)) == [("c2", "bob")]


def test_a_pairing_is_made_once_even_while_it_is_not_stored_yet() -> None:
    router = router_with(BOB, CAT)
    conversation = waiting(1)
    router.update_conversation(conversation, 0)
    assert len(router.make_pairings(0)) == 1
    # A message of the customer between the decision and its commit.
    router.update_conversation(replace(conversation, seq=2), 1)
    assert router.make_pairings(1) == []


def test_a_pairing_that_could_not_be_stored_is_made_again() -> None:
    router = router_with(BOB)
    conversation = waiting(1)
    router.update_conversation(conversation, 0)
    router.make_pairings(0)
    router.undo_pairing(conversation, 1)
    assert paired(router.make_pairings(1)) == [("c1", "bob")]


def test_an_absent_customer_with_a_reserved_place_holds_up_no_other() -> None:
    router = router_with(replace(BOB, capacity=1))
    router.update_conversation(waiting(1), 0)
    router.update_conversation(waiting(2), 0)
    router.set_customer_present("c1", present=False)
    assert router.queue.position("c1") == QueuePosition(1)
    assert paired(router.make_pairings(0)) == [("c2", "bob")]
    router.update_technician(replace(BOB, capacity=2), connected=True, now=1)
    assert router.make_pairings(1) == []
    router.set_customer_present("c1", present=True)
    assert paired(router.make_pairings(1)) == [("c1", "bob")]


def test_absent_customers_do_not_count_for_positions_until_they_return() -> None:
    router = router_with()
    for number in (1, 2, 3):
        router.update_conversation(waiting(number), 0)
    router.set_customer_present("c1", present=False)
    router.set_customer_present("c2", present=False)
    assert [place for _, place in router.queue.positions()] == [
        QueuePosition(1),
        QueuePosition(1, 1),
        QueuePosition(1, 2),
    ]
    router.set_customer_present("c1", present=True)
    assert [place for _, place in router.queue.positions()] == [
        QueuePosition(1),
        QueuePosition(2),
        QueuePosition(2, 1),
    ]


def test_marking_a_present_customer_present_changes_nothing() -> None:
    router = router_with()
    router.update_conversation(waiting(1), 0)
    assert not router.set_customer_present("c1", present=True)
    assert router.set_customer_present("c1", present=False)
    assert router.set_customer_present("c1", present=True)


def test_priority_does_not_change_the_order_of_promises() -> None:
    router = router_with()
    for number, (promise, priority) in enumerate([(30, 1), (20, 0), (10, 0)]):
        state = replace(waiting(number), reply_by=promise, priority=priority, requeued=number == 1)
        router.update_conversation(state, 0)
    router.update_conversation(waiting(9), 0)
    assert [ticket.conversation for ticket in router.queue] == ["c9", "c2", "c1", "c0"]


def test_a_newcomer_is_told_the_position_that_they_will_get() -> None:
    router = router_with()
    router.use_rules(PairingRules(topics={"dsl": TopicRules(priority=1)}), 0)
    router.update_conversation(waiting(1, "dsl"), 0)
    router.update_conversation(waiting(2), 0)
    router.update_conversation(replace(waiting(3), reply_by=10), 0)
    for topic, priority, position in ((None, 0, 3), ("dsl", 0, 2), ("dsl", 1, 1)):
        assert router.position_for_newcomer(topic, priority) == QueuePosition(position)
        newcomer = replace(waiting(5, topic), priority=priority)
        router.update_conversation(newcomer, 0)
        assert router.queue.position("c5") == QueuePosition(position)
        router.update_conversation(replace(newcomer, status=ConversationStatus.CLOSED), 0)


def test_a_topic_is_available_while_it_is_given_to_a_free_technician_at_once() -> None:
    topics = ("dsl", "laptop", "asked", "taken", "full", "skilled")
    router = router_with(replace(BOB, topics=frozenset(topics) - {"laptop"}))
    topic_rules = {
        "asked": TopicRules(mode=PairingMode.OFFER),
        "taken": TopicRules(mode=PairingMode.BY_HAND),
        "full": TopicRules(capacity=0),
        "skilled": TopicRules(required=frozenset({"modem"})),
    }
    router.use_rules(PairingRules(topics=topic_rules), 0)
    assert router.available_topics(topics) == ("dsl",)
    router.update_technician(replace(CAT, skills=frozenset({"modem"})), connected=True, now=1)
    assert router.available_topics(topics) == ("dsl", "laptop", "skilled")
    router.update_technician(replace(BOB, status=TechnicianStatus.AWAY), connected=True, now=2)
    assert router.available_topics(topics) == ("dsl", "laptop", "skilled")
    router.update_technician(CAT, connected=False, now=3)
    assert router.available_topics(topics) == ()


def random_rules() -> st.SearchStrategy[PairingRules]:
    """Generate rules as an administrator could set them."""
    topic_rules = st.builds(
        TopicRules,
        mode=st.sampled_from(PairingMode),
        priority=st.integers(0, 1),
        capacity=st.none() | st.integers(1, 2),
        required=st.frozensets(st.sampled_from(SKILLS), max_size=1),
        preferred=st.frozensets(st.sampled_from(SKILLS), max_size=2),
        widen_after=st.none() | st.integers(0, 20),
    )
    return st.builds(
        PairingRules,
        topics=st.dictionaries(st.sampled_from(TOPICS), topic_rules),
        previous_hold=st.integers(0, 10),
        language_hold=st.integers(0, 10),
        offer_for=st.integers(1, 10),
        again_after=st.integers(0, 10),
        pause=st.integers(0, 5),
        idle_after=st.none() | st.integers(1, 30),
    )


def terms_of_work() -> st.SearchStrategy[Technician]:
    """Generate technicians, most of them online."""
    online = (TechnicianStatus.ONLINE, TechnicianStatus.ONLINE, TechnicianStatus.AWAY)
    return st.builds(
        Technician,
        id=st.just(""),
        login=st.just(""),
        name=st.just(""),
        rank=st.just(Rank.TECHNICIAN),
        status=st.sampled_from(online),
        capacity=st.integers(1, 3),
        topics=st.frozensets(st.sampled_from(TOPICS), max_size=1),
        skills=st.frozensets(st.sampled_from(SKILLS), max_size=2),
        languages=st.frozensets(st.sampled_from(LANGUAGES), max_size=2),
        level=st.sampled_from(Level),
    )


class Shifts(LoggedRouter):
    """Random shifts: customers come and go, technicians work, leave and hand over, and the
    administrator changes the rules. The invariants of the router hold after every step."""

    @initialize(rules=random_rules(), terms=st.lists(terms_of_work(), min_size=1, max_size=3))
    def open_the_desk(self, rules: PairingRules, terms: list[Technician]) -> None:
        self.open_with(rules)
        for number, each in enumerate(terms):
            self.a_technician_changes(number, each, here=True)

    @rule(rules=random_rules())
    def the_administrator_decides(self, rules: PairingRules) -> None:
        self.router.use_rules(rules, self.tick())

    @rule(
        number=st.integers(0, 3), terms=terms_of_work(), here=st.sampled_from((True, True, False))
    )
    def a_technician_changes(self, number: int, terms: Technician, here: bool) -> None:
        technician = self.technicians[f"t{number}"] = replace(terms, id=f"t{number}")
        self.router.update_technician(technician, connected=here, now=self.tick())

    @rule(
        target=LoggedRouter.conversations,
        topic=st.none() | st.sampled_from(TOPICS),
        language=st.none() | st.sampled_from(LANGUAGES),
        previous=st.none() | st.integers(0, 3),
        priority=st.integers(0, 1),
    )
    def a_customer_comes(
        self, topic: str | None, language: str | None, previous: int | None, priority: int
    ) -> str:
        name = f"c{len(self.log):04}"
        customer = Customer(f"customer of {name}", "", priority=priority)
        technician = None if previous is None else f"t{previous}"
        opening = ask.Open(name, "", topic=topic, language=language, previous=technician)
        self.do(None, opening, customer)
        return name

    @rule(conversation=LoggedRouter.conversations, here=st.booleans())
    def a_customer_keeps_the_place_or_is_back(self, conversation: str, here: bool) -> None:
        state = self.log[conversation]
        if state.status is not ConversationStatus.WAITING or state.reply_by is not None:
            return
        self.tick()
        self.router.set_customer_present(conversation, present=here)
        (self.absent.discard if here else self.absent.add)(conversation)

    @invariant()
    def who_can_be_served_is_served(self) -> None:
        """The dispatcher pairs after every change, here in one step of a run of two."""
        if self.now % 2:
            self.the_desk_pairs(storage_fails=False)

    @rule(storage_fails=st.booleans())
    def the_desk_pairs(self, storage_fails: bool) -> None:
        moment = self.tick()
        pairings = self.router.make_pairings(moment)
        self.no_customer_passes_another(pairings, moment)
        for pairing in pairings:
            technician = self.technicians[pairing.technician.id]
            state, workload = self.log[pairing.conversation], self.router.workloads[technician.id]
            topic_rules = self.router.rules.for_topic(state.topic)
            assert state.status is ConversationStatus.WAITING
            assert state.offered is None
            assert state.id not in self.absent
            assert workload.is_online
            assert technician.level is not Level.BY_HAND
            assert technician.serves(state.topic)
            assert topic_rules.mode is not PairingMode.BY_HAND
            assert pairing.offered == (topic_rules.mode is PairingMode.OFFER)
            assert workload.counted_load <= technician.capacity
            assert self.slots(self.unanswered(technician.id)) <= technician.capacity
            assert pairing.why.candidates[0].technician == pairing.technician
            self.requirements_are_met_or_reported(pairing, technician, state)
            # The disk may be full: the pairing is undone and must be possible again.
            if storage_fails:
                self.router.undo_pairing(state, self.now)
            elif pairing.offered:
                until = self.now + self.router.rules.offer_for
                assert self.do(state.id, ask.Offer(pairing.technician, until, pairing.why))
            else:
                assert self.do(state.id, ask.Assign(pairing.technician, pairing.why))
        if not storage_fails:
            self.no_customer_waits_for_a_free_technician(moment)

    def requirements_are_met_or_reported(
        self, pairing: Pairing, technician: Technician, state: Conversation
    ) -> None:
        if pairing.why.ground is DecidingFactor.PREVIOUS:
            assert technician.id == state.previous
            return
        required = self.router.rules.for_topic(state.topic).required
        assert required <= technician.skills or "skills" in pairing.why.widened
        assert technician.speaks(state.language) or "language" in pairing.why.widened

    def no_customer_waits_for_a_free_technician(self, moment: int) -> None:
        """A customer waits beside a free technician only by a rule, until a timer goes off."""
        for name in self.waiting_for_pairing():
            for workload in self.router.workloads.values():
                if not self.is_free(workload, self.log[name].topic, moment):
                    continue
                until = self.held_until(name, workload, moment)
                assert until > moment, f"{name} waits although {workload.technician.id} is free"
                wakeup = self.router.next_wakeup()
                assert until == NEVER or (wakeup is not None and wakeup <= until)

    def no_customer_passes_another(self, pairings: list[Pairing], moment: int) -> None:
        """A customer is served before one ahead only if a rule keeps that one from the
        technician."""
        for pairing in pairings:
            served, workload = pairing.conversation, self.router.workloads[pairing.technician.id]
            for name in self.waiting_for_pairing() - {each.conversation for each in pairings}:
                # By the states alone: the queue that is tested is not asked for its order.
                if self.place(name) > self.place(served):
                    continue
                topic_rules = self.router.rules.for_topic(self.log[name].topic)
                # The slot that the other one took is free for the comparison.
                alike = self.slots(
                    other
                    for other, each in workload.conversations.items()
                    if each.topic == self.log[name].topic
                    and (each.is_written or not each.idle)
                    and other != served
                )
                has_room = topic_rules.capacity is None or alike < topic_rules.capacity
                until = self.held_until(name, workload, moment)
                assert until > moment or not has_room, f"{served} passed {name}"

    def waiting_for_pairing(self) -> set[str]:
        return {
            name
            for name, state in self.log.items()
            if state.status is ConversationStatus.WAITING
            and state.offered is None
            and name not in self.absent
        }

    def place(self, name: str) -> tuple[int, bool, int, int, int]:
        state = self.log[name]
        # Their ids are numbers in the order of arrival.
        return order(state, self.router.rules.for_topic(state.topic).priority, int(name[1:]))

    def held_until(self, name: str, workload: Workload, moment: int) -> int:
        everyone, rules = self.router.workloads, self.router.rules
        return self.expected.held_until(
            self.log[name], workload, everyone=everyone, rules=rules, now=moment
        )

    def is_free(self, workload: Workload, topic: str | None, moment: int) -> bool:
        topic_rules = self.router.rules.for_topic(topic)
        held = workload.conversations.items()
        alike = self.slots(
            name
            for name, each in held
            if each.topic == topic and (each.is_written or not each.idle)
        )
        return (
            workload.is_online
            and workload.technician.level is not Level.BY_HAND
            and workload.paused_until <= moment
            and self.counted_slots(workload.technician.id) < workload.technician.capacity
            and (topic_rules.capacity is None or alike < topic_rules.capacity)
        )


TestShifts = Shifts.TestCase
TestShifts.settings = settings(stateful_step_count=50)
