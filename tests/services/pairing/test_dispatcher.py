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
from chatserver.core.pairing.rules import PairingMode, PairingRules, TopicRules
from chatserver.core.people import Customer, Rank, Technician, TechnicianStatus
from chatserver.services.pairing.dispatcher import RETRY, Dispatcher
from tests.services.desk import Desk

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


def dispatcher_of(desk: Desk) -> Dispatcher:
    return desk.services.pairing.dispatcher


def facts(desk: Desk, conversation: Conversation) -> list[object]:
    """Return what was committed about a conversation, oldest first."""
    committed = [each for each in desk.published if isinstance(each, Committed)]
    events: Sequence[Event] = [event for each in committed for event in each.events]
    return [event.fact for event in events if event.conversation == conversation.id]


def kinds(desk: Desk, conversation: Conversation) -> list[type[object]]:
    return [type(fact) for fact in facts(desk, conversation)]


async def dispatched(desk: Desk, until: Callable[[], bool]) -> None:
    """Run the dispatcher until a notification has made a condition true."""

    async def is_so() -> bool:
        return until()

    await desk.while_running(dispatcher_of(desk).run(), is_so)


async def works(desk: Desk, login: str = "bob", capacity: int = 1) -> Technician:
    technician = await desk.technician(login)
    return await desk.services.people.technicians.set_status(
        technician, TechnicianStatus.ONLINE, capacity
    )


async def opens_about(desk: Desk, customer: Customer, topic: str) -> Conversation:
    desk.opened += 1
    command = Open(f"c{desk.opened}", f"K7F3-{desk.opened:04}", topic=topic, text="It blinks")
    await desk.services.conversations.open(
        command, customer, RequestKey(f"o{desk.opened}"), lambda: 1
    )
    return desk.state(command.conversation)


async def arrives(desk: Desk, name: str = "Ann") -> Customer:
    customer = await desk.customer(name)
    dispatcher_of(desk).customer_arrives(customer.id)
    return customer


async def paired(desk: Desk, text: str = "It blinks") -> tuple[Technician, Conversation]:
    """Return a technician and the customer that they were given."""
    bob = await works(desk)
    conversation = await desk.opens(await arrives(desk), text)
    await dispatched(desk, lambda: desk.state(conversation.id).is_with(bob.id))
    return bob, desk.state(conversation.id)


async def offered(desk: Desk, rules: PairingRules = OFFERING) -> tuple[Technician, Conversation]:
    """Return a technician and a customer of the topic `dsl` that is offered to them."""
    dispatcher_of(desk).use_rules(rules)
    bob = await works(desk)
    conversation = await opens_about(desk, await arrives(desk), "dsl")
    await dispatched(desk, lambda: desk.state(conversation.id).offered is not None)
    return bob, desk.state(conversation.id)


def declined(desk: Desk, conversation: Conversation) -> list[DeclineReason]:
    return [each.reason for each in facts(desk, conversation) if isinstance(each, Declined)]


async def test_a_waiting_customer_is_given_to_a_free_technician(desk: Desk) -> None:
    _, conversation = await paired(desk)
    assert conversation.status is ConversationStatus.ACTIVE


async def test_a_customer_of_a_lost_technician_goes_back_to_them_before_a_newcomer(
    desk: Desk,
) -> None:
    bob, conversation = await paired(desk)
    cat = await works(desk, "cat")
    await desk.accepted(cat, await desk.opens(await arrives(desk, "Eve")))
    dispatcher_of(desk).technician_leaves(bob.id)
    desk.now += 10 * 60 * SECOND
    await dispatched(desk, lambda: Requeued in kinds(desk, conversation))
    newcomer = await desk.opens(await arrives(desk, "Joe"))
    dispatcher_of(desk).technician_arrives(bob)
    # Cat is online, but full: that is no reason to keep the customer from Bob.
    await dispatched(desk, lambda: desk.state(conversation.id).is_with(bob.id))
    assert desk.state(newcomer.id).status is ConversationStatus.WAITING


