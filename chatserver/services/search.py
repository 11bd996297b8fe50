"""Look-ups: earlier conversations, similar ones, and the card of a customer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatserver.core.conversation.attachment import Upload
from chatserver.core.conversation.events import Event, Message
from chatserver.core.conversation.listing import ALWAYS, ListQuery, OpeningPeriod, SearchHit
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.state import Conversation, ConversationStatus, may_read
from chatserver.core.errors import Code, Refused
from chatserver.core.log import LogPage
from chatserver.core.people import Customer, PageVisit, Technician
from chatserver.services.conversations import Conversations
from chatserver.services.customers import CustomerStore
from chatserver.services.files import FileStore

MAX_HELPED_BEFORE = 5
"""Newest conversations of a customer that are searched for the previous technician."""

MAX_SIMILAR = 5
"""Similar conversations that are found at most."""

MAX_EARLIER = 20
"""Earlier conversations of a customer that their card lists at most."""

MAX_SOLVED_EVENTS = 200
"""Events of a solved conversation that are read at most."""


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """A customer as technicians see them."""

    customer: Customer
    visit: PageVisit | None
    earlier: Sequence[ConversationRecord]
    files: Sequence[Upload]


@dataclass(slots=True)
class ConversationSearch:
    """Reads on behalf of a person; what they may not read does not exist for them.

    `shared` lets every technician read the messages of closed conversations, though not notes.
    """

    conversations: Conversations
    customers: CustomerStore
    files: FileStore
    shared: bool

    async def search_own(self, customer: Customer, text: str, limit: int) -> Sequence[SearchHit]:
        """Return the customer's closed conversations in which every word of `text` was said."""
        return await self.conversations.store.search_as_customer(customer.id, text, limit)

    async def search_conversations(
        self,
        technician: Technician,
        text: str,
        limit: int,
        *,
        everybodys: bool,
        period: OpeningPeriod = ALWAYS,
    ) -> Sequence[SearchHit]:
        """Search a technician's closed conversations; with `everybodys` those of all technicians.

        Raises Refused `not_allowed` when a technician without supervision asks for all.
        """
        whose = self._whose(technician, everybodys=everybodys)
        return await self.conversations.store.search_as_technician(whose, text, limit, period)

    async def search_open(
        self, technician: Technician, text: str, query: ListQuery, *, everybodys: bool
    ) -> Sequence[SearchHit]:
        """Return open conversations that have every word, newest first.

        They are the waiting ones and the technician's own, or those of all technicians. Raises
        Refused `not_allowed` when a technician without supervision asks for all.
        """
        whose = self._whose(technician, everybodys=everybodys)
        among = [
            record.conversation.id
            for record in self.conversations.open_records()
            if _matches(record.conversation, whose, query)
        ]
        return await self.conversations.store.search_among(among, text, query.limit)

    async def list_conversations(
        self, technician: Technician, query: ListQuery, *, everybodys: bool
    ) -> list[ConversationRecord]:
        """Return one page of a technician's conversations, or of all.

        Raises Refused `not_allowed` when a technician without supervision asks for all.
        """
        query = replace(query, technician=self._whose(technician, everybodys=everybodys))
        # A page of each status is read from its index, and merged: no index has them in one order.
        statuses = ConversationStatus if query.status is None else [query.status]
        records = [
            record
            for status in statuses
            for record in await self.conversations.store.list_page(replace(query, status=status))
        ]
        records.sort(key=_page_key, reverse=True)
        return [
            self.conversations.find_open(each.conversation.id) or each
            for each in records[: query.limit]
        ]

    async def previous_technician_of(self, customer: Customer) -> str | None:
        """Return the id of the technician of a customer's last conversation, or None."""
        earlier = await self.conversations.store.list_of_customer(customer.id, MAX_HELPED_BEFORE)
        technicians = (record.conversation.technician for record in earlier)
        return next((each.id for each in technicians if each is not None), None)

    async def list_similar(self, technician: Technician, conversation: str) -> list[SearchHit]:
        """Return closed conversations similar to one that the technician may read."""
        await self.conversations.require_readable(conversation, technician)
        found = await self.conversations.store.find_similar(conversation, MAX_SIMILAR)
        return [each for each in found if self.may_read_messages(each.record, technician)]

    async def read_solved(
        self, technician: Technician, conversation: str
    ) -> tuple[list[Event], bool]:
        """Return the messages of a closed conversation, without notes, and True if there are more.

        Raises Refused `not_found` for what is open or not to be read by this technician.
        """
        record = await self.conversations.find_record(conversation)
        if record is None or record.conversation.is_open:
            raise Refused(Code.NOT_FOUND)
        if not self.may_read_messages(record, technician):
            raise Refused(Code.NOT_FOUND)
        page = LogPage(after=0, limit=MAX_SOLVED_EVENTS + 1)
        events = await self.conversations.log.read_page(conversation, page, internal=False)
        said = [event for event in events[:MAX_SOLVED_EVENTS] if isinstance(event.fact, Message)]
        return said, len(events) > MAX_SOLVED_EVENTS

    async def customer_card(self, technician: Technician, conversation: str) -> CustomerCard:
        """Return a conversation's customer with their last visit, conversations and files.

        Raises Refused `not_found`.
        """
        record = await self.conversations.require_readable(conversation, technician)
        customer = await self.customers.find_customer(record.conversation.customer.id)
        if customer is None:
            raise Refused(Code.NOT_FOUND)
        records = await self.conversations.records_of_customer(customer.id, MAX_EARLIER + 1)
        earlier = [each for each in records if each.conversation.id != conversation]
        visit = await self.customers.last_page_visit(customer.id)
        theirs = [
            each.conversation.id for each in earlier if self.may_read_messages(each, technician)
        ]
        files = await self.files.list_uploads([conversation, *theirs])
        return CustomerCard(customer, visit, earlier, files)

    def may_read_messages(self, record: ConversationRecord, technician: Technician) -> bool:
        """Return True if a technician may read the messages of this conversation."""
        is_shared = self.shared and not record.conversation.is_open
        return is_shared or may_read(record.conversation, technician)

    def _whose(self, technician: Technician, *, everybodys: bool) -> str | None:
        if everybodys and not technician.rank.supervises:
            raise Refused(Code.NOT_ALLOWED)
        return None if everybodys else technician.id


def _matches(conversation: Conversation, whose: str | None, query: ListQuery) -> bool:
    """Return True for an open conversation of a list: of its status, period and technician."""
    if query.status not in (None, conversation.status):
        return False
    owner = conversation.technician
    is_theirs = whose is None or owner is None or owner.id == whose
    return is_theirs and query.period.contains(conversation.opened_at)


def _page_key(record: ConversationRecord) -> tuple[int, str]:
    """Return the key by which the pages of the store are sorted, descending."""
    return record.conversation.opened_at, record.conversation.id
