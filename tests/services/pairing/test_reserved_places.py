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
from tests.services.backend import Backend, open_backend

MINUTE = 60_000
DAY = 86_400_000
MAIL = {"smtp_host": "mail.example.org", "mail_from": "desk@example.org"}


@pytest.fixture
async def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """Services with a mail server; customers are called at the second position."""
    async with open_backend(tmp_path, monkeypatch, place_called_at=2, **MAIL) as opened:
        # The test waits for notifications, so a queued letter has to count as one.
        opened.services.mail.requests.wake = opened.news.set
        yield opened


async def reserved(backend: Backend, name: str, *, leaves: bool = True) -> Conversation:
    """Return the conversation of a customer that reserved a place for an hour and left."""
    customer = await backend.customer(name, f"{name.lower()}@example.org")
    if not leaves:
        backend.services.pairing.dispatcher.customer_connected(customer.id)
    waiting = await backend.open_conversation(customer)
    kept = await backend.run_command(customer, waiting, KeepPlace(backend.now + 60 * MINUTE))
    backend.services.pairing.reserved_places.observe(ReservedCustomerLeft(customer.id))
    return kept


async def letters_after(backend: Backend, count: int) -> list[Letter]:
    """Run the service until this many letters are queued, and return them."""
    found: list[Letter] = []

    async def are_queued() -> bool:
        while (letter := await backend.store.mail.claim_due(backend.now)) is not None:
            found.append(letter)
        return len(found) >= count

    await backend.while_running(backend.services.pairing.reserved_places.run(), are_queued)
    return found


async def test_customers_up_to_the_second_position_are_called_and_the_third_is_not(
    backend: Backend,
) -> None:
    first, second = await reserved(backend, "Ann"), await reserved(backend, "Eve")
    await reserved(backend, "Zoe")
    letters = await letters_after(backend, 2)
    assert [letter.conversation for letter in letters] == [first.id, second.id]
    assert {letter.kind for letter in letters} == {LetterKind.TURN}


async def test_a_customer_on_the_page_is_not_called(backend: Backend) -> None:
    await reserved(backend, "Ann", leaves=False)
    away = await reserved(backend, "Eve")
    [letter] = await letters_after(backend, 1)
    assert letter.conversation == away.id


async def test_an_expired_place_becomes_a_message_with_a_promised_answer(backend: Backend) -> None:
    kept = await reserved(backend, "Ann")

    async def is_message() -> bool:
        return backend.state(kept.id).reply_by is not None

    backend.now += 60 * MINUTE
    await backend.while_running(backend.services.pairing.reserved_places.run(), is_message)
    state = backend.state(kept.id)
    assert state.place_until is None
    assert state.reply_by == backend.services.site.reply_by(backend.now)


async def test_a_customer_who_is_back_when_the_place_expires_waits_on(backend: Backend) -> None:
    back, away = await reserved(backend, "Ann"), await reserved(backend, "Eve")
    backend.services.pairing.dispatcher.customer_connected(back.customer.id)

    async def other_is_message() -> bool:
        return backend.state(away.id).reply_by is not None

    backend.now += 60 * MINUTE
    await backend.while_running(backend.services.pairing.reserved_places.run(), other_is_message)
    assert backend.state(back.id).reply_by is None


@pytest.mark.parametrize("step", [-DAY, -1_000, 1_000, DAY])
async def test_a_place_ends_in_its_time_though_the_wall_clock_is_set(
    backend: Backend, step: int
) -> None:
    kept = await reserved(backend, "Ann")
    places = backend.services.pairing.reserved_places
    places.wall_clock = backend.services.pairing.dispatcher.wall_clock = lambda: backend.now + step
    backend.now += 60 * MINUTE - 1
    await places.act_on_due()
    assert backend.state(kept.id).reply_by is None
    backend.now += 1
    await places.act_on_due()
    assert backend.state(kept.id).reply_by is not None


@pytest.mark.parametrize("step", [-DAY, -1_000, 0])
async def test_a_place_that_ended_on_the_page_is_given_up_when_the_customer_leaves(
    backend: Backend, step: int
) -> None:
    kept = await reserved(backend, "Ann")
    pairing = backend.services.pairing
    pairing.dispatcher.customer_connected(kept.customer.id)
    backend.now += 60 * MINUTE
    await pairing.reserved_places.act_on_due()
    assert backend.state(kept.id).reply_by is None
    pairing.reserved_places.wall_clock = pairing.dispatcher.wall_clock = lambda: backend.now + step
    pairing.dispatcher.customer_disconnected(kept.customer.id)

    async def has_left() -> bool:
        return bool(backend.published_of(ReservedCustomerLeft))

    backend.now += 10 * MINUTE
    await backend.while_running(pairing.dispatcher.run(), has_left)
    await pairing.reserved_places.act_on_due()
    assert backend.state(kept.id).reply_by is not None


async def test_a_place_that_was_reserved_again_ends_with_the_later_time(backend: Backend) -> None:
    kept = await reserved(backend, "Ann")
    places = backend.services.pairing.reserved_places
    customer = Customer(kept.customer.id, "Ann")
    await backend.run_command(customer, kept, KeepPlace(backend.now + 90 * MINUTE))
    backend.now += 60 * MINUTE
    await places.act_on_due()
    assert backend.state(kept.id).reply_by is None
    backend.now += 30 * MINUTE
    await places.act_on_due()
    assert backend.state(kept.id).reply_by is not None


async def test_after_a_restart_a_place_lasts_no_longer_than_the_rule_says(backend: Backend) -> None:
    kept = await reserved(backend, "Ann")
    places = backend.services.pairing.reserved_places
    restarted = replace(places, _until={}, _ends_at={}, _alarms=Timers())
    # The wall clock is a day behind the one by which the place was reserved.
    restarted.wall_clock = lambda: backend.now - DAY
    restarted.start()
    backend.now += restarted.reserved_for_ms
    await restarted.act_on_due()
    assert backend.state(kept.id).reply_by is not None


async def test_an_expired_place_without_a_word_is_abandoned(backend: Backend) -> None:
    customer = await backend.customer("Ann", "ann@example.org")
    waiting = await backend.open_conversation(customer, "")
    await backend.run_command(customer, waiting, KeepPlace(backend.now + 60 * MINUTE))
    backend.now += 60 * MINUTE
    await backend.services.pairing.reserved_places.act_on_due()
    assert backend.services.conversations.find_open(waiting.id) is None
