"""The dispatcher carries out what the router decides, when it may, and never beyond a capacity."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from chatserver.core.conversation.commands import KeepPlace, Open, Send
from chatserver.core.conversation.events import (
    Assigned,
    Closed,
    CloseReason,
    Declined,
    DeclineReason,
    Event,
    Offered,
    Promised,
    Requeued,
)
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.errors import Code, Refused, Unavailable
from chatserver.core.log import Append, RequestKey
from chatserver.core.notifications import Committed, OffersMissed, RankChanged, SiteChanged
from chatserver.core.pairing.router import Router
from chatserver.core.pairing.rules import PairingMode, PairingRules, TopicRules
from chatserver.core.people import Customer, Rank, Technician, TechnicianStatus
from chatserver.services.pairing.dispatcher import RETRY_MS
from tests.services.backend import Backend

SECOND = 1_000
OFFERING = PairingRules(topics={"dsl": TopicRules(mode=PairingMode.OFFER)}, offer_for=30 * SECOND)


@dataclass(slots=True)
class SlowLog:
    """Holds back the appends that a condition is true for, until the test lets them through.

    With `broken` they are refused instead, as by a full disk.
    """

    append: Callable[[Append, Callable[[], None]], Awaitable[None]]
    holds: Callable[[Append], bool]
    broken: bool = False
    held: asyncio.Event = field(default_factory=asyncio.Event)
    let_through: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, append: Append, stored: Callable[[], None]) -> None:
        if self.holds(append):
            self.held.set()
            if self.broken:
                raise Unavailable
            await self.let_through.wait()
        await self.append(append, stored)


def slow_about(
    backend: Backend, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> SlowLog:
    """Hold back what is appended about one conversation."""
    slow = SlowLog(backend.store.log.append, lambda append: append.after.id == conversation.id)
    monkeypatch.setattr(backend.store.log, "append", slow)
    return slow


def committed_facts(backend: Backend, conversation: Conversation) -> list[object]:
    """Return what was committed about a conversation, oldest first."""
    committed = [each for each in backend.published if isinstance(each, Committed)]
    events: Sequence[Event] = [event for each in committed for event in each.events]
    return [event.fact for event in events if event.conversation == conversation.id]


def event_kinds(backend: Backend, conversation: Conversation) -> list[type[object]]:
    return [type(fact) for fact in committed_facts(backend, conversation)]


async def run_dispatcher_until(backend: Backend, until: Callable[[], bool]) -> None:
    """Run the dispatcher until a notification has made a condition true."""

    async def is_so() -> bool:
        return until()

    await backend.while_running(backend.dispatcher.run(), is_so)


async def hire_online(backend: Backend, login: str = "bob", capacity: int = 1) -> Technician:
    technician = await backend.technician(login)
    return await backend.services.people.technicians.set_status(
        technician, TechnicianStatus.ONLINE, capacity
    )


async def open_about(backend: Backend, customer: Customer, topic: str) -> Conversation:
    backend.opened += 1
    command = Open(f"c{backend.opened}", f"K7F3-{backend.opened:04}", topic=topic, text="It blinks")
    await backend.services.conversations.open(
        command, customer, RequestKey(f"o{backend.opened}"), lambda: 1
    )
    return backend.state(command.conversation)


async def connect_customer(backend: Backend, name: str = "Ann") -> Customer:
    customer = await backend.customer(name)
    backend.dispatcher.customer_connected(customer.id)
    return customer


async def make_pairing(
    backend: Backend, text: str = "It blinks"
) -> tuple[Technician, Conversation]:
    """Return a technician and the customer that they were given."""
    bob = await hire_online(backend)
    conversation = await backend.open_conversation(await connect_customer(backend), text)
    await run_dispatcher_until(backend, lambda: backend.state(conversation.id).is_with(bob.id))
    return bob, backend.state(conversation.id)


async def make_offer(
    backend: Backend, rules: PairingRules = OFFERING
) -> tuple[Technician, Conversation]:
    """Return a technician and a customer of the topic `dsl` that is offered to them."""
    backend.dispatcher.use_rules(rules)
    bob = await hire_online(backend)
    conversation = await open_about(backend, await connect_customer(backend), "dsl")
    await run_dispatcher_until(backend, lambda: backend.state(conversation.id).offered is not None)
    return bob, backend.state(conversation.id)


def decline_reasons(backend: Backend, conversation: Conversation) -> list[DeclineReason]:
    return [
        each.reason for each in committed_facts(backend, conversation) if isinstance(each, Declined)
    ]


async def test_a_waiting_customer_is_given_to_a_free_technician(backend: Backend) -> None:
    _, conversation = await make_pairing(backend)
    assert conversation.status is ConversationStatus.ACTIVE


async def test_a_customer_of_a_lost_technician_goes_back_to_them_before_a_newcomer(
    backend: Backend,
) -> None:
    bob, conversation = await make_pairing(backend)
    cat = await hire_online(backend, "cat")
    await backend.accept(
        cat, await backend.open_conversation(await connect_customer(backend, "Eve"))
    )
    backend.dispatcher.technician_disconnected(bob.id)
    backend.now += 10 * 60 * SECOND
    await run_dispatcher_until(backend, lambda: Requeued in event_kinds(backend, conversation))
    newcomer = await backend.open_conversation(await connect_customer(backend, "Joe"))
    backend.dispatcher.technician_connected(bob)
    # Cat is online, but full: that is no reason to keep the customer from Bob.
    await run_dispatcher_until(backend, lambda: backend.state(conversation.id).is_with(bob.id))
    assert backend.state(newcomer.id).status is ConversationStatus.WAITING


async def test_an_answered_message_is_served_live_after_its_technician_was_lost(
    backend: Backend,
) -> None:
    bob = await hire_online(backend)
    customer = await connect_customer(backend)
    waiting = await backend.open_conversation(customer)
    backend.dispatcher.customer_disconnected(customer.id)
    backend.now += 10 * 60 * SECOND
    await backend.services.people.technicians.set_status(bob, TechnicianStatus.AWAY, None)
    await run_dispatcher_until(backend, lambda: Promised in event_kinds(backend, waiting))
    await backend.accept(bob, waiting)
    await backend.run_command(bob, waiting, Send(text="Restart it"))
    backend.dispatcher.customer_connected(customer.id)
    backend.dispatcher.technician_disconnected(bob.id)
    # A promise that was kept must not put Ann behind Joe.
    newcomer = await backend.open_conversation(await connect_customer(backend, "Joe"))
    backend.now += 10 * 60 * SECOND
    await run_dispatcher_until(backend, lambda: Requeued in event_kinds(backend, waiting))
    queue = [ticket.conversation for ticket in backend.dispatcher.router.queue]
    assert queue == [waiting.id, newcomer.id]


async def test_the_offer_of_a_lost_technician_is_withdrawn_and_not_missed(backend: Backend) -> None:
    bob, conversation = await make_offer(backend, replace(OFFERING, offer_for=3_600 * SECOND))
    backend.dispatcher.technician_disconnected(bob.id)
    backend.now += 10 * 60 * SECOND
    await run_dispatcher_until(backend, lambda: Declined in event_kinds(backend, conversation))
    assert decline_reasons(backend, conversation) == [DeclineReason.WITHDRAWN]
    assert backend.state(conversation.id).avoid is None


async def test_an_offer_that_runs_out_is_missed(backend: Backend) -> None:
    _, conversation = await make_offer(backend)
    backend.now += 30 * SECOND
    await run_dispatcher_until(backend, lambda: Declined in event_kinds(backend, conversation))
    assert decline_reasons(backend, conversation) == [DeclineReason.MISSED]


async def test_a_technician_who_misses_some_offers_in_a_row_is_set_to_away(
    backend: Backend,
) -> None:
    bob, conversation = await make_offer(backend, replace(OFFERING, again_after=0))
    for _ in range(2):
        assert not backend.published_of(OffersMissed)
        missed = len(decline_reasons(backend, conversation))
        backend.now += 30 * SECOND
        await run_dispatcher_until(backend, partial(_missed_again, backend, conversation, missed))
    assert backend.published_of(OffersMissed) == [OffersMissed(bob.id)]


@pytest.mark.parametrize(
    "change",
    [
        replace(OFFERING, topics={"dsl": TopicRules()}),
        replace(OFFERING, topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)}),
    ],
)
async def test_other_rules_withdraw_an_offer_that_they_would_not_make(
    backend: Backend, change: PairingRules
) -> None:
    _, conversation = await make_offer(backend)
    site = backend.services.site.current
    backend.dispatcher.observe(SiteChanged(replace(site, pairing=change), ()))
    await run_dispatcher_until(backend, lambda: Declined in event_kinds(backend, conversation))
    assert decline_reasons(backend, conversation) == [DeclineReason.WITHDRAWN]


async def test_a_technician_who_goes_away_is_offered_nothing_any_more(backend: Backend) -> None:
    bob, conversation = await make_offer(backend)
    cat = await hire_online(backend, "cat")
    await backend.services.people.technicians.set_status(bob, TechnicianStatus.AWAY, None)
    await run_dispatcher_until(
        backend, lambda: event_kinds(backend, conversation).count(Offered) == 2
    )
    assert decline_reasons(backend, conversation) == [DeclineReason.WITHDRAWN]
    assert backend.state(conversation.id).offered == cat.person


async def test_a_slot_that_is_taken_by_hand_is_not_given_away_while_that_is_written(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.dispatcher.use_rules(PairingRules(topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)}))
    bob = await hire_online(backend)
    chosen = await open_about(backend, await connect_customer(backend), "dsl")
    slow = SlowLog(backend.store.log.append, _by_hand)
    monkeypatch.setattr(backend.store.log, "append", slow)
    with backend.dispatcher.taking_by_hand(chosen.id, bob.id):
        accepting = asyncio.ensure_future(backend.accept(bob, chosen))
        await slow.held.wait()
        other = await backend.open_conversation(await connect_customer(backend, "Eve"))
        assert backend.dispatcher.router.make_pairings(backend.now) == []
        slow.let_through.set()
        await accepting
    assert backend.dispatcher.router.make_pairings(backend.now) == []
    assert backend.state(other.id).status is ConversationStatus.WAITING


async def test_a_slot_is_free_again_when_taking_by_hand_was_refused(backend: Backend) -> None:
    bob = await hire_online(backend)
    cat = await backend.technician("cat", status=TechnicianStatus.AWAY)
    chosen = await backend.accept(
        cat, await backend.open_conversation(await connect_customer(backend))
    )
    with pytest.raises(Refused), backend.dispatcher.taking_by_hand(chosen.id, bob.id):
        await backend.accept(bob, chosen)
    other = await backend.open_conversation(await connect_customer(backend, "Eve"))
    await run_dispatcher_until(backend, lambda: backend.state(other.id).is_with(bob.id))


async def test_what_the_disk_refused_is_tried_again_with_the_wait_of_before(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hire_online(backend)
    conversation = await backend.open_conversation(await connect_customer(backend))
    slow = SlowLog(backend.store.log.append, _is_assignment, broken=True)
    monkeypatch.setattr(backend.store.log, "append", slow)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(backend.dispatcher.run())
        await slow.held.wait()
        running.cancel()
    monkeypatch.setattr(backend.store.log, "append", slow.append)
    # The wait that the decision explains began with the first attempt.
    backend.now += RETRY_MS
    await run_dispatcher_until(backend, lambda: Assigned in event_kinds(backend, conversation))
    (assigned,) = [
        each for each in committed_facts(backend, conversation) if isinstance(each, Assigned)
    ]
    assert assigned.why is not None
    assert assigned.why.waited == RETRY_MS


async def test_a_customer_who_is_gone_without_a_word_is_abandoned(backend: Backend) -> None:
    customer = await connect_customer(backend)
    conversation = await backend.open_conversation(customer, "")
    backend.dispatcher.customer_disconnected(customer.id)
    backend.now += 10 * 60 * SECOND
    await run_dispatcher_until(backend, lambda: Closed in event_kinds(backend, conversation))
    (closed,) = [
        each for each in committed_facts(backend, conversation) if isinstance(each, Closed)
    ]
    assert closed.reason is CloseReason.ABANDONED


async def test_a_reserved_place_is_skipped_while_its_customer_is_away(backend: Backend) -> None:
    customer = await connect_customer(backend)
    kept = await backend.open_conversation(customer)
    await backend.run_command(customer, kept, KeepPlace(backend.now + 3_600 * SECOND))
    other = await backend.open_conversation(await connect_customer(backend, "Eve"))
    backend.dispatcher.customer_disconnected(customer.id)
    backend.now += 10 * 60 * SECOND
    bob = await hire_online(backend)
    await run_dispatcher_until(backend, lambda: backend.state(other.id).is_with(bob.id))
    assert backend.state(kept.id).status is ConversationStatus.WAITING


async def test_a_customer_of_a_lost_technician_is_served_in_the_same_pass_before_a_newcomer(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, conversation = await make_pairing(backend)
    cat = await hire_online(backend, "cat")
    backend.dispatcher.technician_disconnected(bob.id)
    backend.now += 10 * 60 * SECOND
    newcomer = await backend.open_conversation(await connect_customer(backend, "Joe"))

    async def takes_20_ms(append: Append, stored: Callable[[], None]) -> None:
        backend.now += 20
        await appended(append, stored)

    appended = backend.store.log.append
    monkeypatch.setattr(backend.store.log, "append", takes_20_ms)
    # Put back 20 ms after the pass began: by the time of its begin, the wait would lie ahead.
    await backend.dispatcher.act_on_due()
    assert backend.state(conversation.id).is_with(cat.id)
    assert backend.state(newcomer.id).status is ConversationStatus.WAITING


async def test_a_customer_back_while_another_wait_of_theirs_ends_keeps_the_reserved_place(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await connect_customer(backend)
    kept, other = (
        await backend.open_conversation(customer),
        await backend.open_conversation(customer),
    )
    await backend.run_command(customer, kept, KeepPlace(backend.now + 3_600 * SECOND))
    backend.dispatcher.customer_disconnected(customer.id)
    backend.now += 10 * 60 * SECOND
    slow = slow_about(backend, other, monkeypatch)
    acting = asyncio.ensure_future(backend.dispatcher.act_on_due())
    await slow.held.wait()
    backend.dispatcher.customer_connected(customer.id)
    slow.let_through.set()
    await acting
    bob = await hire_online(backend)
    await backend.dispatcher.act_on_due()
    assert backend.state(kept.id).is_with(bob.id)


async def test_a_customer_back_while_the_leaving_of_another_is_written_waits_on(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, eve = await connect_customer(backend), await connect_customer(backend, "Eve")
    of_ann, of_eve = await backend.open_conversation(ann), await backend.open_conversation(eve)
    slow = slow_about(backend, of_ann, monkeypatch)
    for customer in (ann, eve):
        backend.dispatcher.customer_disconnected(customer.id)
    # The grace of both is over in one pass, but Eve is there when it is her turn.
    backend.now += 10 * 60 * SECOND
    acting = asyncio.ensure_future(backend.dispatcher.act_on_due())
    await slow.held.wait()
    backend.dispatcher.customer_connected(eve.id)
    slow.let_through.set()
    await acting
    assert backend.state(of_ann.id).reply_by is not None
    assert backend.state(of_eve.id).reply_by is None


async def test_a_technician_back_while_the_first_customer_is_put_back_keeps_the_second(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await hire_online(backend, capacity=2)
    first, second = [
        await backend.accept(
            bob, await backend.open_conversation(await connect_customer(backend, name))
        )
        for name in ("Ann", "Eve")
    ]
    slow = slow_about(backend, first, monkeypatch)
    backend.dispatcher.technician_disconnected(bob.id)
    backend.now += 10 * 60 * SECOND
    acting = asyncio.ensure_future(backend.dispatcher.act_on_due())
    await slow.held.wait()
    backend.dispatcher.technician_connected(bob)
    slow.let_through.set()
    await acting
    assert Requeued in event_kinds(backend, first)
    assert Requeued not in event_kinds(backend, second)


async def test_an_offer_of_before_a_restart_gets_the_time_of_the_rules_in_force(
    backend: Backend,
) -> None:
    bob, conversation = await make_offer(backend)
    site = backend.services.site
    site.current = replace(site.current, pairing=replace(OFFERING, offer_for=3_600 * SECOND))
    restarted = replace(backend.dispatcher, router=Router())
    restarted.start([bob], [conversation])
    end = backend.now + 3_600 * SECOND
    assert restarted.router.expired_offers(end - 1) == []
    assert restarted.router.expired_offers(end) == [(conversation.id, bob.id)]


async def test_an_imported_conversation_with_a_technician_of_another_site_is_put_back(
    backend: Backend,
) -> None:
    bob = await hire_online(backend)
    ann = await connect_customer(backend)
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    backend.dispatcher.technician_disconnected(bob.id)
    restarted = replace(backend.dispatcher, router=Router())
    restarted.start([], [conversation])
    restarted.customer_connected(ann.id)
    backend.now += 10 * 60 * SECOND
    await restarted.act_on_due()
    assert Requeued in event_kinds(backend, conversation)


async def test_a_full_queue_takes_no_newcomer_but_a_free_technician_does(
    backend: Backend,
) -> None:
    dispatcher = backend.dispatcher
    dispatcher.waiting_limit = 1
    await backend.open_conversation(await connect_customer(backend))
    with pytest.raises(Refused) as refused:
        dispatcher.position_for_newcomer(None, 0)
    assert refused.value.code == Code.QUEUE_FULL
    await hire_online(backend)
    assert dispatcher.position_for_newcomer(None, 0) is None


async def test_a_newcomer_is_told_a_position_if_only_others_than_their_topic_are_served(
    backend: Backend,
) -> None:
    dispatcher = backend.dispatcher
    dispatcher.use_rules(PairingRules(topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)}))
    await hire_online(backend)
    assert dispatcher.position_for_newcomer(None, 0) is None
    assert dispatcher.position_for_newcomer("dsl", 0) == 1


async def test_sessions_hear_that_the_rank_of_their_technician_changed(backend: Backend) -> None:
    bob = await hire_online(backend)
    backend.dispatcher.technician_changed(replace(bob, rank=Rank.SUPERVISOR))
    assert backend.published_of(RankChanged) == [RankChanged(bob.id)]


def _missed_again(backend: Backend, conversation: Conversation, missed: int) -> bool:
    """Return True once one more offer was missed, and the next made or the technician away."""
    goes_on = (
        backend.published_of(OffersMissed) or backend.state(conversation.id).offered is not None
    )
    return len(decline_reasons(backend, conversation)) > missed and bool(goes_on)


def _by_hand(append: Append) -> bool:
    return any(isinstance(each.fact, Assigned) and each.fact.why is None for each in append.events)


def _is_assignment(append: Append) -> bool:
    return any(isinstance(each.fact, Assigned) for each in append.events)
