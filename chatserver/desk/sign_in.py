"""How technicians sign in: by password, by a one-time link, by an API token."""

from dataclasses import dataclass

from chatserver.auth.addresses import Limits
from chatserver.auth.passwords import Passwords
from chatserver.auth.tokens import digest, new_token
from chatserver.core.errors import Code, RateLimited, Refused
from chatserver.core.news import SignedOut
from chatserver.core.people import Technician
from chatserver.desk.ports import Bus, Clock, Credentials, Entropy


@dataclass(slots=True)
class SignIn:
    """Opens and ends sign-ins. Every failure looks the same, and takes the same time.

    Attempts are limited for each address, whatever logins they name: so nobody can try many
    logins, and nobody can lock somebody else out.
    """

    credentials: Credentials
    bus: Bus
    passwords: Passwords
    clock: Clock
    entropy: Entropy
    valid_for: int
    attempts: Limits

    async def with_password(
        self, login: str, password: str, address: str
    ) -> tuple[Technician, str]:
        """A technician and the secret of a new session; raises Refused `not_signed_in`."""
        self._count(address)
        found = await self.credentials.technician_by_login(login)
        technician, hashed = found if found else (None, None)
        is_right = await self.passwords.verify(hashed, password)
        if not is_right or technician is None or technician.gone:
            raise Refused(Code.NOT_SIGNED_IN)
        return technician, await self._session(technician)

    async def with_link(self, link: str, address: str) -> tuple[Technician, str]:
        """The same for a one-time link, which is spent by this."""
        self._count(address)
        technician = await self.credentials.take_secret("link", digest(link), self.clock())
        if technician is None:
            raise Refused(Code.NOT_SIGNED_IN)
        return technician, await self._session(technician)

    async def technician_of_session(self, session: str) -> Technician | None:
        """Whose session this is, while it is good."""
        return await self.credentials.check_secret("session", digest(session), self.clock())

    async def technician_of_api_token(self, token: str) -> Technician | None:
        """Whose API token this is."""
        return await self.credentials.check_secret("token", digest(token), self.clock())

    async def sign_out(self, session: str) -> None:
        """End a sign-in, and the live sessions that stand on it."""
        await self.credentials.take_secret("session", digest(session), self.clock())
        self.bus.publish(SignedOut(digest(session)))

    async def set_password(self, technician: Technician, password: str, session: str) -> None:
        """From now on they can sign in with it, and all sessions but this one have ended.

        Raises Refused `invalid` for a weak one.
        """
        hashed = await self.passwords.hash(password)
        await self.credentials.set_password(technician.id, hashed)
        for ended in await self.credentials.withdraw(technician.id, "session", digest(session)):
            self.bus.publish(SignedOut(ended))

    async def has_password(self, technician: Technician) -> bool:
        """Whether they can sign in without another link."""
        found = await self.credentials.technician_by_login(technician.login)
        return found is not None and found[1] is not None

    def _count(self, address: str) -> None:
        retry_after = self.attempts.take(address, self.clock())
        if retry_after:
            raise RateLimited(retry_after)

    async def _session(self, technician: Technician) -> str:
        session = new_token(self.entropy)
        until = self.clock() + self.valid_for
        await self.credentials.add_secret("session", digest(session), technician.id, until)
        return session
