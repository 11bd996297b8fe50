"""Automatic letters for a new case and for a late answer: to whom, and how often."""

from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Accept, Escalate, Send
from chatserver.core.conversation.promise import EscalationLevel
from chatserver.core.conversation.state import Conversation
from chatserver.core.durations import DAY_MS
from chatserver.core.errors import Refused
from chatserver.core.incoming_mail.letter import AutomaticKind
from chatserver.core.incoming_mail.parse import parse_letter
from chatserver.core.mail import Letter, LetterKind, LetterOutcome
from chatserver.mail.smtp import Smtp
from chatserver.services.mail.answers import MailAnswers
from chatserver.transcript.reader_locale import UTC_ENGLISH
from tests.core.incoming_mail.test_thread_index import FROM_OUTLOOK
from tests.services.backend import Backend, open_backend
from tests.services.mail.test_incoming_mail import ANN, DESK, arrives, newest, people

PASS = "Authentication-Results: mx.example.org; dmarc=pass header.from=example.net"


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """The services of a server whose mail server checks senders."""
    mail = {"smtp_host": "mail.example.org", "mail_from": DESK, "mail_listen": "127.0.0.1:0"}
    async with open_backend(
        tmp_path, monkeypatch, mail_authserv="mx.example.org", **mail
    ) as backend:
        backend.store.mail_spool.prepare()
        yield backend


async def due(desk: Backend) -> Letter | None:
    return await desk.store.mail.claim_due(desk.now)


def answers(desk: Backend) -> MailAnswers:
    assert desk.services.mail.answers is not None
    return desk.services.mail.answers


async def test_a_checked_sender_is_told_reference_and_time_once(desk: Backend) -> None:
    await arrives(desk, "It blinks", PASS, "Subject: Lamp", "Message-ID: <1@example.net>")
    case, letter = newest(desk), await due(desk)
    assert letter is not None
    assert (letter.kind, letter.email) == (LetterKind.ACKNOWLEDGEMENT, ANN)
    mail = await answers(desk).automatic.write(letter)
    assert case.reference in mail.text
    assert (mail.subject, mail.in_reply_to) == ("Re: Lamp", "<1@example.net>")
    assert mail.reply_to == people(desk, case)
    await arrives(desk, "Another thing", PASS)
    assert await due(desk) is None


async def test_outlook_shows_the_acknowledgement_in_the_conversation_of_the_letter(
    desk: Backend,
) -> None:
    await arrives(desk, "It blinks", PASS, "Subject: RE: Lamp", f"Thread-Index: {FROM_OUTLOOK}")
    letter = await due(desk)
    assert letter is not None
    mail = await answers(desk).automatic.write(letter)
    sent = Smtp("mail.example.org", 25, "none", sender=DESK).compose(mail)
    assert b64decode(sent["Thread-Index"])[:-5] == b64decode(FROM_OUTLOOK)
    assert sent["Thread-Topic"] == "Lamp"


async def acknowledged(desk: Backend) -> None:
    """Send the acknowledgement that is due."""
    letter = await due(desk)
    assert letter is not None
    await desk.store.mail.finish_letter(letter.id, LetterOutcome.SENT)


async def breaks_its_promise(desk: Backend) -> Conversation:
    """Let the promised time of the newest case pass, and promise another."""
    case = newest(desk)
    assert case.reply_by is not None
    desk.now = case.reply_by
    command = Escalate(EscalationLevel.BROKEN, case.reply_by, case.reply_by + DAY_MS)
    await desk.services.conversations.handle(case.id, command, None)
    await answers(desk).load()
    await answers(desk).queue_due()
    return case


async def test_the_customer_is_told_the_new_time_once_the_promised_one_has_passed(
    desk: Backend,
) -> None:
    await arrives(desk, "It blinks", PASS, "Subject: Lamp", "Message-ID: <1@example.net>")
    await acknowledged(desk)
    case = await breaks_its_promise(desk)
    letter = await due(desk)
    assert letter is not None
    assert (letter.kind, letter.email) == (LetterKind.LATE, ANN)
    mail = await answers(desk).automatic.write(letter)
    assert (mail.subject, mail.in_reply_to) == ("Re: Lamp", "<1@example.net>")
    assert case.reference in mail.text
    assert case.reply_by is not None
    broken, new = UTC_ENGLISH.time(case.reply_by), UTC_ENGLISH.time(case.reply_by + DAY_MS)
    assert mail.text.index(broken) < mail.text.index(new)


async def test_a_late_answer_is_announced_neither_to_strangers_nor_after_an_answer(
    desk: Backend,
) -> None:
    await arrives(desk, "It blinks")
    await breaks_its_promise(desk)
    assert await due(desk) is None

    await arrives(desk, "It hums", PASS)
    await acknowledged(desk)
    case = await breaks_its_promise(desk)
    letter = await due(desk)
    assert letter is not None
    bob = await desk.technician()
    for command in (Accept(), Send("Press the button")):
        await desk.services.conversations.handle(case.id, command, bob)
    with pytest.raises(Refused):
        await answers(desk).automatic.write(letter)


@pytest.mark.parametrize("header", ["Subject: Lamp", f"{PASS}\r\nAuto-Submitted: auto-replied"])
async def test_neither_a_stranger_nor_a_program_is_written_to(desk: Backend, header: str) -> None:
    await arrives(desk, "It blinks", header)
    assert await due(desk) is None


async def test_another_desk_files_it_as_automatic_and_answers_nothing(desk: Backend) -> None:
    await arrives(desk, "It blinks", PASS, "Message-ID: <1@example.net>")
    letter = await due(desk)
    assert letter is not None
    mail = await answers(desk).automatic.write(letter)
    sent = Smtp("mail.example.org", 25, "none", sender=DESK).compose(mail)
    assert sent["Auto-Submitted"] == "auto-replied"
    # Whatever address it came from: two desks exchange one acknowledgement each, and no more.
    heard = parse_letter(sent.as_bytes(), envelope_sender=DESK, trusted_server=None)
    assert heard.automatic is AutomaticKind.OURS
