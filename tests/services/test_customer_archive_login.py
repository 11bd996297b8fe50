"""Signing in to a customer's archive: invitations, visits, and their ends."""

import pytest

from chatserver.core.errors import Code, Refused
from tests.services.backend import Backend
from tests.services.helped_customer import HOME, HOUR_MS, helped


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
