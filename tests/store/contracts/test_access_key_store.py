"""The contract of `AccessKeyStore`."""

import asyncio
from dataclasses import replace

import pytest

from chatserver.core.access_keys import AccessKey, AccessKeyKind
from chatserver.services.customer_archive_login import AccessKeyStore
from chatserver.store.open import Store
from tests.playbook import ANN, EVE, NOON

SHARE = AccessKey(b"share", AccessKeyKind.SHARE, "ann", NOON + 10, "c1")
VISIT = AccessKey(b"visit", AccessKeyKind.VISIT, "ann", NOON + 10)
KEPT = 20


@pytest.fixture
async def keys(store: Store) -> AccessKeyStore:
    for customer in (ANN, EVE):
        await store.customers.save_customer(customer, None)
    return store.access_keys


async def is_valid(keys: AccessKeyStore, key: AccessKey, now: int = NOON) -> bool:
    return await keys.find_valid_key(key.kind, key.digest, now) == key


async def test_a_key_is_valid_before_its_end_and_not_at_it(keys: AccessKeyStore) -> None:
    await keys.save_key(SHARE, NOON)
    assert await is_valid(keys, SHARE, SHARE.until - 1)
    assert not await is_valid(keys, SHARE, SHARE.until)
    assert await keys.consume_key(SHARE.kind, SHARE.digest, SHARE.until) is None


async def test_a_key_is_of_one_kind(keys: AccessKeyStore) -> None:
    await keys.save_key(SHARE, NOON)
    for kind in (AccessKeyKind.INVITATION, AccessKeyKind.VISIT):
        assert await keys.find_valid_key(kind, SHARE.digest, NOON) is None
        assert await keys.consume_key(kind, SHARE.digest, NOON) is None
    assert await is_valid(keys, SHARE)


@pytest.mark.parametrize("digest", [b"", b"shar", b"share\0", b"%"])
async def test_an_unknown_digest_finds_nothing(keys: AccessKeyStore, digest: bytes) -> None:
    await keys.save_key(SHARE, NOON)
    assert await keys.find_valid_key(SHARE.kind, digest, NOON) is None


async def test_of_many_who_consume_a_key_at_once_one_gets_it(keys: AccessKeyStore) -> None:
    invitation = replace(VISIT, kind=AccessKeyKind.INVITATION)
    await keys.save_key(invitation, NOON)
    taken = await asyncio.gather(
        *(keys.consume_key(invitation.kind, invitation.digest, NOON) for _ in range(20))
    )
    assert [key for key in taken if key] == [invitation]
    assert not await is_valid(keys, invitation)


async def test_of_too_many_keys_for_the_same_thing_the_first_to_expire_goes(
    keys: AccessKeyStore,
) -> None:
    many = [replace(SHARE, digest=bytes([n]), until=NOON + 10 + n) for n in range(KEPT + 1)]
    await keys.save_key(replace(SHARE, digest=b"other", conversation="c2"), NOON)
    for key in many:
        await keys.save_key(key, NOON)
    assert not await is_valid(keys, many[0])
    assert all([await is_valid(keys, key) for key in many[1:]])
    assert await keys.withdraw_keys("ann", "c2") == 1


async def test_saving_a_key_removes_those_that_have_expired(keys: AccessKeyStore) -> None:
    await keys.save_key(SHARE, NOON)
    await keys.save_key(replace(VISIT, until=NOON + 99), SHARE.until)
    assert not await is_valid(keys, SHARE, NOON)


async def test_withdrawing_a_conversations_keys_leaves_all_others(keys: AccessKeyStore) -> None:
    other = replace(SHARE, digest=b"other", conversation="c2")
    for key in (SHARE, other, VISIT):
        await keys.save_key(key, NOON)
    assert await keys.withdraw_keys("ann", "c1") == 1
    assert await keys.withdraw_keys("ann", "c1") == 0
    assert [await is_valid(keys, key) for key in (SHARE, other, VISIT)] == [False, True, True]


async def test_withdrawing_a_customers_keys_leaves_other_customers(keys: AccessKeyStore) -> None:
    eves = replace(SHARE, digest=b"eve", customer="eve", conversation="c9")
    for key in (SHARE, VISIT, eves):
        await keys.save_key(key, NOON)
    assert await keys.withdraw_keys("ann", None) == 2
    assert [await is_valid(keys, key) for key in (SHARE, VISIT, eves)] == [False, False, True]
