"""Who a customer is: newly come, returning with a token, or known to the host page."""

from dataclasses import dataclass, replace

from chatserver.auth.identity import Identity
from chatserver.auth.tokens import digest, new_token
from chatserver.core.errors import Code, Refused
from chatserver.core.ids import identifier
from chatserver.core.people import Customer
from chatserver.services.ports import AccountStore, Clock, Entropy


@dataclass(frozen=True, slots=True)
class Profile:
    """What a customer says of themselves; None where they said nothing."""

    name: str | None = None
    email: str | None = None
    locale: str | None = None

    def applied_to(self, customer: Customer) -> Customer:
        """The customer with what was said put in."""
        return replace(
            customer,
            name=customer.name if self.name is None else self.name,
            email=customer.email if self.email is None else self.email,
            locale=customer.locale if self.locale is None else self.locale,
        )


@dataclass(slots=True)
class Customers:
    """Finds and remembers customers. A token is stored as its digest only."""

    people: AccountStore
    clock: Clock
    entropy: Entropy

    async def returning(self, token: str, profile: Profile) -> tuple[Customer, str]:
        """Whom a token names; raises Refused `not_signed_in` when nobody."""
        customer = await self.people.find_customer_by_token(digest(token))
        if customer is None:
            raise Refused(Code.NOT_SIGNED_IN)
        return await self.change(customer, profile), token

    async def newly_come(self, profile: Profile) -> tuple[Customer, str]:
        """A customer nobody knows yet, and the token that names them from now on."""
        return await self._remember(profile.applied_to(Customer(self._id(), "")))

    async def identified(self, identity: Identity, profile: Profile) -> tuple[Customer, str]:
        """A customer whom the host page vouches for, never one who only says the same.

        The host page's word on name and e-mail counts for more than the browser's.
        """
        vouched = Profile(
            name=identity.name or profile.name,
            email=identity.email or profile.email,
            locale=profile.locale,
        )
        known = await self.people.find_customer_by_subject(identity.subject)
        customer = known or Customer(self._id(), "", subject=identity.subject)
        return await self._remember(vouched.applied_to(customer))

    async def change(self, customer: Customer, profile: Profile) -> Customer:
        """The customer with the profile put in, on disk where that changed anything."""
        changed = profile.applied_to(customer)
        if changed != customer:
            await self.people.save_customer(changed, None)
        return changed

    async def _remember(self, customer: Customer) -> tuple[Customer, str]:
        token = new_token(self.entropy)
        await self.people.save_customer(customer, digest(token))
        return customer, token

    def _id(self) -> str:
        return identifier(self.clock(), self.entropy(80))
