"""A customer's own archive: conversations to find, label, sort, read and export."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chatserver.core.customer_archive import (
    UNLABELLED,
    ConversationLabel,
    CustomerArchiveEntry,
    CustomerArchiveFacets,
    CustomerArchiveFilter,
    CustomerArchiveQuery,
    clean_tags,
    clean_title,
)
from chatserver.core.people import Customer
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations

PAGE_CONVERSATIONS = 50
"""Conversations that one read fetches for the whole archive."""


class CustomerArchiveStore(Protocol):
    """Conversations as their customers label and sort them; erased ones are left out.

    Every method raises Unavailable where the disk fails.
    """

    async def list_archived(
        self, customer: str, wish: CustomerArchiveQuery
    ) -> Sequence[CustomerArchiveEntry]:
        """Return a page of a customer's archive, newest first."""

    async def search_archived(
        self, customer: str, text: str, wish: CustomerArchiveQuery
    ) -> Sequence[CustomerArchiveEntry]:
        """Return a page of the conversations whose words or labels contain every word of `text`.

        They are in the order of `list_archived`. A text without words finds everything.
        """

    async def find_label(self, conversation: str) -> ConversationLabel:
        """Return a conversation's label, UNLABELLED where the customer gave none."""

    async def change_label(
        self, conversation: str, change: Callable[[ConversationLabel], ConversationLabel]
    ) -> ConversationLabel:
        """Apply a change to a conversation's label in one transaction, and return the result."""

    async def read_facets(self, customer: str) -> CustomerArchiveFacets:
        """Return the topics and tags of a customer's archive in order, and when it begins."""


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A customer's change of a label; None leaves a part as it is."""

    title: str | None = None
    tags: list[str] | None = None
    archived: bool | None = None


@dataclass(slots=True)
class CustomerArchive:
    """Reads on behalf of one customer; conversations of others do not exist for them."""

    conversations: Conversations
    store: CustomerArchiveStore
    clock: Clock

    async def browse(
        self, customer: Customer, wish: CustomerArchiveQuery, text: str = ""
    ) -> Sequence[CustomerArchiveEntry]:
        """Return a page of the archive, newest first; with `text`, only where that was said."""
        if text.strip():
            return await self.store.search_archived(customer.id, text, wish)
        return await self.store.list_archived(customer.id, wish)

    async def facets(self, customer: Customer) -> CustomerArchiveFacets:
        """Return the topics and tags by which the archive can be filtered."""
        return await self.store.read_facets(customer.id)

    async def relabel(
        self, customer: Customer, conversation: str, change: LabelChange
    ) -> ConversationLabel:
        """Change a label and return it; raises Refused `not_found`, `too_long`."""
        record = await self.conversations.require_readable(conversation, customer)

        def relabelled(label: ConversationLabel) -> ConversationLabel:
            if change.title is not None:
                label = replace(label, title=clean_title(change.title))
            if change.tags is not None:
                label = replace(label, tags=clean_tags(change.tags))
            if change.archived is not None:
                label = replace(
                    label, archived_at=self._archived_at(label, is_archived=change.archived)
                )
            return label

        return await self.store.change_label(record.conversation.id, relabelled)

    async def iterate_conversations(
        self, customer: Customer
    ) -> AsyncIterator[CustomerArchiveEntry]:
        """Yield every conversation, newest first, with one page of them in memory."""
        wish: CustomerArchiveQuery | None = CustomerArchiveQuery(
            CustomerArchiveFilter.ALL, limit=PAGE_CONVERSATIONS
        )
        while wish is not None:
            page = await self.store.list_archived(customer.id, wish)
            for kept in page:
                yield kept
            wish = _after(wish, page)

    def _archived_at(self, label: ConversationLabel, *, is_archived: bool) -> int | None:
        if not is_archived:
            return UNLABELLED.archived_at
        return label.archived_at or self.clock()


def _after(
    wish: CustomerArchiveQuery, page: Sequence[CustomerArchiveEntry]
) -> CustomerArchiveQuery | None:
    if len(page) < wish.limit:
        return None
    last = page[-1].record.conversation
    return replace(wish, before=(last.opened_at, last.id))
