"""Letters are queued for confirmed addresses, once for each request, within limits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.core.errors import Code, RateLimited, Refused
from chatserver.core.log import DuplicateRequest, RequestKey
from chatserver.core.mail import Letter, LetterKind
from chatserver.core.people import Customer
from chatserver.services.mail.requests import code_digest
from tests.services.backend import Backend, open_backend

HOME = "192.0.2.1"
ADDRESS = "ann@example.org"


@pytest.fixture
async def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """Services with a mail server in the settings; nothing here connects to it."""
    mail = {"smtp_host": "mail.example.org", "mail_from": "desk@example.org"}
    async with open_backend(tmp_path, monkeypatch, **mail) as opened:
        yield opened


async def queued(backend: Backend) -> list[Letter]:
    """Claim every letter that is due."""
    letters = []
    while (letter := await backend.store.mail.claim_due(backend.now)) is not None:
        letters.append(letter)
    return letters


async def confirmed(backend: Backend, name: str = "Ann", email: str = ADDRESS) -> Customer:
    """Return a customer with a confirmed address."""
    customer = await backend.customer(name, email)
    code = "123456"
    await backend.store.mail.save_code(
        customer.id, email, code_digest(customer.id, code), backend.now + 1
    )
    await backend.services.mail.requests.confirm_code(customer, code, RequestKey("confirm"))
    return customer


async def test_a_code_is_queued_without_being_stored_and_its_address_tidied(
    backend: Backend,
) -> None:
    ann = await backend.customer()
    to = await backend.services.mail.requests.request_code(
        ann, " Ann@Example.ORG ", RequestKey("r1"), HOME
    )
    assert to == ADDRESS
    [letter] = await queued(backend)
    assert (letter.kind, letter.email, letter.customer) == (LetterKind.CODE, ADDRESS, ann.id)


async def test_the_same_request_queues_one_letter(backend: Backend) -> None:
    ann = await backend.customer()
    requests = backend.services.mail.requests
    await requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
    with pytest.raises(DuplicateRequest) as repeated:
        await requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
    assert repeated.value.answer == {"email": ADDRESS, "confirmed": False}
    assert len(await queued(backend)) == 1


async def test_what_is_no_address_is_refused(backend: Backend) -> None:
    ann = await backend.customer()
    with pytest.raises(Refused) as refused:
        await backend.services.mail.requests.request_code(ann, "no address", RequestKey("r1"), HOME)
    assert refused.value.code is Code.INVALID
    assert await queued(backend) == []


async def test_a_right_code_confirms_the_address_it_was_sent_to(backend: Backend) -> None:
    ann = await backend.customer()
    code, until = code_digest(ann.id, "123456"), backend.now + 1
    await backend.store.mail.save_code(ann.id, ADDRESS, code, until)
    requests = backend.services.mail.requests
    assert await requests.find_address(ann) is None
    assert await requests.confirm_code(ann, " 123 456 ", RequestKey("confirm")) == ADDRESS
    assert await requests.find_address(ann) == ADDRESS
    stored = await backend.store.customers.find_customer(ann.id)
    assert stored is not None
    assert stored.email == ADDRESS


async def test_a_wrong_or_expired_code_confirms_nothing(backend: Backend) -> None:
    ann = await backend.customer()
    code, until = code_digest(ann.id, "123456"), backend.now + 1
    await backend.store.mail.save_code(ann.id, ADDRESS, code, until)
    for told, later in (("654321", 0), ("", 0), ("123456", 1)):
        backend.now += later
        with pytest.raises(Refused) as refused:
            await backend.services.mail.requests.confirm_code(ann, told, RequestKey("confirm"))
        assert (refused.value.code, refused.value.field) == (Code.INVALID, "code")
    assert await backend.services.mail.requests.find_address(ann) is None


async def test_another_customers_code_confirms_nothing(backend: Backend) -> None:
    ann, eve = await backend.customer("Ann"), await backend.customer("Eve")
    until = backend.now + 1
    for customer in (ann, eve):
        digest = code_digest(ann.id, "123456")
        await backend.store.mail.save_code(customer.id, ADDRESS, digest, until)
    with pytest.raises(Refused):
        await backend.services.mail.requests.confirm_code(eve, "123456", RequestKey("confirm"))


async def test_a_transcript_goes_to_the_confirmed_address_only(backend: Backend) -> None:
    requests = backend.services.mail.requests
    eve = await backend.customer("Eve", "eve@example.org")
    hers = await backend.open_conversation(eve)
    with pytest.raises(Refused) as refused:
        await requests.request_transcript(eve, hers.id, "pdf", "UTC", RequestKey("r1"))
    assert (refused.value.code, refused.value.field) == (Code.NOT_ALLOWED, "email")
    ann = await confirmed(backend)
    conversation = await backend.open_conversation(ann)
    assert (
        await requests.request_transcript(ann, conversation.id, "pdf", "UTC", RequestKey("r1"))
        == ADDRESS
    )
    [letter] = await queued(backend)
    assert (letter.kind, letter.conversation) == (LetterKind.TRANSCRIPT, conversation.id)


async def test_no_transcript_of_a_strangers_conversation_is_sent(backend: Backend) -> None:
    conversation = await backend.open_conversation(await backend.customer("Eve"))
    with pytest.raises(Refused) as refused:
        await backend.services.mail.requests.request_transcript(
            await confirmed(backend), conversation.id, "pdf", "UTC", RequestKey("r1")
        )
    assert refused.value.code is Code.NOT_FOUND


async def test_an_invitation_by_reference_reaches_its_customer(backend: Backend) -> None:
    ann = await confirmed(backend)
    conversation = await backend.open_conversation(ann)
    await backend.services.mail.requests.request_invitation_by_reference(
        conversation.reference, ADDRESS, "de", HOME
    )
    [letter] = await queued(backend)
    assert (letter.kind, letter.customer, letter.locale) == (LetterKind.INVITATION, ann.id, "de")


async def test_an_invitation_to_another_address_is_sent_to_nobody_and_says_nothing(
    backend: Backend,
) -> None:
    conversation = await backend.open_conversation(await confirmed(backend))
    for reference, email in (
        (conversation.reference, "mallory@example.org"),
        ("no such reference", ADDRESS),
    ):
        await backend.services.mail.requests.request_invitation_by_reference(
            reference, email, "en", HOME
        )
    assert await queued(backend) == []


async def test_guesses_of_references_are_limited_by_address(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = {"smtp_host": "mail.example.org", "mail_from": "desk@example.org"}
    folder = tmp_path_factory.mktemp("limited")
    async with open_backend(folder, monkeypatch, key_attempts_per_minute=1, **mail) as backend:
        invite = backend.services.mail.requests.request_invitation_by_reference
        await invite("K7F3-9QMX", ADDRESS, "en", HOME)
        with pytest.raises(RateLimited):
            await invite("K7F3-9QMX", ADDRESS, "en", HOME)


async def test_a_customer_is_called_once_for_each_place(backend: Backend) -> None:
    ann = await backend.customer("Ann", ADDRESS)
    conversation = await backend.open_conversation(ann)
    for _ in range(2):
        await backend.services.mail.requests.announce_turn(ann.id, conversation.id)
    [letter] = await queued(backend)
    assert (letter.kind, letter.email) == (LetterKind.TURN, ADDRESS)


async def test_a_customer_without_an_address_is_not_called(backend: Backend) -> None:
    ann = await backend.customer("Ann")
    conversation = await backend.open_conversation(ann)
    await backend.services.mail.requests.announce_turn(ann.id, conversation.id)
    assert await queued(backend) == []


async def test_without_a_mail_server_no_letter_is_taken(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_backend(tmp_path_factory.mktemp("no mail"), monkeypatch) as backend:
        requests, ann = backend.services.mail.requests, await backend.customer("Ann", ADDRESS)
        assert not requests.is_enabled
        with pytest.raises(Refused) as refused:
            await requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
        assert (refused.value.code, refused.value.field) == (Code.NOT_ALLOWED, "mail")
        await requests.announce_turn(ann.id, "c1")
        assert await queued(backend) == []
