"""Erasure: after the retention period, by a customer's wish, and of a whole customer.

The log keeps the kinds and times of events, and each erased entry's leaf in the hash chain, so
that it proves the rest as before. Files, search, drafts and archive lose the words after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import structlog

from chatserver.core.conversation.commands import Actor, Erase
from chatserver.core.conversation.events import Redacted
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.errors import Code, Refused
from chatserver.core.log import Answer, RequestKey
from chatserver.core.notifications import AccountRemoved, Committed, Notification
from chatserver.core.retention import ErasureScope, LegalHold, Retention
from chatserver.services.archive.sealing import ArchiveSealer
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations
from chatserver.services.files import FileStore
from chatserver.services.follower import Follower

PERIOD_S = 3_600.0
"""Seconds between two searches for conversations whose retention has ended."""

EVERYTHING = 1_000_000
"""More conversations than any customer has."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("erasure")


class ErasureStore(Protocol):
    """Retention, legal holds, and the erasure of what lies outside the log.

    Every method raises Unavailable where the disk fails.
    """

    async def list_expired(self, retention: Retention, now: int) -> Sequence[ConversationRecord]:
        """Return closed conversations whose retention ended at `now` (ms) and that are not held.

        Up to 50 for each rule, in order of closing; erased ones are not among them.
        """

    async def save_hold(self, hold: LegalHold) -> None:
        """Put a conversation under a legal hold, in place of an earlier one."""

    async def remove_hold(self, conversation: str) -> None:
        """Lift the legal hold of a conversation, if there is one."""

    async def find_hold(self, conversation: str) -> LegalHold | None:
        """Return the legal hold of a conversation, or None when it may be erased."""

    async def measure_customer(self, customer: str, now: int) -> ErasureScope:
        """Return the numbers of what erasing a customer would remove; shares valid at `now`."""

    async def list_unfinished(self) -> Sequence[str]:
        """Return the ids of conversations erased from the log, but not from everywhere yet."""

    async def complete_erasure(self, conversation: str) -> None:
        """Remove a conversation from all tables but the log; its audit entries lose the name."""

    async def forget_customer(self, customer: str) -> None:
        """Remove a customer's account, tokens, addresses, visit, keys, letters and name.

        Their conversations must have been erased before.
        """

    async def purge(self) -> None:
        """Overwrite what was removed, so that the store's files hold no trace of it."""


@dataclass(frozen=True, slots=True)
class ErasedConversation:
    """One erased conversation, with the numbers of its entries and files."""

    reference: str
    entries: int
    files: int


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """The erasure of a customer at a moment (ms), and the references of conversations on hold."""

    customer: str
    at: int
    erased: tuple[ErasedConversation, ...]
    held: tuple[str, ...]


@dataclass(slots=True)
class Erasure:
    """Erases conversations and customers, and completes what a restart has interrupted."""

    hears: ClassVar[frozenset[type[object]]] = frozenset({Redacted})

    conversations: Conversations
    store: ErasureStore
    files: FileStore
    archive: ArchiveSealer
    clock: Clock
    retention: Retention
    follower: Follower = field(init=False)

    def __post_init__(self) -> None:
        self.follower = Follower("erasure", self.erase_expired)

    def observe(self, news: Notification) -> None:
        """Wake the follower after an erasure from the log: the rest follows."""
        if isinstance(news, Committed) and news.after.erased_at is not None:
            self.follower.wake()

    async def erase_expired(self) -> float | None:
        """Erase all conversations whose retention has ended, and complete pending erasures."""
        while due := await self.store.list_expired(self.retention, self.clock()):
            for record in due:
                await self.conversations.handle(record.conversation.id, Erase(), None)
        await self.finish_pending()
        return PERIOD_S

    async def erase(
        self, conversation: str, actor: Actor, request: RequestKey | None = None
    ) -> Answer:
        """Remove the words of a conversation the actor may read; return the fields of the `ok`.

        Raises Refused `not_found`, and `not_allowed` while there is a legal hold.
        """
        await self.conversations.readable(conversation, actor)
        if await self.store.find_hold(conversation) is not None:
            raise Refused(Code.NOT_ALLOWED)
        return await self.conversations.handle(conversation, Erase(), actor, request)

    async def erase_customer(self, customer: str) -> ErasureReceipt:
        """Erase a customer except conversations on hold; raises Refused `not_found`."""
        records = await self.conversations.records_of_customer(customer, EVERYTHING)
        erased, held = [], []
        for state in (record.conversation for record in records):
            if await self.store.find_hold(state.id) is not None:
                held.append(state.reference)
            elif state.erased_at is None:
                files = await self.files.count_uploads(state.id)
                erased.append(ErasedConversation(state.reference, state.seq, files))
                await self.conversations.handle(state.id, Erase(), None)
        await self.finish_pending()
        if not held:
            await self.store.forget_customer(customer)
            self.conversations.bus.publish(AccountRemoved(customer))
        await self.store.purge()
        return ErasureReceipt(customer, self.clock(), tuple(erased), tuple(held))

    async def scope_of_customer(self, customer: str) -> ErasureScope:
        """Return the numbers of what `erase_customer` would remove now."""
        return await self.store.measure_customer(customer, self.clock())

    async def place_hold(self, conversation: str, reason: str) -> None:
        """Put a conversation under a legal hold: nothing erases it until the hold is lifted."""
        await self.store.save_hold(LegalHold(conversation, reason, self.clock()))

    async def finish_pending(self) -> None:
        """Complete each erasure that has so far reached only the log."""
        for conversation in await self.store.list_unfinished():
            record = await self.conversations.find_record(conversation)
            assert record is not None
            await self.files.remove_content(conversation)
            await self.archive.remove_sealed(record.conversation)
            await self.store.complete_erasure(conversation)
            _log.info("erased", conversation=conversation)
