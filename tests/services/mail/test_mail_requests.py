"""Letters are queued for confirmed addresses, once for each request, within limits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.core.errors import Code, RateLimited, Refused
from chatserver.core.log import DuplicateRequest, RequestKey
from chatserver.core.mail import Letter, LetterKind
from chatserver.core.people import Customer
from chatserver.services.mail.requests import code_digest
from tests.services.desk import Desk, open_desk

HOME = "192.0.2.1"
ADDRESS = "ann@example.org"


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Services with a mail server in the settings; nothing here connects to it."""
    mail = {"smtp_host": "mail.example.org", "mail_from": "desk@example.org"}
    async with open_desk(tmp_path, monkeypatch, **mail) as opened:
        yield opened


async def queued(desk: Desk) -> list[Letter]:
    """Claim every letter that is due."""
    letters = []
    while (letter := await desk.store.mail.claim_due(desk.now)) is not None:
        letters.append(letter)
    return letters


async def confirmed(desk: Desk, name: str = "Ann", email: str = ADDRESS) -> Customer:
    """Return a customer with a confirmed address."""
    customer = await desk.customer(name, email)
    code = "123456"
    await desk.store.mail.save_code(
        customer.id, email, code_digest(customer.id, code), desk.now + 1
    )
    await desk.services.mail.requests.confirm_code(customer, code, RequestKey("confirm"))
    return customer


async def test_a_code_is_queued_without_being_stored_and_its_address_tidied(desk: Desk) -> None:
    ann = await desk.customer()
    to = await desk.services.mail.requests.request_code(
        ann, " Ann@Example.ORG ", RequestKey("r1"), HOME
    )
    assert to == ADDRESS
    [letter] = await queued(desk)
    assert (letter.kind, letter.email, letter.customer) == (LetterKind.CODE, ADDRESS, ann.id)


async def test_the_same_request_queues_one_letter(desk: Desk) -> None:
    ann = await desk.customer()
    requests = desk.services.mail.requests
    await requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
    with pytest.raises(DuplicateRequest) as repeated:
        await requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
    assert repeated.value.answer == {"email": ADDRESS, "confirmed": False}
    assert len(await queued(desk)) == 1


async def test_what_is_no_address_is_refused(desk: Desk) -> None:
    ann = await desk.customer()
    with pytest.raises(Refused) as refused:
        await desk.services.mail.requests.request_code(ann, "no address", RequestKey("r1"), HOME)
    assert refused.value.code is Code.INVALID
    assert await queued(desk) == []


async def test_a_right_code_confirms_the_address_it_was_sent_to(desk: Desk) -> None:
    ann = await desk.customer()
    code, until = code_digest(ann.id, "123456"), desk.now + 1
    await desk.store.mail.save_code(ann.id, ADDRESS, code, until)
    requests = desk.services.mail.requests
    assert await requests.find_address(ann) is None
    assert await requests.confirm_code(ann, " 123 456 ", RequestKey("confirm")) == ADDRESS
    assert await requests.find_address(ann) == ADDRESS
    stored = await desk.store.customers.find_customer(ann.id)
    assert stored is not None
    assert stored.email == ADDRESS


async def test_a_wrong_or_expired_code_confirms_nothing(desk: Desk) -> None:
    ann = await desk.customer()
    code, until = code_digest(ann.id, "123456"), desk.now + 1
    await desk.store.mail.save_code(ann.id, ADDRESS, code, until)
    for told, later in (("654321", 0), ("", 0), ("123456", 1)):
        desk.now += later
        with pytest.raises(Refused) as refused:
            await desk.services.mail.requests.confirm_code(ann, told, RequestKey("confirm"))
        assert (refused.value.code, refused.value.field) == (Code.INVALID, "code")
    assert await desk.services.mail.requests.find_address(ann) is None


async def test_another_customers_code_confirms_nothing(desk: Desk) -> None:
    ann, eve = await desk.customer("Ann"), await desk.customer("Eve")
    until = desk.now + 1
    for customer in (ann, eve):
        digest = code_digest(ann.id, "123456")
        await desk.store.mail.save_code(customer.id, ADDRESS, digest, until)
    with pytest.raises(Refused):
        await desk.services.mail.requests.confirm_code(eve, "123456", RequestKey("confirm"))


