"""Sign-in by password, link and API token; limits on guessing; sign-out."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from argon2 import PasswordHasher

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.passwords import Passwords
from chatserver.auth.tokens import digest
from chatserver.core.errors import Code, RateLimited, Refused
from chatserver.core.notifications import SignedOut
from chatserver.services.sign_in import SignInAttempt, SignInService
from tests.fakes import FakeBus, FakeCredentials
from tests.playbook import BOB, NOON

PASSWORD = "long enough to be good"
HOUR = 3_600_000
HOME = SignInAttempt("192.0.2.1")


@dataclass(slots=True)
class SignInSetup:
    """The sign-in service with Bob's account, a clock that stands still, 5 attempts a minute."""

    credentials: FakeCredentials = field(default_factory=FakeCredentials)
    bus: FakeBus = field(default_factory=FakeBus)
    now: int = NOON
    sign_in: SignInService = field(init=False)

    def __post_init__(self) -> None:
        numbers = count(1)
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.credentials.hire(BOB)
        self.sign_in = SignInService(
            self.credentials,
            self.bus,
            Passwords(cheap),
            clock=lambda: self.now,
            entropy=lambda _: next(numbers),
            valid_for_ms=HOUR,
            attempts=KeyedRateLimiter(5, 5),
            guesses=KeyedRateLimiter(10, 10),
        )

    async def with_link(self, link: str = "link") -> str:
        """Sign in by a new link."""
        await self.credentials.add_secret("link", digest(link), BOB.id, self.now + HOUR)
        return (await self.sign_in.with_link(link, HOME)).secret

    async def refusal(self, login: str, password: str, asking: SignInAttempt = HOME) -> Refused:
        with pytest.raises(Refused) as refused:
            await self.sign_in.with_password(login, password, asking)
        return refused.value


@pytest.fixture
def door() -> SignInSetup:
    return SignInSetup()


async def test_a_password_opens_a_session(door: SignInSetup) -> None:
    await door.sign_in.set_password(BOB, PASSWORD, "")
    opened = await door.sign_in.with_password("bob", PASSWORD, HOME)
    assert opened.technician == BOB
    assert await door.sign_in.technician_signed_in_by(opened.secret) == BOB


async def test_every_failure_looks_the_same(door: SignInSetup) -> None:
    unset = await door.refusal("bob", PASSWORD)
    await door.sign_in.set_password(BOB, PASSWORD, "")
    wrong = await door.refusal("bob", "wrong, but just as long")
    unknown = await door.refusal("nobody", PASSWORD)
    assert {vars(unset)["code"], wrong.code, unknown.code} == {Code.NOT_SIGNED_IN}
    assert str(unset) == str(wrong) == str(unknown)


async def test_a_link_is_spent_by_signing_in(door: SignInSetup) -> None:
    await door.with_link("once")
    with pytest.raises(Refused, match="not_signed_in"):
        await door.sign_in.with_link("once", HOME)


async def test_a_session_ends_when_its_time_is_up(door: SignInSetup) -> None:
    session = await door.with_link()
    door.now += HOUR
    assert await door.sign_in.technician_signed_in_by(session) is None


async def test_signing_out_ends_the_session_and_tells_the_live_ones(door: SignInSetup) -> None:
    session = await door.with_link()
    await door.sign_in.sign_out(session)
    assert await door.sign_in.technician_signed_in_by(session) is None
    assert door.bus.published == [SignedOut(digest(session))]


async def test_a_secret_of_one_kind_is_no_secret_of_another(door: SignInSetup) -> None:
    session = await door.with_link()
    await door.credentials.add_secret("token", digest("token"), BOB.id, 0)
    assert await door.sign_in.technician_of_api_token("token") == BOB
    assert await door.sign_in.technician_signed_in_by("token") is None
    assert await door.sign_in.technician_of_api_token(session) is None


async def test_secrets_are_kept_as_digests_only(door: SignInSetup) -> None:
    session = await door.with_link()
    assert ("session", digest(session)) in door.credentials.secrets
    assert session not in str(door.credentials.secrets)


async def test_has_password_is_true_only_after_a_password_was_set(door: SignInSetup) -> None:
    assert not await door.sign_in.has_password(BOB)
    await door.sign_in.set_password(BOB, PASSWORD, "")
    assert await door.sign_in.has_password(BOB)


async def test_guessing_one_password_ends_in_waiting(door: SignInSetup) -> None:
    codes = [(await door.refusal("bob", "a wrong guess")).code for _ in range(6)]
    assert codes == [Code.NOT_SIGNED_IN] * 5 + [Code.RATE_LIMITED]


async def test_guessing_at_many_logins_from_one_address_ends_in_waiting(door: SignInSetup) -> None:
    codes = [(await door.refusal(f"login{each}", "a wrong guess")).code for each in range(6)]
    assert codes == [Code.NOT_SIGNED_IN] * 5 + [Code.RATE_LIMITED]


