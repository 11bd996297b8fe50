"""Identification of customers: new, returning with a token, or vouched for by the host page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chatserver.auth.identity import Identity
from chatserver.auth.tokens import digest, new_token
from chatserver.core.errors import Code, Refused
from chatserver.core.ids import identifier
from chatserver.core.log import AnsweredRequest, RequestKey
from chatserver.core.people import Customer, PageVisit
from chatserver.protocol.views import customer_view
from chatserver.services.clock import Clock, Entropy


class CustomerStore(Protocol):
    """Customers, the tokens that identify them, and their last visit.

    Every method raises Unavailable where the disk fails.
    """

    async def find_customer(self, customer: str) -> Customer | None:
        """Return the customer with this id, or None."""

    async def find_customer_by_token(self, digest: bytes) -> Customer | None:
        """Return the customer identified by the token with this SHA-256, or None."""

    async def find_customer_by_subject(self, subject: str) -> Customer | None:
        """Return the customer with this subject, the host page's own id for them, or None."""

    async def filter_unknown(self, customers: Sequence[str]) -> set[str]:
        """Return those of some ids that belong to no customer, or to one who was erased."""

    async def save_customer(self, customer: Customer, token: bytes | None) -> None:
        """Add or change a customer; `token` is the SHA-256 of one more token that identifies them.

        The subject of a customer never changes.
        """

    async def save_subject(
        self, subject: str, update: Callable[[Customer | None], Customer], token: bytes
    ) -> Customer:
        """Add or change the customer with this subject in one transaction, and return them.

        `update` gets the stored customer, or None; `token` is the SHA-256 of one more token that
        identifies them.
        """

    async def change_customer(
        self,
        customer: str,
        change: Callable[[Customer], Customer],
        answered: Callable[[Customer], AnsweredRequest] | None = None,
    ) -> Customer:
        """Apply a change to the stored customer in one transaction, and return the result.

        `answered` returns the request that asked for it, which is stored with the change. Raises
        Refused `not_found` for an erased customer, DuplicateRequest and ReusedRequestId.
        """

    async def save_page_visit(self, customer: str, visit: PageVisit) -> None:
        """Store a customer's visit in place of the one before."""

    async def last_page_visit(self, customer: str) -> PageVisit | None:
        """Return a customer's last visit, or None."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The details a customer gave; None for each that they did not give."""

    name: str | None = None
    email: str | None = None
    locale: str | None = None

    def applied_to(self, customer: Customer) -> Customer:
        """Return the customer with these details in place of the former ones."""
        return replace(
            customer,
            name=customer.name if self.name is None else self.name,
            email=customer.email if self.email is None else self.email,
            locale=customer.locale if self.locale is None else self.locale,
        )


@dataclass(slots=True)
class Customers:
    """Identifies and stores customers. A token is stored as its SHA-256 only."""

    store: CustomerStore
    clock: Clock
    entropy: Entropy

    async def identify_by_token(self, token: str, profile: Profile) -> tuple[Customer, str]:
        """Return a token's customer with the profile; raises Refused `not_signed_in` if unknown."""
        customer = await self.store.find_customer_by_token(digest(token))
        if customer is None:
            raise Refused(Code.NOT_SIGNED_IN)
        return await self.update_profile(customer, profile), token

    async def create_customer(self, profile: Profile) -> tuple[Customer, str]:
        """Return a new customer, and the token that identifies them from now on."""
        return await self._remember(profile.applied_to(Customer(self._id(), "")))

    async def identify_by_host_page(
        self, identity: Identity, profile: Profile
    ) -> tuple[Customer, str]:
        """Return the customer that the host page vouches for, by its signed identity token.

        A profile alone never identifies a customer. The signed name and e-mail count for more than
        what the browser says.
        """
        vouched = Profile(
            name=identity.name or profile.name,
            email=identity.email or profile.email,
            locale=profile.locale,
        )
        newcomer = Customer(self._id(), "", subject=identity.subject)
        token = new_token(self.entropy)
        customer = await self.store.save_subject(
            identity.subject, lambda known: vouched.applied_to(known or newcomer), digest(token)
        )
        return customer, token

    async def update_profile(self, customer: Customer, profile: Profile) -> Customer:
        """Return the customer with the profile applied, stored if that changes anything."""
        if profile.applied_to(customer) == customer:
            return customer
        return await self.change_profile(customer, profile)

    async def change_profile(
        self, customer: Customer, profile: Profile, request: RequestKey | None = None
    ) -> Customer:
        """Apply a profile to the customer as stored, and return the result.

        Another session of the same customer may have changed other details in the meantime.
        Raises DuplicateRequest for a request that was answered before.
        """

        def answered(changed: Customer) -> AnsweredRequest:
            assert request is not None
            return AnsweredRequest(changed.id, request, {"customer": customer_view(changed)})

        return await self.store.change_customer(
            customer.id, profile.applied_to, answered if request else None
        )

    async def update_page_visit(
        self, customer: Customer, *, page: str | None = None, system: str | None = None
    ) -> None:
        """Store the page on which the customer asks, or the system, where the last visit has
        another one; None changes nothing."""
        now = self.clock()
        visit = await self.store.last_page_visit(customer.id) or PageVisit(now)
        changed = replace(visit, page=page or visit.page, system=system or visit.system)
        if changed != visit:
            await self.store.save_page_visit(customer.id, replace(changed, at=now))

    async def _remember(self, customer: Customer) -> tuple[Customer, str]:
        token = new_token(self.entropy)
        await self.store.save_customer(customer, digest(token))
        return customer, token

    def _id(self) -> str:
        return identifier(self.clock(), self.entropy(80))