async def test_a_transcript_goes_to_the_confirmed_address_only(desk: Desk) -> None:
    requests = desk.services.mail.requests
    eve = await desk.customer("Eve", "eve@example.org")
    hers = await desk.opens(eve)
    with pytest.raises(Refused) as refused:
        await requests.request_transcript(eve, hers.id, "pdf", "UTC", RequestKey("r1"))
    assert (refused.value.code, refused.value.field) == (Code.NOT_ALLOWED, "email")
    ann = await confirmed(desk)
    conversation = await desk.opens(ann)
    assert (
        await requests.request_transcript(ann, conversation.id, "pdf", "UTC", RequestKey("r1"))
        == ADDRESS
    )
    [letter] = await queued(desk)
    assert (letter.kind, letter.conversation) == (LetterKind.TRANSCRIPT, conversation.id)


async def test_no_transcript_of_a_strangers_conversation_is_sent(desk: Desk) -> None:
    conversation = await desk.opens(await desk.customer("Eve"))
    with pytest.raises(Refused) as refused:
        await desk.services.mail.requests.request_transcript(
            await confirmed(desk), conversation.id, "pdf", "UTC", RequestKey("r1")
        )
    assert refused.value.code is Code.NOT_FOUND


async def test_an_invitation_by_reference_reaches_its_customer(desk: Desk) -> None:
    ann = await confirmed(desk)
    conversation = await desk.opens(ann)
    await desk.services.mail.requests.request_invitation_by_reference(
        conversation.reference, ADDRESS, "de", HOME
    )
    [letter] = await queued(desk)
    assert (letter.kind, letter.customer, letter.locale) == (LetterKind.INVITATION, ann.id, "de")


async def test_an_invitation_to_another_address_is_sent_to_nobody_and_says_nothing(
    desk: Desk,
) -> None:
    conversation = await desk.opens(await confirmed(desk))
    for reference, email in (
        (conversation.reference, "mallory@example.org"),
        ("no such reference", ADDRESS),
    ):
        await desk.services.mail.requests.request_invitation_by_reference(
            reference, email, "en", HOME
        )
    assert await queued(desk) == []


async def test_guesses_of_references_are_limited_by_address(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = {"smtp_host": "mail.example.org", "mail_from": "desk@example.org"}
    folder = tmp_path_factory.mktemp("limited")
    async with open_desk(folder, monkeypatch, key_attempts_per_minute=1, **mail) as desk:
        invite = desk.services.mail.requests.request_invitation_by_reference
        await invite("K7F3-9QMX", ADDRESS, "en", HOME)
        with pytest.raises(RateLimited):
            await invite("K7F3-9QMX", ADDRESS, "en", HOME)


async def test_a_customer_is_called_once_for_each_place(desk: Desk) -> None:
    ann = await desk.customer("Ann", ADDRESS)
    conversation = await desk.opens(ann)
    for _ in range(2):
        await desk.services.mail.requests.announce_turn(ann.id, conversation.id)
    [letter] = await queued(desk)
    assert (letter.kind, letter.email) == (LetterKind.TURN, ADDRESS)


async def test_a_customer_without_an_address_is_not_called(desk: Desk) -> None:
    ann = await desk.customer("Ann")
    conversation = await desk.opens(ann)
    await desk.services.mail.requests.announce_turn(ann.id, conversation.id)
    assert await queued(desk) == []


async def test_without_a_mail_server_no_letter_is_taken(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_desk(tmp_path_factory.mktemp("no mail"), monkeypatch) as desk:
        requests, ann = desk.services.mail.requests, await desk.customer("Ann", ADDRESS)
        assert not requests.are_sent
        with pytest.raises(Refused) as refused:
            await requests.request_code(ann, ADDRESS, RequestKey("r1"), HOME)
        assert (refused.value.code, refused.value.field) == (Code.NOT_ALLOWED, "mail")
        await requests.announce_turn(ann.id, "c1")
        assert await queued(desk) == []
