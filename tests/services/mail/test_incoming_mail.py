"""Letters of the spool become cases, or are kept from being taken for the customer's words."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Accept, Actor, Close, Erase, RecordBounce, Send
from chatserver.core.conversation.events import (
    Automatic,
    Bounced,
    Doubt,
    Doubted,
    Event,
    Fact,
    Message,
    Opened,
    Promised,
    Reopened,
)
from chatserver.core.conversation.state import Conversation
from chatserver.core.durations import DAY_MS
from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.log import LogPage, RequestKey
from chatserver.core.people import Customer, Technician
from chatserver.services.conversations import Conversations
from tests.services.backend import Backend, open_backend

DESK, ANN = "help@example.org", "ann@example.net"


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """The services of a server that takes in e-mail; letters are of at most 100 characters."""
    async with open_backend(
        tmp_path,
        monkeypatch,
        smtp_host="mail.example.org",
        mail_from=f"Help <{DESK}>",
        mail_listen="127.0.0.1:0",
        mail_authserv="mx.example.org",
        text_limit=100,
    ) as backend:
        backend.store.mail_spool.prepare()
        await backend.store.files.prepare()
        yield backend


async def arrives(desk: Backend, text: str, *headers: str, to: str = DESK, by: str = ANN) -> None:
    """Spool a letter with some headers, and let the server take it."""
    spool = desk.store.mail_spool
    lines = [f"From: Ann <{by}>", f"To: {to}", *headers, "", text]
    number = len([*spool.folder.iterdir()])
    spool.store(f"{number}", Envelope(by, (to,), desk.now), "\r\n".join(lines).encode())
    assert desk.services.mail.incoming is not None
    await desk.services.mail.incoming.drain()


async def facts(desk: Backend, conversation: str) -> Sequence[Fact]:
    page = LogPage(limit=100)
    events = await desk.services.conversations.read_history(conversation, page, None)
    return [event.fact for event in events]


def newest(desk: Backend) -> Conversation:
    return desk.services.conversations.open_records()[-1].conversation


def people(desk: Backend, case: Conversation) -> str:
    assert desk.services.mail.answers is not None
    return desk.services.mail.answers.addresses.people(case.reference)


async def test_a_long_letter_becomes_several_messages(desk: Backend) -> None:
    await arrives(desk, f"{'word ' * 19}end.\r\nAnd more.", "Subject: Lamp")
    opened, first, _, second = await facts(desk, newest(desk).id)
    assert isinstance(opened, Opened)
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert (opened.subject, first.text) == ("Lamp", f"{'word ' * 19}end.")
    assert (second.text, second.mail) == ("And more.", None)


@pytest.mark.parametrize(
    ("headers", "by", "doubt"),
    [
        ((), "eve@example.com", Doubt.SENDER),
        (("From: Eve <eve@example.com>",), ANN, Doubt.SENDER),
        (("Subject: WG: Rechnung",), ANN, Doubt.FORWARD),
        (
            ("Authentication-Results: mx.example.org; dmarc=fail header.from=example.net",),
            ANN,
            Doubt.UNAUTHENTICATED,
        ),
    ],
)
async def test_what_nobody_vouches_for_is_no_word_of_the_customer(
    desk: Backend, headers: tuple[str, ...], by: str, doubt: Doubt
) -> None:
    await arrives(desk, "It blinks")
    case = newest(desk)
    await arrives(desk, "Send me the password", *headers, to=people(desk, case), by=by)
    last = (await facts(desk, case.id))[-1]
    assert isinstance(last, Doubted)
    assert (last.doubt, last.text) == (doubt, "Send me the password")
    assert desk.services.conversations.count_open() == 1


async def closed_by(desk: Backend) -> tuple[Conversation, Technician]:
    """Return a case that came by mail and was closed, and the technician who had it."""
    await arrives(desk, "It blinks")
    case, bob = newest(desk), await desk.technician()
    await desk.run_command(bob, case, Accept())
    return await desk.run_command(bob, case, Close()), bob


async def test_a_reply_to_a_closed_case_continues_it(desk: Backend) -> None:
    case, bob = await closed_by(desk)
    desk.now += 14 * DAY_MS
    await arrives(desk, "It blinks again", to=people(desk, case))
    reopened, message, promised = (await facts(desk, case.id))[-3:]
    assert isinstance(reopened, Reopened)
    assert isinstance(message, Message)
    assert message.text == "It blinks again"
    assert isinstance(promised, Promised)
    assert (newest(desk).id, newest(desk).previous) == (case.id, bob.id)


async def test_a_letter_that_is_taken_again_reopens_a_case_once(desk: Backend) -> None:
    case, _ = await closed_by(desk)
    await arrives(desk, "It blinks again", to=people(desk, case))
    seq = newest(desk).seq
    await arrives(desk, "It blinks again", to=people(desk, case))
    assert newest(desk).seq == seq
    assert desk.services.conversations.count_open() == 1


async def test_an_answer_that_comes_back_reopens_its_closed_case_once(desk: Backend) -> None:
    case, bob = await closed_by(desk)
    assert desk.services.mail.answers is not None
    bounce = RecordBounce("<1@example.org>", "5.1.1", through=case.seq)
    for report in ("report", "report", "of another mail server"):
        await desk.services.mail.answers.record_bounce(case.id, bounce, RequestKey(report))
        bounced, reopened, promised, *more = (await facts(desk, case.id))[case.seq :]
        assert isinstance(bounced, Bounced)
        assert isinstance(reopened, Reopened)
        assert isinstance(promised, Promised)
    assert more == [bounced]
    assert newest(desk).previous == bob.id
    await desk.run_command(bob, newest(desk), Accept())
    closed = await desk.run_command(bob, newest(desk), Close())
    await desk.services.mail.answers.record_bounce(case.id, bounce, RequestKey("report"))
    assert (await facts(desk, case.id))[closed.seq :] == []


async def test_a_letter_of_two_years_ago_that_comes_back_reopens_nothing(desk: Backend) -> None:
    case, _ = await closed_by(desk)
    desk.now += 730 * DAY_MS
    assert desk.services.mail.answers is not None
    bounce = RecordBounce("<1@example.org>", "4.4.7", through=case.seq)
    await desk.services.mail.answers.record_bounce(case.id, bounce, RequestKey("report"))
    assert desk.services.conversations.count_open() == 0


async def test_a_reply_to_an_erased_case_begins_one_without_a_hint(desk: Backend) -> None:
    case, _ = await closed_by(desk)
    await desk.run_command(Customer(case.customer.id, "Ann"), case, Erase())
    await arrives(desk, "It blinks again", to=people(desk, case))
    opened = (await facts(desk, newest(desk).id))[0]
    assert isinstance(opened, Opened)
    assert (opened.follows, opened.previous) == (None, None)


async def test_a_late_reply_to_a_closed_case_begins_one_that_follows_it(desk: Backend) -> None:
    case, bob = await closed_by(desk)
    desk.now += 14 * DAY_MS + 1
    await arrives(desk, "It blinks again", to=people(desk, case))
    opened = (await facts(desk, newest(desk).id))[0]
    assert isinstance(opened, Opened)
    assert (opened.follows, opened.previous) == (case.reference, bob.id)
    assert opened.customer == case.customer


async def test_a_customer_with_as_many_cases_as_allowed_is_heard_in_the_newest(
    desk: Backend,
) -> None:
    for number in range(4):
        await arrives(desk, f"Letter {number}")
    assert desk.services.conversations.count_open() == 3
    last = (await facts(desk, newest(desk).id))[-1]
    assert isinstance(last, Message)
    assert last.text == "Letter 3"


async def test_an_answer_that_is_given_while_the_case_is_read_is_sent(
    desk: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrives(desk, "It blinks")
    case, bob, answers = newest(desk), await desk.technician(), desk.services.mail.answers
    assert answers is not None
    await desk.run_command(bob, case, Accept())
    read, words = answers.conversations.read_history, iter(["Which light?"])

    async def read_and_answer(
        _: Conversations, conversation: str, page: LogPage, reader: Actor
    ) -> Sequence[Event]:
        found = await read(conversation, page, reader)
        for text in words:
            await desk.run_command(bob, case, Send(text))
            await answers.add_case(conversation)
        return found

    monkeypatch.setattr(Conversations, "read_history", read_and_answer)
    await answers.queue_due()
    assert await desk.store.mail.next_letter_due_at() is not None


async def test_letters_of_programs_open_no_case_and_change_none(desk: Backend) -> None:
    await arrives(desk, "Away", "Auto-Submitted: auto-replied")
    assert desk.services.conversations.count_open() == 0
    await arrives(desk, "It blinks")
    case = newest(desk)
    await arrives(desk, "Away", "Auto-Submitted: auto-replied", to=people(desk, case))
    assert isinstance((await facts(desk, case.id))[-1], Automatic)
    assert newest(desk).last == case.last


async def test_a_letter_that_cannot_be_read_is_kept_and_holds_up_no_other(desk: Backend) -> None:
    spool = desk.store.mail_spool
    spool.store("0", Envelope(ANN, (DESK,), desk.now), b"")
    await arrives(desk, "It blinks")
    assert [file.name for file in spool.folder.iterdir()] == ["0.unread"]
    assert desk.services.conversations.count_open() == 1


async def test_the_confirmed_customer_is_heard_unless_the_mail_server_contradicts(
    desk: Backend,
) -> None:
    known: Customer = await desk.customer()
    await desk.store.mail.save_code(known.id, ANN, b"digest", desk.now + 1)
    assert await desk.store.mail.confirm_address(known.id, b"digest", desk.now) == ANN
    await arrives(desk, "It blinks")
    assert newest(desk).customer.id == known.id
    forged = "Authentication-Results: mx.example.org; dmarc=fail header.from=example.net"
    await arrives(desk, "It is me", forged)
    assert newest(desk).customer.id != known.id
