"""The case that a letter belongs to, by proof, and the customer that it speaks for.

The first proof that holds counts: a signed address of the envelope or of To and Cc, one of our
signed Message-IDs in In-Reply-To or References, a Message-ID of the customer's own, the reference
in the subject of a checked sender. A similar subject proves nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from chatserver.core.conversation.events import Doubt, Event, Message
from chatserver.core.conversation.state import Conversation
from chatserver.core.ids import parse_reference
from chatserver.core.incoming_mail.case_address import CaseAddresses, CaseProof, Purpose
from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.incoming_mail.letter import IncomingLetter, SenderCheck
from chatserver.core.log import LogPage
from chatserver.core.people import Customer
from chatserver.services.conversations import Conversations
from chatserver.services.mail.requests import MailStore

_REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", re.IGNORECASE)
RECENT_EVENTS = 200
"""The newest events of a conversation in which a customer's own letters are looked for."""


class SenderStore(Protocol):
    """Customers by the e-mail addresses that they wrote from; raises Unavailable."""

    async def find_sender(self, email: str) -> Customer | None:
        """Return the customer that wrote from this address before, or None."""

    async def find_confirmed(self, email: str) -> Customer | None:
        """Return the customer that confirmed this address, the last of several, or None."""

    async def save_sender(self, email: str, newcomer: Customer) -> Customer:
        """Return the customer of this address; `newcomer` is stored if there is none yet."""


@dataclass(slots=True)
class CaseFinder:
    """Finds the conversation of a letter, and says if its sender may speak in it."""

    conversations: Conversations
    senders: SenderStore
    mail: MailStore
    addresses: CaseAddresses

    async def find_case(
        self, envelope: Envelope, letter: IncomingLetter, customer: Customer | None
    ) -> Conversation | None:
        """Return the conversation that the letter belongs to, None for a new case.

        An erased conversation is none. `customer` is the known sender of the letter.
        """
        proof = next(self._proofs(envelope, letter), None)
        if proof is not None:
            return await self._by_reference(proof.reference)
        if customer is None:
            return None
        return await self._own_thread(letter, customer) or await self._named(letter, customer)

    async def known_sender(self, letter: IncomingLetter, email: str) -> Customer | None:
        """Return the customer that wrote or confirmed this address before, or None.

        A customer who confirmed it is spoken for only where the mail server vouches for the
        sender, or vouches for none.
        """
        confirmed = await self.senders.find_confirmed(email)
        if confirmed is not None and letter.check is not SenderCheck.FAIL:
            return confirmed
        return await self.senders.find_sender(email)

    async def doubt(self, letter: IncomingLetter, case: Conversation) -> Doubt | None:
        """Return the reason not to take a letter as the words of the case's customer, or None."""
        owner = case.customer.id
        # Both ways: an address may have been confirmed after the case began by e-mail.
        is_confirmed = await self.mail.confirmed_address(owner) == letter.sender
        sender = await self.senders.find_sender(letter.sender) if letter.sender else None
        if not letter.sender or not (is_confirmed or (sender and sender.id == owner)):
            return Doubt.SENDER
        if letter.check is SenderCheck.FAIL:
            return Doubt.UNAUTHENTICATED
        return Doubt.FORWARD if letter.is_forward else None

    async def read_events(self, conversation: str) -> list[Event]:
        """Return the newest RECENT_EVENTS events of a conversation."""
        page = LogPage(limit=RECENT_EVENTS)
        return await self.conversations.read_history(conversation, page, None)

    def _proofs(self, envelope: Envelope, letter: IncomingLetter) -> Iterator[CaseProof]:
        for address in (*envelope.recipients, *letter.recipients):
            if proof := self.addresses.prove(address):
                yield proof
        reported = [each.original for each in letter.deliveries if each.original]
        for identifier in (*letter.in_reply_to, *reversed(letter.references), *reported):
            if proof := self.addresses.prove_identifier(identifier):
                yield proof

    async def _by_reference(self, reference: str) -> Conversation | None:
        record = await self.conversations.store.find_by_reference(reference)
        if record is None:
            return None
        newest = await self.conversations.find_record(record.conversation.id)
        state = (newest or record).conversation
        return None if state.erased_at is not None else state

    async def _own_thread(self, letter: IncomingLetter, customer: Customer) -> Conversation | None:
        """Return the open case in which the customer's letter follows an earlier one of theirs."""
        followed = {*letter.in_reply_to, *letter.references}
        for conversation in self.conversations.open_ids_of_customer(customer.id):
            for event in await self.read_events(conversation) if followed else ():
                mail = event.fact.mail if isinstance(event.fact, Message) else None
                if mail is not None and mail.id in followed:
                    record = self.conversations.find_open(conversation)
                    return record.conversation if record else None
        return None

    async def _named(self, letter: IncomingLetter, customer: Customer) -> Conversation | None:
        """Return the customer's own conversation whose reference the subject names."""
        found = _REFERENCE.search(letter.subject)
        if found is None or letter.check is not SenderCheck.PASS:
            return None
        case = await self._by_reference(parse_reference(found[0]))
        return case if case is not None and case.belongs_to(customer.id) else None


def is_for_machines(envelope: Envelope, addresses: CaseAddresses) -> bool:
    """Return True if a letter came to the address that only mail servers write to."""
    proofs = [addresses.prove(address) for address in envelope.recipients]
    return any(proof is not None and proof.purpose is Purpose.MACHINES for proof in proofs)
