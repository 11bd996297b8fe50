"""Promised replies: what is nearly due or late is escalated, once; further words get a promise."""

import asyncio
from pathlib import Path

import pytest

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.events import Escalated, Promised, Requeued
from chatserver.core.conversation.mail_origin import MailOrigin, MailTrust, Way
from chatserver.core.conversation.promise import EscalationLevel
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.errors import Unavailable
from chatserver.core.log import LogPage, RequestKey
from chatserver.core.people import Customer, Technician
from chatserver.core.site import Schedule
from chatserver.services.pairing.promises import LIVE_MS, PromiseWatcher
from tests.services.backend import Backend, open_backend

LATE, BROKEN = EscalationLevel.LATE, EscalationLevel.BROKEN
HOUR = 3_600_000


def watcher(backend: Backend) -> PromiseWatcher:
    """A watcher that has just been started, as after a restart of the server."""
    started = backend.services.pairing.promises
    fresh = PromiseWatcher(started.conversations, started.site, started.clock, started.renews)
    fresh.start()
    return fresh


async def left_message(backend: Backend) -> tuple[Customer, Conversation]:
    ann = await backend.customer()
    waits = await backend.open_conversation(ann)
    site, now = backend.services.site, backend.now
    leave = ask.LeaveMessage(site.reply_by(now), site.milestones(now))
    return ann, await backend.run_command(ann, waits, leave)


async def escalations(backend: Backend, conversation: Conversation) -> list[Escalated]:
    events = await backend.store.log.read_page(conversation.id, LogPage(), internal=True)
    return [event.fact for event in events if isinstance(event.fact, Escalated)]


async def said_and_answered(backend: Backend) -> tuple[Customer, Technician, Conversation]:
    ann, left = await left_message(backend)
    bob = await backend.technician()
    await backend.accept(bob, left)
    await backend.run_command(bob, left, ask.Send(text="Restart it"))
    return ann, bob, left


async def test_a_promise_is_escalated_once_to_each_level_whatever_restarts(
    backend: Backend,
) -> None:
    _, left = await left_message(backend)
    (promise,) = left.promises
    for at, levels in (
        (promise.late_at - 1, []),
        (promise.late_at, [LATE]),
        (promise.reply_by - 1, [LATE]),
        (promise.reply_by, [LATE, BROKEN]),
    ):
        backend.now = at
        await watcher(backend).look()
        await watcher(backend).look()
        told = [each.level for each in await escalations(backend, left)]
        assert told == levels


async def test_the_next_look_comes_when_the_next_promise_is_due(backend: Backend) -> None:
    _, left = await left_message(backend)
    backend.now = left.promises[0].late_at - 400
    assert await watcher(backend).look() == 0.4


async def test_without_a_promise_there_is_nothing_to_look_at(backend: Backend) -> None:
    await backend.open_conversation(await backend.customer())
    assert await watcher(backend).look() is None


async def test_a_broken_promise_is_renewed_and_the_case_goes_to_another(backend: Backend) -> None:
    _, left = await left_message(backend)
    await backend.accept(await backend.technician(), left)
    backend.now = left.promises[0].reply_by
    await watcher(backend).look()
    state = backend.state(left.id)
    assert state.status is ConversationStatus.WAITING
    assert state.reply_by == backend.services.site.reply_by(backend.now)
    events = await backend.store.log.read_page(left.id, LogPage(), internal=True)
    *_, escalated, promised, requeued = [event.fact for event in events]
    assert isinstance(escalated, Escalated)
    assert isinstance(promised, Promised)
    assert promised.instead_of == left.reply_by
    assert isinstance(requeued, Requeued)


async def test_customers_are_not_told_a_new_time_where_the_site_does_not_want_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_backend(tmp_path, monkeypatch, renew_promises=False) as backend:
        _, left = await left_message(backend)
        backend.now = left.promises[0].reply_by
        await watcher(backend).look()
        assert backend.state(left.id).reply_by == left.reply_by
        assert backend.state(left.id).escalation is BROKEN


