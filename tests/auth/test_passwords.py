"""Passwords."""

from typing import Literal

import pytest
from argon2 import PasswordHasher

from chatserver.auth.passwords import MAX_CHARACTERS, MIN_CHARACTERS, Passwords
from chatserver.core.errors import Code, Refused

GOOD = "long enough to be good"


class CountingHasher(PasswordHasher):
    """Cheap, and remembers against what it verified."""

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


async def test_somebody_without_a_password_costs_a_verification_too(
    passwords: Passwords, hasher: CountingHasher
) -> None:
    assert not await passwords.verify(None, GOOD)
    assert len(hasher.verified) == 1


async def test_nobody_signs_in_with_the_password_of_nobody(passwords: Passwords) -> None:
    assert not await passwords.verify(None, "nobody's password")


@pytest.mark.parametrize("length", [0, MIN_CHARACTERS - 1, MAX_CHARACTERS + 1])
async def test_too_short_and_too_long_ones_are_refused(passwords: Passwords, length: int) -> None:
    with pytest.raises(Refused) as refused:
        await passwords.hash("x" * length)
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "password")


async def test_what_goes_on_after_the_longest_password_is_not_the_same(
    passwords: Passwords,
) -> None:
    hashed = await passwords.hash("x" * MAX_CHARACTERS)
    assert not await passwords.verify(hashed, "x" * (MAX_CHARACTERS + 1))


async def test_a_hash_that_is_none_matches_nothing(passwords: Passwords) -> None:
    assert not await passwords.verify("not a hash", GOOD)
