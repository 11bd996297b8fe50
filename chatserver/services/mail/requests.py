"""Requests for e-mail: a code to confirm an address, a transcript, a link to the archive."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.tokens import digest
from chatserver.core.errors import Code, Refused
from chatserver.core.log import AnsweredRequest, RequestKey
from chatserver.core.mail import CODE_DIGITS, Letter, LetterKind, LetterOutcome
from chatserver.core.people import Customer
from chatserver.services.clock import Clock, Entropy
from chatserver.services.customers import CustomerStore
from chatserver.services.mail.address import clean_address
from chatserver.services.transcripts.transcripts import Transcripts


class MailStore(Protocol):
    """Customers' confirmed e-mail addresses, and the queue of letters to send.

    Every method raises Unavailable where the disk fails. Times are ms since 1970 UTC.
    """

    async def confirmed_address(self, customer: str) -> str | None:
        """Return the address that a customer confirmed last, or None."""

    async def save_code(self, customer: str, email: str, digest: bytes, until: int) -> None:
        """Store the SHA-256 of a code sent to an address, valid before `until`.

        It takes the place of an earlier code of the customer.
        """

    async def confirm_address(
        self,
        customer: str,
        digest: bytes,
        now: int,
        answered: Callable[[str], AnsweredRequest] | None = None,
    ) -> str | None:
        """Confirm the address that this code was sent to and return it, or return None.

        It becomes the address of the customer's profile. Each wrong code uses one of
        MAX_CODE_GUESSES attempts; after that every code fails. The right code stays valid until it
        expires. `answered` makes the request to store in the same transaction from the confirmed
        address; raises DuplicateRequest and ReusedRequestId.
        """

    async def enqueue(
        self,
        letter: Letter,
        limit: int,
        outcome: LetterOutcome | None = None,
        answered: AnsweredRequest | None = None,
    ) -> None:
        """Add a letter to the queue; one with the same id is there once.

        Raises RateLimited beyond `limit` letters in an hour to one address or of one customer
        (not for invitations); 0 is no limit. With an `outcome` the letter is stored as finished: it
        is never sent, and only counts against the limit. `answered` is the request that asked for
        it, stored in the same transaction; raises DuplicateRequest and ReusedRequestId.
        """

    async def claim_due(self, now: int) -> Letter | None:
        """Return the letter that is due for longest, counting one more try, or None.

        It is due again after a pause until `finish_letter`. Of concurrent callers one gets it.
        """

    async def finish_letter(self, letter: str, outcome: LetterOutcome) -> None:
        """Store a letter's outcome: it will not be tried again."""

    async def next_letter_due_at(self) -> int | None:
        """Return when the next letter is due, or None when the queue is empty."""


