"""A customer with a reserved place is called in time, and leaves a message when it expires."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import KeepPlace
from chatserver.core.conversation.state import Conversation
from chatserver.core.mail import Letter, LetterKind
from chatserver.core.notifications import ReservedCustomerLeft
from chatserver.core.pairing.timers import Timers
from chatserver.core.people import Customer
from tests.services.desk import Desk, open_desk

MINUTE = 60_000
DAY = 86_400_000
MAIL = {"smtp_host": "mail.example.org", "mail_from": "desk@example.org"}


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Services with a mail server; customers are called at the second position."""
    async with open_desk(tmp_path, monkeypatch, place_called_at=2, **MAIL) as opened:
        # The test waits for notifications, so a queued letter has to count as one.
        opened.services.mail.requests.wake = opened.news.set
        yield opened


async def reserved(desk: Desk, name: str, *, leaves: bool = True) -> Conversation:
    """Return the conversation of a customer that reserved a place for an hour and left."""
    customer = await desk.customer(name, f"{name.lower()}@example.org")
    if not leaves:
        desk.services.pairing.dispatcher.customer_arrives(customer.id)
    waiting = await desk.opens(customer)
    kept = await desk.does(customer, waiting, KeepPlace(desk.now + 60 * MINUTE))
    desk.services.pairing.reserved_places.observe(ReservedCustomerLeft(customer.id))
    return kept


async def letters_after(desk: Desk, count: int) -> list[Letter]:
    """Run the service until this many letters are queued, and return them."""
    found: list[Letter] = []

    async def are_queued() -> bool:
        while (letter := await desk.store.mail.claim_due(desk.now)) is not None:
            found.append(letter)
        return len(found) >= count

    await desk.while_running(desk.services.pairing.reserved_places.run(), are_queued)
    return found


async def test_customers_up_to_the_second_position_are_called_and_the_third_is_not(
    desk: Desk,
) -> None:
    first, second = await reserved(desk, "Ann"), await reserved(desk, "Eve")
    await reserved(desk, "Zoe")
    letters = await letters_after(desk, 2)
    assert [letter.conversation for letter in letters] == [first.id, second.id]
    assert {letter.kind for letter in letters} == {LetterKind.TURN}


async def test_a_customer_on_the_page_is_not_called(desk: Desk) -> None:
    await reserved(desk, "Ann", leaves=False)
    away = await reserved(desk, "Eve")
    [letter] = await letters_after(desk, 1)
    assert letter.conversation == away.id


async def test_an_expired_place_becomes_a_message_with_a_promised_answer(desk: Desk) -> None:
    kept = await reserved(desk, "Ann")

    async def is_message() -> bool:
        return desk.state(kept.id).reply_by is not None

    desk.now += 60 * MINUTE
    await desk.while_running(desk.services.pairing.reserved_places.run(), is_message)
    state = desk.state(kept.id)
    assert state.place_until is None
    assert state.reply_by == desk.services.site.reply_by(desk.now)


async def test_a_customer_who_is_back_when_the_place_expires_waits_on(desk: Desk) -> None:
    back, away = await reserved(desk, "Ann"), await reserved(desk, "Eve")
    desk.services.pairing.dispatcher.customer_arrives(back.customer.id)

    async def other_is_message() -> bool:
        return desk.state(away.id).reply_by is not None

    desk.now += 60 * MINUTE
    await desk.while_running(desk.services.pairing.reserved_places.run(), other_is_message)
    assert desk.state(back.id).reply_by is None


@pytest.mark.parametrize("step", [-DAY, -1_000, 1_000, DAY])
async def test_a_place_ends_in_its_time_though_the_wall_clock_is_set(desk: Desk, step: int) -> None:
    kept = await reserved(desk, "Ann")
    places = desk.services.pairing.reserved_places
    places.calendar = desk.services.pairing.dispatcher.calendar = lambda: desk.now + step
    desk.now += 60 * MINUTE - 1
    await places.act_on_due()
    assert desk.state(kept.id).reply_by is None
    desk.now += 1
    await places.act_on_due()
    assert desk.state(kept.id).reply_by is not None


@pytest.mark.parametrize("step", [-DAY, -1_000, 0])
async def test_a_place_that_ended_on_the_page_is_given_up_when_the_customer_leaves(
    desk: Desk, step: int
) -> None:
    kept = await reserved(desk, "Ann")
    pairing = desk.services.pairing
    pairing.dispatcher.customer_arrives(kept.customer.id)
    desk.now += 60 * MINUTE
    await pairing.reserved_places.act_on_due()
    assert desk.state(kept.id).reply_by is None
    pairing.reserved_places.calendar = pairing.dispatcher.calendar = lambda: desk.now + step
    pairing.dispatcher.customer_leaves(kept.customer.id)

    async def has_left() -> bool:
        return bool(desk.told(ReservedCustomerLeft))

    desk.now += 10 * MINUTE
    await desk.while_running(pairing.dispatcher.run(), has_left)
    await pairing.reserved_places.act_on_due()
    assert desk.state(kept.id).reply_by is not None


async def test_a_place_that_was_reserved_again_ends_with_the_later_time(desk: Desk) -> None:
    kept = await reserved(desk, "Ann")
    places = desk.services.pairing.reserved_places
    customer = Customer(kept.customer.id, "Ann")
    await desk.does(customer, kept, KeepPlace(desk.now + 90 * MINUTE))
    desk.now += 60 * MINUTE
    await places.act_on_due()
    assert desk.state(kept.id).reply_by is None
    desk.now += 30 * MINUTE
    await places.act_on_due()
    assert desk.state(kept.id).reply_by is not None


async def test_after_a_restart_a_place_lasts_no_longer_than_the_rule_says(desk: Desk) -> None:
    kept = await reserved(desk, "Ann")
    places = desk.services.pairing.reserved_places
    restarted = replace(places, _until={}, _ends={}, _alarms=Timers())
    # The wall clock is a day behind the one by which the place was reserved.
    restarted.calendar = lambda: desk.now - DAY
    restarted.start()
    desk.now += restarted.reserved_for_ms
    await restarted.act_on_due()
    assert desk.state(kept.id).reply_by is not None


async def test_an_expired_place_without_a_word_is_abandoned(desk: Desk) -> None:
    customer = await desk.customer("Ann", "ann@example.org")
    waiting = await desk.opens(customer, "")
    await desk.does(customer, waiting, KeepPlace(desk.now + 60 * MINUTE))
    desk.now += 60 * MINUTE
    await desk.services.pairing.reserved_places.act_on_due()
    assert desk.services.conversations.find_open(waiting.id) is None
