"""Customers of a chat who are away get what technicians said by e-mail, once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Send
from chatserver.core.conversation.state import Conversation
from chatserver.core.mail import Letter, LetterKind, LetterOutcome
from chatserver.core.people import Customer
from chatserver.services.mail.answers import MailAnswers
from tests.services.backend import Backend, open_backend
from tests.services.mail.test_incoming_mail import ANN, DESK

AWAY_MS = 120_000
"""The default of the setting."""


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """The services of a server that takes in e-mail."""
    mail = {"smtp_host": "mail.example.org", "mail_from": DESK, "mail_listen": "127.0.0.1:0"}
    async with open_backend(tmp_path, monkeypatch, **mail) as backend:
        yield backend


def answers(desk: Backend) -> MailAnswers:
    assert desk.services.mail.answers is not None
    return desk.services.mail.answers


async def answered(desk: Backend, *, confirmed: bool = True) -> tuple[Customer, Conversation]:
    """Return a customer who was answered in the chat by Bob, and has left the page."""
    ann, bob = await desk.customer(), await desk.technician()
    if confirmed:
        await desk.store.mail.save_code(ann.id, ANN, b"digest", desk.now + 1)
        await desk.store.mail.confirm_address(ann.id, b"digest", desk.now)
    case = await desk.accept(bob, await desk.open_conversation(ann))
    for text in ("Restart it.", "Then wait."):
        case = await desk.run_command(bob, case, Send(text))
    await answers(desk).load()
    return ann, case


async def due(desk: Backend, after_ms: int = AWAY_MS) -> Letter | None:
    """Return the letter that is due after some time without the customer."""
    await answers(desk).queue_due()
    desk.now += after_ms
    await answers(desk).queue_due()
    return await desk.store.mail.claim_due(desk.now)


async def test_what_was_said_goes_out_in_one_letter_after_two_minutes(desk: Backend) -> None:
    _, case = await answered(desk)
    assert await due(desk, AWAY_MS - 1) is None
    letter = await due(desk, 1)
    assert letter is not None
    assert (letter.kind, letter.email) == (LetterKind.ANSWER, ANN)
    mail = await answers(desk).write(letter)
    assert mail.text.startswith("Restart it.\n\nThen wait.")
    assert mail.subject == f"[{case.reference}]"
    await answers(desk).record_sent(letter, mail)
    await desk.store.mail.finish_letter(letter.id, LetterOutcome.SENT)
    assert await due(desk) is None


async def test_a_customer_who_is_there_or_has_read_it_gets_no_letter(desk: Backend) -> None:
    ann, case = await answered(desk)
    desk.dispatcher.customer_connected(ann.id)
    assert await due(desk) is None
    await desk.services.conversations.advance_read_mark(case.id, ann, case.seq)
    desk.dispatcher.customer_disconnected(ann.id)
    assert await due(desk) is None


async def test_only_to_a_confirmed_address(desk: Backend) -> None:
    await answered(desk, confirmed=False)
    assert await due(desk) is None