async def test_changed_hours_move_no_promise(backend: Backend) -> None:
    _, left = await left_message(backend)
    week = backend.services.site.current.schedule.week
    sundays = Schedule("UTC", (*(() for _ in range(6)), week[0]))
    await backend.services.site.change({"schedule": sundays}, None)
    backend.now = left.promises[0].late_at
    await watcher(backend).look()
    assert backend.state(left.id).reply_by == left.reply_by
    assert await escalations(backend, left) == [Escalated(LATE, left.promises[0].reply_by)]


async def test_words_after_the_answer_are_promised_a_reply_from_their_time_on(
    backend: Backend,
) -> None:
    ann, _, left = await said_and_answered(backend)
    backend.now += HOUR
    asked_at = backend.now
    await backend.run_command(ann, left, ask.Send(text="It still blinks"))
    backend.now = asked_at + LIVE_MS - 1
    await watcher(backend).look()
    assert backend.state(left.id).reply_by is None
    backend.now = asked_at + LIVE_MS
    await watcher(backend).look()
    state = backend.state(left.id)
    assert state.reply_by == backend.services.site.reply_by(asked_at)
    assert state.promises[-1].since == asked_at


async def test_words_that_are_answered_within_a_minute_are_promised_nothing(
    backend: Backend,
) -> None:
    ann, bob, left = await said_and_answered(backend)
    await backend.run_command(ann, left, ask.Send(text="It still blinks"))
    await backend.run_command(bob, left, ask.Send(text="Which light?"))
    backend.now += LIVE_MS
    await watcher(backend).look()
    assert len(backend.state(left.id).promises) == 1


async def test_after_a_long_outage_no_promise_begins_broken(backend: Backend) -> None:
    ann, _, left = await said_and_answered(backend)
    await backend.run_command(ann, left, ask.Send(text="It still blinks"))
    backend.now += 30 * 24 * HOUR
    await watcher(backend).look()
    assert backend.state(left.id).reply_by == backend.services.site.reply_by(backend.now)


async def test_a_full_disk_delays_an_escalation_and_loses_none(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, left = await left_message(backend)
    backend.now = left.promises[0].late_at
    with monkeypatch.context() as full:

        async def refuse(*_: object, **__: object) -> None:
            raise Unavailable

        full.setattr(type(backend.services.conversations), "handle", refuse)
        assert await watcher(backend).look() == 1
    await watcher(backend).look()
    assert len(await escalations(backend, left)) == 1


async def test_the_task_ends_when_it_is_cancelled(backend: Backend) -> None:
    await left_message(backend)
    running = asyncio.create_task(watcher(backend).follower.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_late_promises_are_counted_until_they_are_answered(backend: Backend) -> None:
    _, left = await left_message(backend)
    bob = await backend.technician()
    promises = watcher(backend)
    backend.now = left.promises[0].late_at
    await promises.look()
    assert promises.count_late() == 1
    await backend.accept(bob, left)
    await backend.run_command(bob, left, ask.Send(text="Restart it"))
    assert promises.count_late() == 0


async def test_an_answered_case_by_e_mail_stays_with_a_technician_who_goes_home(
    backend: Backend,
) -> None:
    ann, bob = await backend.customer(), await backend.technician()
    letter = MailOrigin("<1@example.org>", "ann@example.org", MailTrust.CHECKED)
    site = backend.services.site
    opening = ask.Open(
        "m1",
        "K7F3-9QMX",
        text="It blinks",
        reply_by=site.reply_by(backend.now),
        way=Way.MAIL,
        mail=letter,
    )
    await backend.services.conversations.open(opening, ann, RequestKey("m1"), lambda: None)
    case = await backend.accept(bob, backend.state("m1"))
    case = await backend.run_command(bob, case, ask.Send(text="Restart it"))
    sent = ask.RecordMailed("<2@desk>", "ann@example.org", first=case.seq, through=case.seq)
    await backend.services.conversations.handle("m1", sent, None)
    backend.dispatcher.technician_disconnected(bob.id)
    backend.now += HOUR
    await backend.dispatcher.act_on_due()
    assert backend.state("m1").is_with(bob.id)
    # The customer's next letter finds the technician gone, and goes to the queue.
    more = ask.ReceiveMail("More", reply_by=site.reply_by(backend.now))
    await backend.services.conversations.handle("m1", more, ann)
    backend.now += HOUR
    await backend.dispatcher.act_on_due()
    assert backend.state("m1").status is ConversationStatus.WAITING