async def test_an_answered_message_is_served_live_after_its_technician_was_lost(
    desk: Desk,
) -> None:
    bob = await works(desk)
    customer = await arrives(desk)
    waiting = await desk.opens(customer)
    dispatcher_of(desk).customer_leaves(customer.id)
    desk.now += 10 * 60 * SECOND
    await desk.services.people.technicians.set_status(bob, TechnicianStatus.AWAY, None)
    await dispatched(desk, lambda: Promised in kinds(desk, waiting))
    await desk.accepted(bob, waiting)
    await desk.does(bob, waiting, Send(text="Restart it"))
    dispatcher_of(desk).customer_arrives(customer.id)
    dispatcher_of(desk).technician_leaves(bob.id)
    # A promise that was kept must not put Ann behind Joe.
    newcomer = await desk.opens(await arrives(desk, "Joe"))
    desk.now += 10 * 60 * SECOND
    await dispatched(desk, lambda: Requeued in kinds(desk, waiting))
    queue = [ticket.conversation for ticket in dispatcher_of(desk).router.queue]
    assert queue == [waiting.id, newcomer.id]


async def test_the_offer_of_a_lost_technician_is_withdrawn_and_not_missed(desk: Desk) -> None:
    bob, conversation = await offered(desk, replace(OFFERING, offer_for=3_600 * SECOND))
    dispatcher_of(desk).technician_leaves(bob.id)
    desk.now += 10 * 60 * SECOND
    await dispatched(desk, lambda: Declined in kinds(desk, conversation))
    assert declined(desk, conversation) == [DeclineReason.WITHDRAWN]
    assert desk.state(conversation.id).avoid is None


async def test_an_offer_that_runs_out_is_missed(desk: Desk) -> None:
    _, conversation = await offered(desk)
    desk.now += 30 * SECOND
    await dispatched(desk, lambda: Declined in kinds(desk, conversation))
    assert declined(desk, conversation) == [DeclineReason.MISSED]


async def test_a_technician_who_misses_some_offers_in_a_row_is_set_to_away(desk: Desk) -> None:
    bob, conversation = await offered(desk, replace(OFFERING, again_after=0))
    for _ in range(2):
        assert not desk.told(OffersMissed)
        missed = len(declined(desk, conversation))
        desk.now += 30 * SECOND
        await dispatched(desk, partial(_missed_again, desk, conversation, missed))
    assert desk.told(OffersMissed) == [OffersMissed(bob.id)]


@pytest.mark.parametrize(
    "change",
    [
        replace(OFFERING, topics={"dsl": TopicRules()}),
        replace(OFFERING, topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)}),
    ],
)
async def test_other_rules_withdraw_an_offer_that_they_would_not_make(
    desk: Desk, change: PairingRules
) -> None:
    _, conversation = await offered(desk)
    site = desk.services.site.site
    dispatcher_of(desk).observe(SiteChanged(replace(site, pairing=change), ()))
    await dispatched(desk, lambda: Declined in kinds(desk, conversation))
    assert declined(desk, conversation) == [DeclineReason.WITHDRAWN]


async def test_a_technician_who_goes_away_is_offered_nothing_any_more(desk: Desk) -> None:
    bob, conversation = await offered(desk)
    cat = await works(desk, "cat")
    await desk.services.people.technicians.set_status(bob, TechnicianStatus.AWAY, None)
    await dispatched(desk, lambda: kinds(desk, conversation).count(Offered) == 2)
    assert declined(desk, conversation) == [DeclineReason.WITHDRAWN]
    assert desk.state(conversation.id).offered == cat.person


async def test_a_slot_that_is_taken_by_hand_is_not_given_away_while_that_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher_of(desk).use_rules(
        PairingRules(topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)})
    )
    bob = await works(desk)
    chosen = await opens_about(desk, await arrives(desk), "dsl")
    slow = SlowLog(desk.store.log.append, _by_hand)
    monkeypatch.setattr(desk.store.log, "append", slow)
    with dispatcher_of(desk).taking_by_hand(chosen.id, bob.id):
        accepting = asyncio.ensure_future(desk.accepted(bob, chosen))
        await slow.held.wait()
        other = await desk.opens(await arrives(desk, "Eve"))
        assert dispatcher_of(desk).router.make_pairings(desk.now) == []
        slow.let_through.set()
        await accepting
    assert dispatcher_of(desk).router.make_pairings(desk.now) == []
    assert desk.state(other.id).status is ConversationStatus.WAITING


