"""Password hashing and verification."""

from typing import Literal

import pytest
from argon2 import PasswordHasher

from chatserver.auth.passwords import MAX_CHARACTERS, MIN_CHARACTERS, Passwords
from chatserver.core.errors import Code, Refused

GOOD = "long enough to be good"


class CountingHasher(PasswordHasher):
    """A fast hasher that records the hashes it verified against."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str | bytes] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        self.verified.append(hash)
        return super().verify(hash, password)


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def passwords(hasher: CountingHasher) -> Passwords:
    return Passwords(hasher)


async def test_the_right_password_is_right_and_another_is_not(passwords: Passwords) -> None:
    hashed = await passwords.hash(GOOD)
    assert hashed.startswith("$argon2id$")
    assert await passwords.verify(hashed, GOOD)
    assert not await passwords.verify(hashed, GOOD + "!")


async def test_a_hash_costs_what_rfc_9106_recommends() -> None:
    # 64 MiB of memory, three passes, four lanes: its second recommendation.
    assert "$m=65536,t=3,p=4$" in await Passwords().hash(GOOD)


async def test_an_account_without_a_password_costs_a_verification_too(
    passwords: Passwords, hasher: CountingHasher
) -> None:
    assert not await passwords.verify(None, GOOD)
    # Else the answer would come faster than for an account with a password.
    assert len(hasher.verified) == 1


async def test_the_dummy_password_signs_in_to_no_account(passwords: Passwords) -> None:
    assert not await passwords.verify(None, "nobody's password")


@pytest.mark.parametrize("length", [0, MIN_CHARACTERS - 1, MAX_CHARACTERS + 1])
async def test_too_short_and_too_long_ones_are_refused(passwords: Passwords, length: int) -> None:
    with pytest.raises(Refused) as refused:
        await passwords.hash("x" * length)
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "password")


async def test_a_password_longer_than_the_longest_does_not_match_its_beginning(
    passwords: Passwords,
) -> None:
    # `verify` cuts its input, so the cut must come behind the longest password.
    hashed = await passwords.hash("x" * MAX_CHARACTERS)
    assert not await passwords.verify(hashed, "x" * (MAX_CHARACTERS + 1))


async def test_an_invalid_hash_matches_no_password(passwords: Passwords) -> None:
    assert not await passwords.verify("not a hash", GOOD)
