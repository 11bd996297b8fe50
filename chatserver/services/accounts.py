"""Technicians' accounts and what they sign in with, beside a running server or without one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

from chatserver.auth.tokens import digest, new_token
from chatserver.core.errors import Code, Refused
from chatserver.core.ids import identifier
from chatserver.core.log import AnsweredRequest
from chatserver.core.notifications import AccountRemoved
from chatserver.core.people import Level, Rank, Technician, TechnicianStatus
from chatserver.services.bus import Bus
from chatserver.services.clock import Clock, Entropy
from chatserver.services.sign_in import CredentialStore

FIRST_LOGIN = "admin"
"""Login of the administrator that an empty server creates for itself."""


TechnicianUpdate = Callable[[Technician], Technician]
"""Return the changed account of a technician from the stored one."""


class TechnicianStore(Protocol):
    """Technicians' accounts; every method raises Unavailable where the disk fails."""

    async def find_technician(self, technician: str) -> Technician | None:
        """Return the technician with this id, dismissed ones too, or None."""

    async def list_technicians(self) -> Sequence[Technician]:
        """Return all technicians by name, dismissed ones too."""

    async def change_technician(
        self,
        technician: Technician,
        update: TechnicianUpdate,
        answered: Callable[[Technician], AnsweredRequest] | None = None,
    ) -> Technician:
        """Apply an update to the stored account in one transaction, and return the result.

        An account that is not stored yet is added: the update is then applied to the one given.
        Raises Refused `not_allowed` with the field `role` where it would leave no administrator.
        `answered` returns the request that asked for it, which is stored with the change. Raises
        what the update raises, DuplicateRequest and ReusedRequestId, and then nothing is changed.
        """

    async def save_account(
        self,
        login: str,
        update: Callable[[Technician | None], Technician],
        topics: frozenset[str] = frozenset(),
        by: str | None = None,
    ) -> tuple[Technician | None, Technician]:
        """Add or change the account with this login in one transaction; return it before and after.

        `update` gets the stored account, dismissed or not, or None, and returns the one to store;
        what it raises is raised, and nothing is changed. Those of the `topics` that do not exist
        are added at the end, named by their ids.

        Raises Refused `not_allowed` where `by` is no administrator (any more), and with the field
        `role` where it would leave no administrator.
        """


@dataclass(frozen=True, slots=True)
class TechnicianTerms:
    """The terms of a technician's account; None leaves a term as it is."""

    name: str | None = None
    rank: Rank | None = None
    capacity: int | None = None
    topics: frozenset[str] | None = None
    skills: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    level: Level | None = None

    def applied_to(self, technician: Technician) -> Technician:
        """Return the technician under these terms."""
        with_terms = {term.name: getattr(self, term.name) for term in fields(self)}
        return replace(
            technician, **{name: value for name, value in with_terms.items() if value is not None}
        )


@dataclass(slots=True)
class Accounts:
    """Adds technicians and issues sign-in links and API tokens. `capacity` is for new accounts."""

    technicians: TechnicianStore
    credentials: CredentialStore
    bus: Bus
    clock: Clock
    entropy: Entropy
    capacity: int
    link_valid_for_ms: int

    async def hire(self, login: str, terms: TechnicianTerms) -> Technician:
        """Add a technician, or change the terms of an existing one, and return the account.

        Topics that do not exist yet are created. Raises Refused `not_allowed` with the field `role`
        for terms that would leave no administrator.
        """
        _, hired = await self.save_terms(login, terms)
        return hired

    async def save_terms(
        self,
        login: str,
        terms: TechnicianTerms,
        check: Callable[[Technician | None], None] = lambda _: None,
        by: Technician | None = None,
    ) -> tuple[Technician | None, Technician]:
        """Add or change an account as `hire` does; return it before (None if it is new) and after.

        `check` gets the account as it is in the transaction that changes it (None where none may
        sign in), and raises Refused if the terms were chosen for another one. `by` must still be an
        administrator then.
        """
        newcomer = self._newcomer(login)

        def with_terms(stored: Technician | None) -> Technician:
            check(_employed(stored))
            return replace(terms.applied_to(stored or newcomer), gone=False)

        before, after = await self.technicians.save_account(
            login, with_terms, terms.topics or frozenset(), None if by is None else by.id
        )
        return _employed(before), after

    async def find_by_login(self, login: str) -> Technician | None:
        """Return the technician with this login, or None; dismissed ones are not found."""
        found = await self.credentials.find_technician_by_login(login)
        return found[0] if found and not found[0].gone else None

    async def dismiss(self, technician: Technician, by: Technician | None = None) -> Technician:
        """Dismiss a technician: revoke every secret, end the live sessions; return the account.

        Raises Refused `not_allowed` with the field `role` for the last administrator, `not_found`
        for one who was dismissed meanwhile, `not_allowed` where `by` is no administrator any more.
        """

        def as_dismissed(stored: Technician | None) -> Technician:
            if _employed(stored) is None:
                raise Refused(Code.NOT_FOUND)
            return replace(stored or technician, gone=True, status=TechnicianStatus.OFFLINE)

        _, dismissed = await self.technicians.save_account(
            technician.login, as_dismissed, by=None if by is None else by.id
        )
        await self.credentials.revoke_secrets(technician.id, None, None)
        self.bus.publish(AccountRemoved(technician.id))
        return dismissed

    async def sign_in_link(self, technician: Technician) -> str:
        """Return a single-use sign-in link, as a path on the site.

        The secret stands in the URL's fragment, so it appears in no log and no referrer.
        """
        link = new_token(self.entropy)
        until = self.clock() + self.link_valid_for_ms
        await self.credentials.add_secret("link", digest(link), technician.id, until)
        return f"/login#link={link}"

    async def api_token(self, technician: Technician) -> str:
        """Return a new API token, valid until it is revoked."""
        token = new_token(self.entropy)
        await self.credentials.add_secret("token", digest(token), technician.id, 0)
        return token

    async def first_link(self) -> str | None:
        """Return a link for the first administrator, or None once they have a password."""
        found = await self.credentials.find_technician_by_login(FIRST_LOGIN)
        if found is not None:
            technician, password = found
            return None if password else await self.sign_in_link(technician)
        if await self.technicians.list_technicians():
            return None
        return await self.sign_in_link(
            await self.hire(FIRST_LOGIN, TechnicianTerms(FIRST_LOGIN, Rank.ADMIN))
        )

    def _newcomer(self, login: str) -> Technician:
        return Technician(
            id=identifier(self.clock(), self.entropy(80)),
            login=login,
            name=login,
            rank=Rank.TECHNICIAN,
            status=TechnicianStatus.OFFLINE,
            capacity=self.capacity,
        )


def _employed(technician: Technician | None) -> Technician | None:
    """Return the technician unless they were dismissed."""
    return None if technician is None or technician.gone else technician
