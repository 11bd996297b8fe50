"""Share links open their conversation, for a time, and are noted in its audit trail."""

import pytest

from chatserver.core.audit import AuditAction
from chatserver.core.errors import Code, RateLimited, Refused
from chatserver.core.people import Rank
from tests.services.backend import Backend, open_backend
from tests.services.helped_customer import HOME, actions, helped


async def test_a_share_link_opens_its_conversation_by_id_and_reference(backend: Backend) -> None:
    ann, _, conversation = await helped(backend)
    shares = backend.services.archive.shares
    link = await shares.create_link(ann, conversation)
    for name in (conversation, link.conversation.reference):
        document, _ = await shares.open_shared(link.secret, name, HOME)
        assert document.conversation.id == conversation
        assert not document.internal
    assert await actions(backend, conversation) == [AuditAction.SHARED]


async def test_a_share_link_opens_no_other_conversation(backend: Backend) -> None:
    ann, _, conversation = await helped(backend)
    other = await backend.open_conversation(ann)
    link = await backend.services.archive.shares.create_link(ann, conversation)
    with pytest.raises(Refused) as refused:
        await backend.services.archive.shares.open_shared(link.secret, other.id, HOME)
    assert refused.value.code is Code.NOT_FOUND


async def test_a_share_link_expires(backend: Backend) -> None:
    ann, _, conversation = await helped(backend)
    shares = backend.services.archive.shares
    link = await shares.create_link(ann, conversation)
    # The last millisecond at which the link is valid, and the first at which it is not.
    backend.now = link.until - 1
    await shares.open_shared(link.secret, conversation, HOME)
    backend.now = link.until
    with pytest.raises(Refused):
        await shares.open_shared(link.secret, conversation, HOME)


async def test_withdrawn_links_open_nothing_and_are_counted(backend: Backend) -> None:
    ann, bob, conversation = await helped(backend)
    shares = backend.services.archive.shares
    link = await shares.create_link(ann, conversation)
    await shares.create_link(bob, conversation)
    assert await shares.withdraw_links(ann, conversation) == 2
    with pytest.raises(Refused):
        await shares.open_shared(link.secret, conversation, HOME)
    assert (await actions(backend, conversation))[-1] is AuditAction.WITHDRAWN


async def test_only_the_customer_and_a_helping_technician_may_share(backend: Backend) -> None:
    _, _, conversation = await helped(backend)
    eve = await backend.customer("Eve")
    sue = await backend.technician("sue", Rank.SUPERVISOR)
    for actor, code in ((eve, Code.NOT_FOUND), (sue, Code.NOT_ALLOWED)):
        with pytest.raises(Refused) as refused:
            await backend.services.archive.shares.create_link(actor, conversation)
        assert refused.value.code is code


async def test_attempts_are_limited_by_address_before_any_key_is_looked_up(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("data")
    async with open_backend(folder, monkeypatch, key_attempts_per_minute=2) as backend:
        ann, _, conversation = await helped(backend)
        link = await backend.services.archive.shares.create_link(ann, conversation)
        for _ in range(2):
            with pytest.raises(Refused):
                await backend.services.archive.shares.open_shared("guessed", conversation, HOME)
        with pytest.raises(RateLimited):
            await backend.services.archive.shares.open_shared(link.secret, conversation, HOME)
        with pytest.raises(RateLimited):
            await backend.services.archive.login.redeem_invitation("guessed", HOME)
        # Another address has a limit of its own, and the link itself is still valid.
        await backend.services.archive.shares.open_shared(link.secret, conversation, "192.0.2.2")