async def test_guessing_links_ends_in_waiting(door: SignInSetup) -> None:
    for number in range(5):
        with pytest.raises(Refused, match="not_signed_in"):
            await door.sign_in.with_link(f"guess {number}", HOME)
    with pytest.raises(RateLimited):
        await door.sign_in.with_link("guess", HOME)


async def test_guesses_from_one_address_do_not_lock_out_another(door: SignInSetup) -> None:
    await door.sign_in.set_password(BOB, PASSWORD, "")
    for _ in range(6):
        await door.refusal("bob", "a wrong guess", SignInAttempt("198.51.100.7"))
    assert (await door.sign_in.with_password("bob", PASSWORD, HOME)).technician == BOB


async def guessed_from_everywhere(door: SignInSetup) -> None:
    """Guess from a new address each time until the limit of the login is reached."""
    refusals = [
        (await door.refusal("bob", "a wrong guess", SignInAttempt(f"198.51.100.{number}"))).code
        for number in range(11)
    ]
    # Each guess has an address of its own, so only the limit of the login can have stopped it.
    assert (refusals[0], refusals[-1]) == (Code.NOT_SIGNED_IN, Code.RATE_LIMITED)


async def test_guessing_one_password_from_many_addresses_ends_in_waiting(door: SignInSetup) -> None:
    await door.sign_in.set_password(BOB, PASSWORD, "")
    await guessed_from_everywhere(door)
    with pytest.raises(RateLimited):
        await door.sign_in.with_password("bob", PASSWORD, HOME)


async def test_guesses_at_an_unknown_login_are_limited_too(door: SignInSetup) -> None:
    for number in range(10):
        await door.refusal("nobody", "a wrong guess", SignInAttempt(f"198.51.100.{number}"))
    assert (await door.refusal("nobody", "a wrong guess")).code == Code.RATE_LIMITED


async def test_a_known_device_is_not_locked_out_by_strangers(door: SignInSetup) -> None:
    await door.sign_in.set_password(BOB, PASSWORD, "")
    known = SignInAttempt(
        HOME.network_address, (await door.sign_in.with_password("bob", PASSWORD, HOME)).device
    )
    await guessed_from_everywhere(door)
    assert (await door.sign_in.with_password("bob", PASSWORD, known)).technician == BOB


async def test_a_known_device_is_not_locked_out_by_neighbours(door: SignInSetup) -> None:
    await door.sign_in.set_password(BOB, PASSWORD, "")
    known = SignInAttempt(
        HOME.network_address, (await door.sign_in.with_password("bob", PASSWORD, HOME)).device
    )
    for _ in range(6):
        await door.refusal("alice", "a wrong guess")
    assert (await door.sign_in.with_password("bob", PASSWORD, known)).technician == BOB


async def test_a_link_works_even_while_the_login_is_locked(door: SignInSetup) -> None:
    await guessed_from_everywhere(door)
    assert await door.with_link()


async def test_guesses_from_a_known_device_end_in_waiting_too(door: SignInSetup) -> None:
    await door.sign_in.set_password(BOB, PASSWORD, "")
    known = SignInAttempt(
        HOME.network_address, (await door.sign_in.with_password("bob", PASSWORD, HOME)).device
    )
    codes = [(await door.refusal("bob", "a wrong guess", known)).code for _ in range(6)]
    assert codes == [Code.NOT_SIGNED_IN] * 5 + [Code.RATE_LIMITED]


async def test_a_device_is_known_as_one_persons(door: SignInSetup) -> None:
    await door.sign_in.set_password(BOB, PASSWORD, "")
    known = SignInAttempt(
        HOME.network_address, (await door.sign_in.with_password("bob", PASSWORD, HOME)).device
    )
    codes = [(await door.refusal("alice", "a wrong guess", known)).code for _ in range(5)]
    assert codes[-1] == Code.RATE_LIMITED


async def test_a_new_password_makes_other_devices_strange(door: SignInSetup) -> None:
    await door.sign_in.set_password(BOB, PASSWORD, "")
    opened = await door.sign_in.with_password("bob", PASSWORD, HOME)
    other = await door.sign_in.with_password("bob", PASSWORD, SignInAttempt("192.0.2.9"))
    await door.sign_in.set_password(BOB, PASSWORD, opened.secret, opened.device)
    await guessed_from_everywhere(door)
    with pytest.raises(RateLimited):
        await door.sign_in.with_password("bob", PASSWORD, SignInAttempt("192.0.2.9", other.device))
    assert await door.sign_in.with_password(
        "bob", PASSWORD, SignInAttempt("192.0.2.9", opened.device)
    )
