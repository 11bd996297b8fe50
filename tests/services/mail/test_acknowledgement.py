"""The automatic letter for a new case: to whom, how often, and what another desk makes of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.core.incoming_mail.letter import AutomaticKind
from chatserver.core.incoming_mail.parse import parse_letter
from chatserver.core.mail import Letter, LetterKind
from chatserver.mail.smtp import Smtp
from chatserver.services.mail.answers import MailAnswers
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
    mail = await answers(desk).write_acknowledgement(letter)
    assert case.reference in mail.text
    assert (mail.subject, mail.in_reply_to) == ("Re: Lamp", "<1@example.net>")
    assert mail.reply_to == people(desk, case)
    await arrives(desk, "Another thing", PASS)
    assert await due(desk) is None


@pytest.mark.parametrize("header", ["Subject: Lamp", f"{PASS}\r\nAuto-Submitted: auto-replied"])
async def test_neither_a_stranger_nor_a_program_is_written_to(desk: Backend, header: str) -> None:
    await arrives(desk, "It blinks", header)
    assert await due(desk) is None


async def test_another_desk_files_it_as_automatic_and_answers_nothing(desk: Backend) -> None:
    await arrives(desk, "It blinks", PASS, "Message-ID: <1@example.net>")
    letter = await due(desk)
    assert letter is not None
    mail = await answers(desk).write_acknowledgement(letter)
    sent = Smtp("mail.example.org", 25, "none", sender=DESK).compose(mail)
    assert sent["Auto-Submitted"] == "auto-replied"
    # Whatever address it came from: two desks exchange one acknowledgement each, and no more.
    heard = parse_letter(sent.as_bytes(), envelope_sender=DESK, trusted_server=None)
    assert heard.automatic is AutomaticKind.OURS
