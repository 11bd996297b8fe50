"""The contract of `CredentialStore`; the fake that other tests use passes it too."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.services.sign_in import CredentialStore
from tests.fakes import FakeCredentials
from tests.playbook import BOB, CAT, NOON
from tests.store.contracts.conftest import ENGINES, open_engine


@pytest.fixture(params=["fake", *ENGINES])
async def credentials(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[CredentialStore]:
    """Credentials without any secret, with the technicians Bob and Cat."""
    if request.param == "fake":
        fake = FakeCredentials()
        fake.hire(BOB)
        fake.hire(CAT)
        yield fake
        return
    async with open_engine(request)(tmp_path) as store:
        for technician in (BOB, CAT):
            await store.technicians.change_technician(technician, lambda each: each)
        yield store.credentials


async def test_a_login_finds_its_technician_and_password_hash(
    credentials: CredentialStore,
) -> None:
    assert await credentials.find_technician_by_login("bob") == (BOB, None)
    await credentials.save_password_hash("bob", "first")
    await credentials.save_password_hash("bob", "second")
    assert await credentials.find_technician_by_login("bob") == (BOB, "second")
    assert await credentials.find_technician_by_login("cat") == (CAT, None)


@pytest.mark.parametrize("login", ["", "nobody", "bob'--", "%", "\0"])
async def test_an_unknown_login_finds_nothing(credentials: CredentialStore, login: str) -> None:
    assert await credentials.find_technician_by_login(login) is None


async def test_a_secret_is_valid_before_its_end_and_not_at_it(
    credentials: CredentialStore,
) -> None:
    await credentials.add_secret("session", b"1", "bob", NOON)
    assert await credentials.find_secret_owner("session", b"1", NOON - 1) == BOB
    assert await credentials.find_secret_owner("session", b"1", NOON) is None
    assert await credentials.consume_secret("session", b"1", NOON) is None


async def test_a_secret_without_an_end_is_valid_for_ever(credentials: CredentialStore) -> None:
    await credentials.add_secret("token", b"1", "bob", 0)
    assert await credentials.find_secret_owner("token", b"1", 1 << 52) == BOB


async def test_a_secret_is_of_one_kind(credentials: CredentialStore) -> None:
    await credentials.add_secret("link", b"1", "bob", 0)
    for kind in ("session", "device", "token", ""):
        assert await credentials.find_secret_owner(kind, b"1", NOON) is None
        assert await credentials.consume_secret(kind, b"1", NOON) is None
    assert await credentials.find_secret_owner("link", b"1", NOON) == BOB


async def test_reading_a_secret_does_not_consume_it(credentials: CredentialStore) -> None:
    await credentials.add_secret("link", b"1", "bob", 0)
    await credentials.find_secret_owner("link", b"1", NOON)
    assert await credentials.find_secret_owner("link", b"1", NOON) == BOB


async def test_of_many_who_consume_a_secret_at_once_one_gets_it(
    credentials: CredentialStore,
) -> None:
    await credentials.add_secret("link", b"1", "bob", 0)
    owners = await asyncio.gather(
        *(credentials.consume_secret("link", b"1", NOON) for _ in range(20))
    )
    assert [owner for owner in owners if owner] == [BOB]
    assert await credentials.find_secret_owner("link", b"1", NOON) is None


@pytest.fixture
async def six(credentials: CredentialStore) -> CredentialStore:
    """Two sessions, a device and a link of Bob's; a session and a link of Cat's."""
    for kind, digest, technician in [
        ("session", b"bob 1", "bob"),
        ("session", b"bob 2", "bob"),
        ("device", b"bob 3", "bob"),
        ("link", b"bob 4", "bob"),
        ("session", b"cat 1", "cat"),
        ("link", b"cat 2", "cat"),
    ]:
        await credentials.add_secret(kind, digest, technician, 0)
    return credentials


REVOCATIONS: list[tuple[str | None, bytes | None, set[bytes]]] = [
    ("session", None, {b"bob 1", b"bob 2"}),
    ("session", b"bob 2", {b"bob 1"}),
    ("token", None, set()),
    (None, None, {b"bob 1", b"bob 2", b"bob 3", b"bob 4"}),
    (None, b"unknown", {b"bob 1", b"bob 2", b"bob 3", b"bob 4"}),
]


@pytest.mark.parametrize(("kind", "but", "revoked"), REVOCATIONS)
async def test_secrets_of_one_technician_are_revoked_and_returned(
    six: CredentialStore, kind: str | None, but: bytes | None, revoked: set[bytes]
) -> None:
    assert set(await six.revoke_secrets("bob", kind, but)) == revoked
    assert await six.revoke_secrets("bob", kind, but) == []
    assert await six.find_secret_owner("session", b"cat 1", NOON) == CAT
    left = await six.find_secret_owner("session", b"bob 2", NOON)
    assert left == (None if b"bob 2" in revoked else BOB)
