"""Sign-in of technicians: by password, by a single-use link, by an API token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.passwords import Passwords
from chatserver.auth.tokens import digest, new_token
from chatserver.core.errors import Code, Refused
from chatserver.core.notifications import SignedOut
from chatserver.core.people import Technician
from chatserver.services.bus import Bus
from chatserver.services.clock import Clock, Entropy

KNOWN_FOR_MS = 180 * 86_400_000
"""ms for which a browser is known as its technician's device after a sign-in."""


class CredentialStore(Protocol):
    """The password hashes and secrets with which technicians sign in.

    A secret is a `link`, `session`, `device` or `token`, stored as its SHA-256 only. Every method
    raises Unavailable where the disk fails.
    """

    async def find_technician_by_login(self, login: str) -> tuple[Technician, str | None] | None:
        """Return the technician and their password hash, None while no password was set.

        Return None for an unknown login.
        """

    async def save_password_hash(self, technician: str, hashed: str) -> None:
        """Store a technician's password hash in place of the one before."""

    async def add_secret(self, kind: str, digest: bytes, technician: str, until: int) -> None:
        """Store a secret that is valid before `until` (ms since 1970), or for ever with 0."""

    async def find_secret_owner(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Return the technician this secret belongs to, or None if it is unknown or expired."""

    async def consume_secret(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Return the secret's technician and remove it in one transaction, or return None.

        Of concurrent callers one gets the technician.
        """

    async def revoke_secrets(
        self, technician: str, kind: str | None, but: bytes | None
    ) -> Sequence[bytes]:
        """Remove a technician's secrets of one kind, or of all (None), except the digest `but`.

        Return the digests removed.
        """


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """The source of a sign-in attempt: the network address, and the secret of a known device."""

    network_address: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """A successful sign-in: its own secret, and that of the device, which is known from now on."""

    technician: Technician
    secret: str
    device: str


@dataclass(slots=True)
class SignInService:
    """Opens and ends sign-ins. Every failure looks the same, and takes the same time.

    Three limits hold:

    - `attempts` for each address, so that one address cannot try many logins;
    - `guesses` for each login, so that many addresses together cannot try many passwords;
    - for a known device a count of its own in place of both, so that neither a stranger nor a
      neighbour behind the same address locks its technician out.

    One-time links cannot be guessed, and work even while a login is locked.
    """

    credentials: CredentialStore
    bus: Bus
    passwords: Passwords
    clock: Clock
    entropy: Entropy
    valid_for_ms: int
    attempts: KeyedRateLimiter
    guesses: KeyedRateLimiter

    async def with_password(self, login: str, password: str, attempt: SignInAttempt) -> NewSignIn:
        """Sign in with a password; raises Refused `not_signed_in`, RateLimited."""
        if await self._is_known_device(attempt.device, login):
            self.attempts.consume(f"device {digest(attempt.device).hex()}", self.clock())
        else:
            self.attempts.consume(attempt.network_address, self.clock())
            self.guesses.consume(login, self.clock())
        found = await self.credentials.find_technician_by_login(login)
        technician, hashed = found if found else (None, None)
        is_right = await self.passwords.verify(hashed, password)
        if not is_right or technician is None or technician.gone:
            raise Refused(Code.NOT_SIGNED_IN)
        return await self._open_sign_in(technician, attempt)

    async def with_link(self, link: str, attempt: SignInAttempt) -> NewSignIn:
        """Sign in with a one-time link, which is consumed; raises as `with_password` does."""
        self.attempts.consume(attempt.network_address, self.clock())
        technician = await self.credentials.consume_secret("link", digest(link), self.clock())
        if technician is None:
            raise Refused(Code.NOT_SIGNED_IN)
        return await self._open_sign_in(technician, attempt)

    async def technician_signed_in_by(self, secret: str) -> Technician | None:
        """Return the technician whose unexpired sign-in has this secret, or None."""
        return await self.credentials.find_secret_owner("session", digest(secret), self.clock())

    async def technician_of_api_token(self, token: str) -> Technician | None:
        """Return the technician this API token belongs to, or None."""
        return await self.credentials.find_secret_owner("token", digest(token), self.clock())

    async def sign_out(self, secret: str) -> None:
        """End a sign-in, and the live sessions that were opened with it."""
        await self.credentials.consume_secret("session", digest(secret), self.clock())
        self.bus.publish(SignedOut(digest(secret)))

    async def set_password(
        self, technician: Technician, password: str, secret: str, device: str = ""
    ) -> None:
        """Store a technician's password; end their other sessions and forget their other devices.

        `secret` and `device` are the secrets that stay valid. Raises Refused `invalid` for a weak
        password.
        """
        hashed = await self.passwords.hash(password)
        await self.credentials.save_password_hash(technician.id, hashed)
        for ended in await self.credentials.revoke_secrets(
            technician.id, "session", digest(secret)
        ):
            self.bus.publish(SignedOut(ended))
        await self.credentials.revoke_secrets(technician.id, "device", digest(device))

    async def has_password(self, technician: Technician) -> bool:
        """Return True if the technician can sign in without another link."""
        found = await self.credentials.find_technician_by_login(technician.login)
        return found is not None and found[1] is not None

    async def _is_known_device(self, device: str, login: str) -> bool:
        if not device:
            return False
        owner = await self.credentials.find_secret_owner("device", digest(device), self.clock())
        return owner is not None and owner.login == login

    async def _open_sign_in(self, technician: Technician, attempt: SignInAttempt) -> NewSignIn:
        if attempt.device:
            await self.credentials.consume_secret("device", digest(attempt.device), self.clock())
        secret = await self._issue_secret("session", technician, self.valid_for_ms)
        device = await self._issue_secret("device", technician, KNOWN_FOR_MS)
        return NewSignIn(technician, secret, device)

    async def _issue_secret(self, kind: str, technician: Technician, valid_for_ms: int) -> str:
        secret = new_token(self.entropy)
        until = self.clock() + valid_for_ms
        await self.credentials.add_secret(kind, digest(secret), technician.id, until)
        return secret
