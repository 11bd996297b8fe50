"""Share links, invitations and visits open what they are for, for a time, and are noted."""

import pytest

from chatserver.core.audit import AuditAction
from chatserver.core.errors import Code, RateLimited, Refused
from chatserver.core.people import Customer, Rank, Technician
from tests.services.backend import Backend, open_backend

HOME = "192.0.2.1"
HOUR_MS = 3_600_000


async def helped(backend: Backend) -> tuple[Customer, Technician, str]:
    """Return Ann, her technician, and the id of their conversation."""
    ann, bob = await backend.customer("Ann"), await backend.technician("bob")
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    return ann, bob, conversation.id


async def actions(backend: Backend, conversation: str) -> list[AuditAction]:
    """Return the audited actions on a conversation, the oldest first."""
    supervisor = await backend.technician("sue", Rank.SUPERVISOR)
    entries = await backend.services.archive.audit.read_entries(
        backend.state(conversation), supervisor
    )
    return [entry.deed for entry in reversed(entries)]


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
    assert await shares.revoke_links(ann, conversation) == 2
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


async def test_only_supervisors_read_the_audit_trail(backend: Backend) -> None:
    ann, bob, conversation = await helped(backend)
    for reader in (ann, bob):
        with pytest.raises(Refused) as refused:
            await backend.services.archive.audit.read_entries(backend.state(conversation), reader)
        assert refused.value.code is Code.NOT_ALLOWED


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


async def test_an_invitation_works_once(backend: Backend) -> None:
    ann = await backend.customer("Ann")
    login = backend.services.archive.login
    secret, _ = await login.create_invitation(ann, HOUR_MS, "by the panel")
    entered, visit = await login.redeem_invitation(secret, HOME)
    assert entered == ann
    assert await login.find_visitor(visit) == ann
    with pytest.raises(Refused) as refused:
        await login.redeem_invitation(secret, HOME)
    assert refused.value.code is Code.NOT_FOUND


async def test_an_expired_invitation_is_refused_as_an_unknown_one(backend: Backend) -> None:
    ann = await backend.customer("Ann")
    login = backend.services.archive.login
    secret, until = await login.create_invitation(ann, HOUR_MS, "")
    assert until == backend.now + HOUR_MS
    backend.now = until
    for wrong in (secret, "guessed"):
        with pytest.raises(Refused) as refused:
            await login.redeem_invitation(wrong, HOME)
        assert refused.value.code is Code.NOT_FOUND


async def test_the_secret_of_an_invitation_is_no_visit_and_the_other_way_round(
    backend: Backend,
) -> None:
    ann = await backend.customer("Ann")
    login = backend.services.archive.login
    secret, _ = await login.create_invitation(ann, HOUR_MS, "")
    assert await login.find_visitor(secret) is None
    _, visit = await login.redeem_invitation(secret, HOME)
    with pytest.raises(Refused):
        await login.redeem_invitation(visit, HOME)


async def test_a_visit_ends_when_left_and_after_its_time(backend: Backend) -> None:
    ann = await backend.customer("Ann")
    login = backend.services.archive.login
    visits = [
        (await login.redeem_invitation((await login.create_invitation(ann, HOUR_MS, ""))[0], HOME))[
            1
        ]
        for _ in range(2)
    ]
    await login.end_visit(visits[0])
    assert await login.find_visitor(visits[0]) is None
    assert await login.find_visitor(visits[1]) == ann
    backend.now += login.visit_valid_for_ms
    assert await login.find_visitor(visits[1]) is None


async def test_closing_an_archive_ends_visits_invitations_and_share_links(backend: Backend) -> None:
    ann, _, conversation = await helped(backend)
    login, shares = backend.services.archive.login, backend.services.archive.shares
    _, visit = await login.redeem_invitation(
        (await login.create_invitation(ann, HOUR_MS, ""))[0], HOME
    )
    unused, _ = await login.create_invitation(ann, HOUR_MS, "")
    link = await shares.create_link(ann, conversation)
    await login.end_all_visits(ann)
    assert await login.find_visitor(visit) is None
    with pytest.raises(Refused):
        await login.redeem_invitation(unused, HOME)
    with pytest.raises(Refused):
        await shares.open_shared(link.secret, conversation, HOME)
