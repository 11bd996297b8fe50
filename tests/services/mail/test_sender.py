"""Letters are written when they are sent, tried again when delayed, and ended once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chatserver.composition import mail
from chatserver.core.conversation.commands import KeepPlace
from chatserver.core.log import RequestKey
from chatserver.core.mail import MAX_TRIES, Delayed, OutgoingMail, Undeliverable
from chatserver.core.people import Customer
from chatserver.services.mail.requests import code_digest
from tests.services.backend import Backend, open_backend

HOME = "192.0.2.1"
ADDRESS = "ann@example.org"
DAY = 86_400_000


@dataclass(slots=True)
class FakeMailer:
    """A mail server that takes each letter or raises an error for it."""

    sent: list[OutgoingMail] = field(default_factory=list)
    error: Exception | None = None
    tries: int = 0

    async def send(self, mail: OutgoingMail) -> None:
        self.tries += 1
        if self.error is not None:
            raise self.error
        self.sent.append(mail)


@pytest.fixture
def mailer(monkeypatch: pytest.MonkeyPatch) -> FakeMailer:
    made = FakeMailer()
    monkeypatch.setattr(mail, "_mailer", lambda settings: made)
    return made


@pytest.fixture
async def backend(
    mailer: FakeMailer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Backend]:
    async with open_backend(tmp_path, monkeypatch, public_url="https://chat.example.org") as opened:
        yield opened


async def send_due(backend: Backend) -> float | None:
    """Drain the queue once; return the seconds until more will be due."""
    assert backend.services.mail.delivery is not None
    return await backend.services.mail.delivery.drain()


async def test_a_code_that_was_sent_confirms_its_address(
    backend: Backend, mailer: FakeMailer
) -> None:
    ann = await backend.customer()
    requests = backend.services.mail.requests
    await requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
    assert await send_due(backend) is None
    [mail] = mailer.sent
    assert mail.to == ADDRESS
    code = next(word for word in mail.text.split() if word.strip(".").isdigit()).strip(".")
    assert await requests.confirm_code(ann, code, RequestKey("confirm")) == ADDRESS


async def confirmed(backend: Backend) -> Customer:
    """Return Ann with a confirmed address."""
    ann = await backend.customer("Ann", ADDRESS)
    # Stored directly: a code exists only in its letter, which nothing sends here.
    digest = code_digest(ann.id, "123456")
    await backend.store.mail.save_code(ann.id, ADDRESS, digest, backend.now + 1)
    await backend.services.mail.requests.confirm_code(ann, "123456", RequestKey("confirm"))
    return ann


async def test_an_invitation_has_a_link_that_opens_the_archive(
    backend: Backend, mailer: FakeMailer
) -> None:
    ann = await confirmed(backend)
    await backend.services.mail.requests.request_invitation(ann, RequestKey("r1"))
    await send_due(backend)
    prefix = "https://chat.example.org/archive#key="
    link = next(word for word in mailer.sent[0].text.split() if word.startswith(prefix))
    login = backend.services.archive.login
    entered, _ = await login.redeem_invitation(link.removeprefix(prefix), HOME)
    assert entered.id == ann.id


async def test_a_transcript_is_attached_in_the_wanted_format(
    backend: Backend, mailer: FakeMailer
) -> None:
    ann = await confirmed(backend)
    conversation = await backend.open_conversation(ann)
    await backend.services.mail.requests.request_transcript(
        ann, conversation.id, form="txt", timezone="UTC", request=RequestKey("r1")
    )
    await send_due(backend)
    [file] = mailer.sent[0].attachments
    assert file.name == f"{conversation.reference}.txt"
    assert b"It blinks" in file.content


async def test_a_delayed_letter_is_tried_again_after_a_pause(
    backend: Backend, mailer: FakeMailer
) -> None:
    ann = await backend.customer()
    await backend.services.mail.requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
    mailer.error = Delayed("greylisted")
    pause_s = await send_due(backend)
    assert pause_s
    await send_due(backend)
    # The pause is not over, so the second drain has tried nothing.
    assert mailer.tries == 1
    mailer.error = None
    backend.now += round(pause_s * 1_000)
    assert await send_due(backend) is None
    assert len(mailer.sent) == 1


async def test_a_letter_is_given_up_after_the_last_try(
    backend: Backend, mailer: FakeMailer
) -> None:
    ann = await backend.customer()
    await backend.services.mail.requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
    mailer.error = Delayed("greylisted")
    while await send_due(backend) is not None:
        backend.now += DAY
    assert mailer.tries == MAX_TRIES


async def test_a_refused_letter_is_not_tried_again(backend: Backend, mailer: FakeMailer) -> None:
    ann = await backend.customer()
    await backend.services.mail.requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
    mailer.error = Undeliverable("no such mailbox")
    assert await send_due(backend) is None
    backend.now += DAY
    await send_due(backend)
    assert mailer.tries == 1


async def test_a_customer_who_no_longer_waits_is_not_called(
    backend: Backend, mailer: FakeMailer
) -> None:
    ann, bob = await backend.customer("Ann", ADDRESS), await backend.technician()
    waiting = await backend.open_conversation(ann)
    await backend.run_command(ann, waiting, KeepPlace(backend.now + DAY))
    requests = backend.services.mail.requests
    await requests.announce_turn(ann.id, waiting.id)
    # The letter is queued, but at the time of sending the customer is already being served.
    await backend.accept(bob, waiting)
    assert await send_due(backend) is None
    assert mailer.tries == 0