@dataclass(slots=True)
class MailRequests:
    """Adds letters to the mail queue, from which the mail sender sends them.

    `limit` is for each hour, to one address and for one customer. `wake` wakes the sender; it is
    None on a server without e-mail, which refuses every request. Letters that a
    stranger can request for other people's addresses are limited by the network address of the
    request, too: `attempts` for links to an archive, and `codes`.
    """

    transcripts: Transcripts
    customers: CustomerStore
    mail: MailStore
    clock: Clock
    entropy: Entropy
    limit: int
    attempts: KeyedRateLimiter
    codes: KeyedRateLimiter
    wake: Callable[[], None] | None

    @property
    def is_enabled(self) -> bool:
        """True if this server sends e-mail."""
        return self.wake is not None

    async def find_address(self, customer: Customer) -> str | None:
        """Return the customer's confirmed e-mail address, or None."""
        return await self.mail.confirmed_address(customer.id)

    async def request_code(
        self, customer: Customer, email: str, request: RequestKey, network_address: str
    ) -> str:
        """Send a code to an e-mail address, and return the address in its normal form.

        Raises Refused `invalid`, `not_allowed` where there is no mail; RateLimited.
        """
        to = clean_address(email)
        self.codes.consume(network_address, self.clock())
        answer = {"email": to, "confirmed": False}
        letter = self._letter(customer, request.id, LetterKind.CODE, to)
        await self._enqueue(letter, AnsweredRequest(customer.id, request, answer))
        return to

    async def confirm_code(self, customer: Customer, code: str, request: RequestKey) -> str:
        """Confirm the address a code was sent to, and return it; raises Refused `invalid`."""
        digits = "".join(each for each in code if each.isdecimal())

        def answered(email: str) -> AnsweredRequest:
            return AnsweredRequest(customer.id, request, {"email": email, "confirmed": True})

        email = await self.mail.confirm_address(
            customer.id, code_digest(customer.id, digits), self.clock(), answered
        )
        if email is None or len(digits) != CODE_DIGITS:
            raise Refused(Code.INVALID, field="code")
        return email

    async def request_transcript(
        self, customer: Customer, conversation: str, form: str, timezone: str, request: RequestKey
    ) -> str:
        """Send a transcript to the customer's confirmed address, and return the address.

        Raises Refused `not_found` for what is not theirs, `not_allowed` with the field "email"
        while none is confirmed; RateLimited.
        """
        record = await self.transcripts.require_readable(conversation, customer)
        to = await self._confirmed(customer)
        letter = replace(
            self._letter(customer, request.id, LetterKind.TRANSCRIPT, to),
            conversation=record.conversation.id,
            format=form,
            timezone=timezone,
        )
        await self._enqueue(letter, AnsweredRequest(customer.id, request, {"email": to}))
        return to

    async def request_invitation(self, customer: Customer, request: RequestKey) -> str:
        """Send a link to the archive to the customer's confirmed address; return the address."""
        to = await self._confirmed(customer)
        letter = self._letter(customer, request.id, LetterKind.INVITATION, to)
        await self._enqueue(letter, AnsweredRequest(customer.id, request, {"email": to}))
        return to

    async def announce_turn(self, customer: str, conversation: str) -> None:
        """Queue a letter that says that a customer's turn is near, once for each reserved place.

        Nothing is sent to a customer without an address. Raises RateLimited.
        """
        known = await self.customers.find_customer(customer)
        if self.wake is None or known is None:
            return
        to = await self.mail.confirmed_address(customer) or known.email
        if to:
            letter = self._letter(known, f"turn {conversation}", LetterKind.TURN, to)
            await self._enqueue(replace(letter, conversation=conversation))

    async def request_invitation_by_reference(
        self, reference: str, email: str, locale: str, network_address: str
    ) -> None:
        """Send a link to the archive, if its customer confirmed this address.

        The answer and the work are the same if not, so that no address can be probed. Raises
        Refused `invalid` for what is no address, `not_allowed` on a server without e-mail;
        RateLimited.
        """
        wake = self._require_wake()
        self.attempts.consume(network_address, self.clock())
        to = clean_address(email)
        record = await self.transcripts.find_by_name(reference)
        customer = record.conversation.customer.id if record else ""
        is_theirs = await self.mail.confirmed_address(customer) == to
        now = self.clock()
        letter = Letter(
            id=letter_id(self.entropy(256)),
            customer=customer if is_theirs else "",
            email=to,
            kind=LetterKind.INVITATION,
            at=now,
            locale=locale,
        )
        await self.mail.enqueue(
            letter, self.limit, None if is_theirs else LetterOutcome.COUNTED_ONLY
        )
        wake()

    async def _confirmed(self, customer: Customer) -> str:
        to = await self.mail.confirmed_address(customer.id)
        if to is None:
            raise Refused(Code.NOT_ALLOWED, field="email")
        return to

    def _letter(self, customer: Customer, request: str, kind: LetterKind, to: str) -> Letter:
        return Letter(
            id=letter_id(f"{customer.id} {request}"),
            customer=customer.id,
            email=to,
            kind=kind,
            at=self.clock(),
            locale=customer.locale or "",
        )

    async def _enqueue(self, letter: Letter, answered: AnsweredRequest | None = None) -> None:
        """Queue a letter and wake the sender; `answered` is the request that asked for it."""
        wake = self._require_wake()
        await self.mail.enqueue(letter, self.limit, answered=answered)
        wake()

    def _require_wake(self) -> Callable[[], None]:
        if self.wake is None:
            raise Refused(Code.NOT_ALLOWED, field="mail")
        return self.wake


def code_digest(customer: str, code: str) -> bytes:
    """Return the SHA-256 under which a code is stored."""
    return digest(f"{customer} {code}")


def letter_id(seed: object) -> str:
    """Return a letter's id: equal for a repeated request, and only letters and digits."""
    return hashlib.sha256(str(seed).encode("utf-8", "surrogatepass")).hexdigest()[:32]
