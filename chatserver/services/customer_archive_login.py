"""Access of customers to their own archive, without a password: a link that works once."""

from dataclasses import dataclass
from typing import Protocol

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.tokens import digest, new_token
from chatserver.core.access_keys import AccessKey, AccessKeyKind
from chatserver.core.audit import AuditAction
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer
from chatserver.services.audit import AuditTrail
from chatserver.services.clock import Clock, Entropy
from chatserver.services.customers import CustomerStore


class AccessKeyStore(Protocol):
    """Single-use and lasting keys to a customer's archive, stored as their SHA-256 only.

    Every method raises Unavailable where the disk fails.
    """

    async def save_key(self, key: AccessKey, now: int) -> None:
        """Store a key, and remove all that have expired at `now` (ms since 1970).

        At most 20 keys of one kind are kept for the same customer and conversation: one more takes
        the place of the one that expires first.
        """

    async def find_valid_key(
        self, kind: AccessKeyKind, digest: bytes, now: int
    ) -> AccessKey | None:
        """Return the key, or None if it is unknown, of another kind, or expired at `now`."""

    async def consume_key(self, kind: AccessKeyKind, digest: bytes, now: int) -> AccessKey | None:
        """Return the key and remove it in one transaction, or return None.

        Of concurrent callers one gets the key.
        """

    async def withdraw_keys(self, customer: str, conversation: str | None) -> int:
        """Remove the share keys of one conversation, or all keys of a customer (None).

        Return how many were removed.
        """


@dataclass(slots=True)
class CustomerArchiveLogin:
    """Issues invitations, exchanges them for visits, and ends visits.

    All attempts are limited for each address, successful ones too: otherwise the absence of a
    limit would tell a guesser that a key was right.
    """

    customers: CustomerStore
    keys: AccessKeyStore
    audit: AuditTrail
    clock: Clock
    entropy: Entropy
    visit_valid_for_ms: int
    attempts: KeyedRateLimiter

    async def create_invitation(
        self, customer: Customer, valid_for_ms: int, how: str
    ) -> tuple[str, int]:
        """Return the secret of a link that opens the archive once, and its end of validity (ms)."""
        invited = await self._issue_key(AccessKeyKind.INVITATION, customer.id, valid_for_ms)
        await self.audit.record_for_customer(AuditAction.INVITED, customer, customer.id, how)
        return invited

    async def redeem_invitation(self, secret: str, network_address: str) -> tuple[Customer, str]:
        """Consume an invitation; return its customer and the secret of a new visit.

        Raises RateLimited, and Refused `not_found` for whichever reason.
        """
        self.attempts.consume(network_address, self.clock())
        key = await self.keys.consume_key(AccessKeyKind.INVITATION, digest(secret), self.clock())
        customer = await self._owner_of(key)
        if key is None or customer is None:
            raise Refused(Code.NOT_FOUND)
        visit, _ = await self._issue_key(AccessKeyKind.VISIT, customer.id, self.visit_valid_for_ms)
        await self.audit.record_for_customer(AuditAction.VISITED, key, customer.id)
        return customer, visit

    async def find_visitor(self, visit: str) -> Customer | None:
        """Return the customer an unexpired visit belongs to, or None."""
        key = await self.keys.find_valid_key(AccessKeyKind.VISIT, digest(visit), self.clock())
        return await self._owner_of(key)

    async def end_visit(self, visit: str) -> None:
        """End a visit: its key opens nothing any more."""
        await self.keys.consume_key(AccessKeyKind.VISIT, digest(visit), self.clock())

    async def end_all_visits(self, customer: Customer) -> None:
        """Withdraw all visits of a customer's archive, and all links to it and to parts of it."""
        await self.keys.withdraw_keys(customer.id, None)
        await self.audit.record_for_customer(AuditAction.SIGNED_OUT, customer, customer.id)

    async def _issue_key(
        self, kind: AccessKeyKind, customer: str, valid_for_ms: int
    ) -> tuple[str, int]:
        secret, now = new_token(self.entropy), self.clock()
        await self.keys.save_key(AccessKey(digest(secret), kind, customer, now + valid_for_ms), now)
        return secret, now + valid_for_ms

    async def _owner_of(self, key: AccessKey | None) -> Customer | None:
        return await self.customers.find_customer(key.customer) if key else None
