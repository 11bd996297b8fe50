"""Technicians admit, discard and split letters; whatever they do twice happens once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Accept
from chatserver.core.conversation.events import Admitted, Discarded, Doubted, Message, Opened, Split
from chatserver.core.conversation.mail_origin import MailTrust, Way
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Conflict, Refused
from chatserver.core.log import RequestKey
from chatserver.core.people import Customer, Role, Technician
from chatserver.services.mail.doubted_letters import DoubtedLetters
from tests.services.backend import Backend, open_backend
from tests.services.mail.test_incoming_mail import ANN, DESK, arrives, facts, newest, people

EVE = "eve@example.com"
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/"
    "iZk9HQAAAABJRU5ErkJggg=="
)
WITH_PICTURE = (
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="b"',
)
PICTURE = (
    "--b\r\nContent-Type: text/plain\r\n\r\nSee the lamp\r\n"
    '--b\r\nContent-Type: image/png; name="lamp.png"\r\nContent-Transfer-Encoding: base64\r\n'
    f'Content-Disposition: attachment; filename="lamp.png"\r\n\r\n{PNG}\r\n--b--'
)


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """The services of a server that takes in e-mail."""
    mail = {"smtp_host": "mail.example.org", "mail_from": DESK, "mail_listen": "127.0.0.1:0"}
    async with open_backend(tmp_path, monkeypatch, **mail) as backend:
        backend.store.mail_spool.prepare()
        await backend.store.files.prepare()
        yield backend


def letters(desk: Backend) -> DoubtedLetters:
    assert desk.services.mail.doubted is not None
    return desk.services.mail.doubted


async def doubted(desk: Backend, by: str = EVE) -> tuple[Conversation, Technician]:
    """Return Ann's case, in which Bob has to decide about a letter of Eve with a picture."""
    await arrives(desk, "It blinks")
    case, bob = newest(desk), await desk.technician()
    await desk.run_command(bob, case, Accept())
    await arrives(desk, PICTURE, *WITH_PICTURE, to=people(desk, case), by=by)
    return desk.state(case.id), bob


async def test_an_admitted_letter_is_said_by_the_customer_with_its_files(desk: Backend) -> None:
    case, bob = await doubted(desk)
    (seq,) = case.doubted
    for _ in range(2):
        await letters(desk).admit(case.id, seq, bob, RequestKey("admit"))
    admitted, words, picture = (await facts(desk, case.id))[seq:]
    assert admitted == Admitted(seq)
    assert isinstance(words, Message)
    assert words.mail is not None
    assert (words.text, words.way) == ("See the lamp", Way.MAIL)
    assert (words.mail.sender, words.mail.trust) == (EVE, MailTrust.TECHNICIAN)
    assert isinstance(picture, Message)
    assert picture.attachment is not None
    assert picture.attachment.name == "lamp.png"
    after = desk.state(case.id)
    assert (after.doubted, after.last and after.last.author.role) == ((), Role.CUSTOMER)


async def test_of_two_decisions_about_a_letter_the_first_counts(desk: Backend) -> None:
    case, bob = await doubted(desk)
    (seq,) = case.doubted
    await letters(desk).discard(case.id, seq, bob, RequestKey("discard"))
    assert (await facts(desk, case.id))[-1] == Discarded(seq)
    with pytest.raises(Conflict):
        await letters(desk).admit(case.id, seq, bob, RequestKey("admit"))
    assert desk.state(case.id).last == case.last


async def test_only_technicians_of_the_case_read_a_letter_that_is_doubted(desk: Backend) -> None:
    case, bob = await doubted(desk)
    fact = (await facts(desk, case.id))[-1]
    assert isinstance(fact, Doubted)
    assert fact.source is not None
    kept = await desk.services.files.find_readable(bob, fact.source)
    content = desk.store.files.content_path(kept.file).read_bytes()
    assert content.startswith(b"From: Ann <eve@example.com>")
    with pytest.raises(Refused, match="not_found"):
        await desk.services.files.find_readable(Customer(case.customer.id, "Ann"), fact.source)
    cat = replace(bob, id="cat")
    with pytest.raises(Refused, match="not_found"):
        await letters(desk).admit(case.id, case.doubted[0], cat, RequestKey("admit"))


async def test_a_doubted_letter_becomes_a_case_of_its_sender(desk: Backend) -> None:
    case, bob = await doubted(desk)
    (seq,) = case.doubted
    answer = await letters(desk).split(case.id, seq, bob, RequestKey("split"))
    opened, words, *_ = await facts(desk, str(answer["opened"]))
    assert isinstance(opened, Opened)
    assert isinstance(words, Message)
    # A stranger is told nothing of the case, not even its reference.
    assert (opened.customer.id != case.customer.id, opened.follows) == (True, None)
    assert words.text == "See the lamp"
    assert (await facts(desk, case.id))[-1] == Discarded(seq, opened.reference)


async def test_a_letter_of_the_customer_goes_on_in_a_case_that_follows(desk: Backend) -> None:
    case, bob = await doubted(desk, by=ANN)
    first = case.seq - 1
    for _ in range(2):
        answer = await letters(desk).split(case.id, first, bob, RequestKey("split"))
    opened, words, promised, picture = await facts(desk, str(answer["opened"]))
    assert isinstance(opened, Opened)
    assert isinstance(words, Message)
    assert isinstance(picture, Message)
    assert (opened.follows, opened.previous) == (case.reference, bob.id)
    assert words.text == "See the lamp"
    # A copy: erasing one of the two cases leaves the other its file.
    assert picture.file not in {getattr(each, "file", None) for each in await facts(desk, case.id)}
    assert (await facts(desk, case.id))[-1] == Split(first, case.seq, opened.reference)
    with pytest.raises(Conflict):
        await letters(desk).split(case.id, first, bob, RequestKey("again"))
    assert promised


async def test_what_is_no_letter_cannot_be_split_off(desk: Backend) -> None:
    case, bob = await doubted(desk)
    with pytest.raises(Refused, match="not_found"):
        await letters(desk).split(case.id, 1, bob, RequestKey("split"))