async def test_a_slot_is_free_again_when_taking_by_hand_was_refused(desk: Desk) -> None:
    bob = await works(desk)
    cat = await desk.technician("cat", status=TechnicianStatus.AWAY)
    chosen = await desk.accepted(cat, await desk.opens(await arrives(desk)))
    with pytest.raises(Refused), dispatcher_of(desk).taking_by_hand(chosen.id, bob.id):
        await desk.accepted(bob, chosen)
    other = await desk.opens(await arrives(desk, "Eve"))
    await dispatched(desk, lambda: desk.state(other.id).is_with(bob.id))


async def test_what_the_disk_refused_is_tried_again_with_the_wait_of_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await works(desk)
    conversation = await desk.opens(await arrives(desk))
    slow = SlowLog(desk.store.log.append, _is_assignment, broken=True)
    monkeypatch.setattr(desk.store.log, "append", slow)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(dispatcher_of(desk).run())
        await slow.held.wait()
        running.cancel()
    monkeypatch.setattr(desk.store.log, "append", slow.append)
    # The wait that the decision explains began with the first attempt.
    desk.now += RETRY
    await dispatched(desk, lambda: Assigned in kinds(desk, conversation))
    (assigned,) = [each for each in facts(desk, conversation) if isinstance(each, Assigned)]
    assert assigned.why is not None
    assert assigned.why.waited == RETRY


async def test_a_customer_who_is_gone_without_a_word_is_abandoned(desk: Desk) -> None:
    customer = await arrives(desk)
    conversation = await desk.opens(customer, "")
    dispatcher_of(desk).customer_leaves(customer.id)
    desk.now += 10 * 60 * SECOND
    await dispatched(desk, lambda: Closed in kinds(desk, conversation))
    (closed,) = [each for each in facts(desk, conversation) if isinstance(each, Closed)]
    assert closed.reason is CloseReason.ABANDONED


async def test_a_reserved_place_is_skipped_while_its_customer_is_away(desk: Desk) -> None:
    customer = await arrives(desk)
    kept = await desk.opens(customer)
    await desk.does(customer, kept, KeepPlace(desk.now + 3_600 * SECOND))
    other = await desk.opens(await arrives(desk, "Eve"))
    dispatcher_of(desk).customer_leaves(customer.id)
    desk.now += 10 * 60 * SECOND
    bob = await works(desk)
    await dispatched(desk, lambda: desk.state(other.id).is_with(bob.id))
    assert desk.state(kept.id).status is ConversationStatus.WAITING


async def test_a_full_queue_takes_no_newcomer_but_a_free_technician_does(
    desk: Desk,
) -> None:
    dispatcher = dispatcher_of(desk)
    dispatcher.waiting_limit = 1
    await desk.opens(await arrives(desk))
    with pytest.raises(Refused) as refused:
        dispatcher.place_for(None, 0)
    assert refused.value.code == Code.QUEUE_FULL
    await works(desk)
    assert dispatcher.place_for(None, 0) is None


async def test_a_newcomer_is_told_a_position_if_only_others_than_their_topic_are_served(
    desk: Desk,
) -> None:
    dispatcher = dispatcher_of(desk)
    dispatcher.use_rules(PairingRules(topics={"dsl": TopicRules(mode=PairingMode.BY_HAND)}))
    await works(desk)
    assert dispatcher.place_for(None, 0) is None
    assert dispatcher.place_for("dsl", 0) == 1


async def test_sessions_hear_that_the_rank_of_their_technician_changed(desk: Desk) -> None:
    bob = await works(desk)
    dispatcher_of(desk).technician_changes(replace(bob, rank=Rank.SUPERVISOR))
    assert desk.told(RankChanged) == [RankChanged(bob.id)]


def _missed_again(desk: Desk, conversation: Conversation, missed: int) -> bool:
    """Return True once one more offer was missed, and the next made or the technician away."""
    goes_on = desk.told(OffersMissed) or desk.state(conversation.id).offered is not None
    return len(declined(desk, conversation)) > missed and bool(goes_on)


def _by_hand(append: Append) -> bool:
    return any(isinstance(each.fact, Assigned) and each.fact.why is None for each in append.events)


def _is_assignment(append: Append) -> bool:
    return any(isinstance(each.fact, Assigned) for each in append.events)
