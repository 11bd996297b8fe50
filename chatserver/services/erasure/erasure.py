"""Erasure: after the retention period, by a customer's wish, and of a whole customer.

The log keeps the kinds and times of events, and each erased entry's leaf in the hash chain, so
that it proves the rest as before. Files, search, drafts and archive lose the words after it, and
the purge overwrites what was removed. From the moment of erasure the store refuses every row about
the conversation or customer, whichever way it comes.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import structlog

from chatserver.core.conversation.commands import Actor, Erase
from chatserver.core.conversation.events import Redacted
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.durations import DAY_MS
from chatserver.core.errors import Code, Refused, Unavailable
from chatserver.core.log import Answer, RequestKey
from chatserver.core.notifications import AccountRemoved, Committed, Notification
from chatserver.core.retention import ErasureScope, LegalHold, Retention
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations
from chatserver.services.erasure.receipt import (
    ErasedConversation,
    ErasureReceipt,
    FiledReceipt,
    ReceiptStore,
)
from chatserver.services.files import FileStore
from chatserver.services.follower import Follower
from chatserver.services.sealing import ArchiveSealer

PERIOD_S = 3_600.0
"""Seconds between two searches for conversations whose retention has ended."""

NO_LIMIT = 1_000_000
"""A number of conversations that no customer has."""

MAX_ERASURE_ROUNDS = 3
"""Rounds in which everything of a customer is looked for and erased, before giving up for now."""

RESUMED_AFTER_MS = 60_000
"""The age in ms from which on an erasure that was begun and not completed is taken up again."""

COPIES_KEPT_MS = 7 * DAY_MS
"""Age of an erasure at which copies made before it, by a migration or a restore, are deleted."""

PURGE_PAUSE = 20
"""Pause between background purges, as a multiple of the duration of the last one.

However many conversations are erased, purging takes 5 % of the time at most.
"""

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

    async def scope_of_customer(self, customer: str, now: int) -> ErasureScope:
        """Return the numbers of what erasing a customer would remove; shares valid at `now`."""

    async def list_unfinished(self) -> Sequence[str]:
        """Return the ids of conversations erased from the log, but not from everywhere yet."""

    async def complete_erasure(self, conversation: str) -> None:
        """Remove a conversation from all tables but the log; its audit entries lose the name."""

    async def begin_customer_erasure(self, customer: str, now: int) -> bool:
        """Refuse from now (ms) on every row about a customer, and remove their tokens and keys.

        Return True, and keep tokens and keys, if one of their conversations is on hold.
        """

    async def cancel_customer_erasure(self, customer: str) -> None:
        """Accept rows about a customer again, as one of their conversations is on hold."""

    async def list_begun_erasures(self) -> Sequence[tuple[str, int]]:
        """Return the customers whose erasure is not complete, and when it began (ms)."""

    async def forget_customer(self, customer: str, now: int) -> None:
        """Remove a customer's account, tokens, addresses, visit, keys, letters and name.

        Their conversations must have been erased before. Rows about them stay refused.
        """

    async def count_remaining_rows(self, customer: str) -> int:
        """Return the number of rows that an erased customer still has, without those on hold."""

    async def last_unpurged(self) -> int | None:
        """Return the number of the last erasure if no purge has come after it, else None."""

    async def last_erasure_before(self, at: int) -> int | None:
        """Return the time (ms) of the last erasure before a moment (ms), or None."""

    async def mark_purged(self, number: int) -> None:
        """Remember that a purge has overwritten everything up to an erasure."""


class Purger(Protocol):
    """Overwrites removed data in the files of the store."""

    async def run(self) -> None:
        """Overwrite everything removed so far in the store's files; raises Unavailable."""


class FormerCopies(Protocol):
    """Copies of the data that earlier migrations and restores left beside it."""

    async def remove_older(self, at: int) -> Sequence[str]:
        """Remove the copies last changed before a moment (ms), and return their names.

        Raises Unavailable.
        """


class Ledger(Protocol):
    """The list of erasures that outlives the database."""

    async def flush(self) -> None:
        """Write the entries since the last flush durably; raises Unavailable."""


@dataclass(slots=True)
class Erasure:
    """Erases conversations and customers, and completes erasures after a restart."""

    hears: ClassVar[frozenset[type[object]]] = frozenset({Redacted})

    conversations: Conversations
    store: ErasureStore
    ledger: Ledger
    purger: Purger
    receipts: ReceiptStore
    copies: FormerCopies
    files: FileStore
    archive: ArchiveSealer
    clock: Clock
    retention: Retention
    follower: Follower = field(init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _purging: asyncio.Lock = field(default_factory=asyncio.Lock)
    _next_purge_at_s: float = 0.0
    _has_started: bool = False

    def __post_init__(self) -> None:
        self.follower = Follower("erasure", self.erase_due)

    def observe(self, news: Notification) -> None:
        """Wake the follower after an erasure from the log: the rest follows."""
        if isinstance(news, Committed) and news.after.erased_at is not None:
            self.follower.wake()

    async def erase_due(self) -> float | None:
        """Erase conversations past their retention, complete begun erasures, and purge.

        Return the seconds until there is more to do.
        """
        await self._erase_expired()
        await self.finish_pending()
        pause_s = PERIOD_S if await self._resume_customers() else RESUMED_AFTER_MS / 1_000
        await self.ledger.flush()
        await self._remove_copies()
        if await self.store.last_unpurged() is None:
            return pause_s
        wait_s = self._next_purge_at_s - time.monotonic()
        if wait_s > 0:
            return min(pause_s, wait_s)
        await self.purge()
        return pause_s

    async def erase(
        self, conversation: str, actor: Actor, request: RequestKey | None = None
    ) -> Answer:
        """Remove the words of a conversation the actor may read; return the fields of the `ok`.

        Raises Refused `not_found`, and `not_allowed` while there is a legal hold.
        """
        await self.conversations.require_readable(conversation, actor)
        if await self.store.find_hold(conversation) is not None:
            raise Refused(Code.NOT_ALLOWED)
        answer = await self.conversations.handle(conversation, Erase(), actor, request)
        await self.ledger.flush()
        return answer

    async def erase_customer(self, customer: str) -> FiledReceipt:
        """Erase a customer except conversations on hold, and file the receipt.

        First no row about them is accepted any more, and their sessions end. Then everything
        is listed and erased, and looked for once more. The follower's purge comes after
        the receipt, because it may take a minute of a large site.

        Raises Unavailable; the follower then completes it.
        """
        async with self._turn:
            return await self._erase_customer(customer)

    async def scope_of_customer(self, customer: str) -> ErasureScope:
        """Return the numbers of what `erase_customer` would remove now."""
        return await self.store.scope_of_customer(customer, self.clock())

    async def place_hold(self, conversation: str, reason: str) -> None:
        """Put a conversation under a legal hold: nothing erases it until the hold is lifted.

        Raises Refused `closed` for one that is erased, or is being erased.
        """
        await self.store.save_hold(LegalHold(conversation, reason, self.clock()))

    async def finish_pending(self) -> None:
        """Complete each erasure that has so far reached only the log."""
        for conversation in await self.store.list_unfinished():
            record = await self.conversations.find_record(conversation)
            assert record is not None
            await self.files.remove_content(conversation)
            await self.archive.remove_sealed(record.conversation)
            await self.store.complete_erasure(conversation)
            self.archive.follower.wake()
            _log.info("erased", conversation=conversation)

    async def purge(self) -> None:
        """Overwrite all removed data in the store's files; raises Unavailable."""
        async with self._purging:
            last = await self.store.last_unpurged()
            # Another purge may have begun and ended while this one waited.
            if last is None:
                return
            # What the ledger names up to there must have left all tables and files before.
            await self.finish_pending()
            began_s = time.monotonic()
            await self.purger.run()
            await self.store.mark_purged(last)
            took_s = time.monotonic() - began_s
            self._next_purge_at_s = time.monotonic() + PURGE_PAUSE * took_s
            _log.info("purged", seconds=round(took_s, 3))

    async def _remove_copies(self) -> None:
        """Remove the copies that have had erased words for longer than COPIES_KEPT_MS."""
        last = await self.store.last_erasure_before(self.clock() - COPIES_KEPT_MS)
        if last is not None:
            for name in await self.copies.remove_older(last):
                _log.info("copy removed", file=name)

    async def _erase_expired(self) -> None:
        refused: set[str] = set()
        while due := await self.store.list_expired(self.retention, self.clock()):
            ids = [record.conversation.id for record in due]
            if refused.issuperset(ids):
                return
            for conversation in ids:
                if not await self._erase_unheld(conversation):
                    refused.add(conversation)

    async def _resume_customers(self) -> bool:
        """Complete the erasures of customers that a kill has interrupted; return False if some
        are left.

        After the start those that a command has begun beside this server are left to it for a
        minute.
        """
        async with self._turn:
            begun = await self.store.list_begun_erasures()
            due = [name for name, at in begun if not self._has_started or self._is_old(at)]
            self._has_started = True
            for customer in due:
                _log.info("erasure resumed", customer=customer)
                await self._erase_customer(customer)
        return len(due) == len(begun)

    def _is_old(self, at: int) -> bool:
        # The clock may have been set back since.
        return abs(self.clock() - at) >= RESUMED_AFTER_MS

    async def _erase_customer(self, customer: str) -> FiledReceipt:
        at = self.clock()
        self.conversations.customers_being_erased.add(customer)
        try:
            is_held = await self.store.begin_customer_erasure(customer, at)
            self.conversations.bus.publish(AccountRemoved(customer, may_return=is_held))
            receipt = await self._erase_everything(customer, at)
        finally:
            self.conversations.customers_being_erased.discard(customer)
        await self.ledger.flush()
        self.follower.wake()
        text = receipt.signed(self.archive.transcripts.key)
        return FiledReceipt(receipt, text, await self.receipts.save_receipt(at, text))

    async def _erase_everything(self, customer: str, at: int) -> ErasureReceipt:
        """Erase, and look again for what was stored meanwhile, until nothing is left.

        Raises Unavailable after MAX_ERASURE_ROUNDS.
        """
        erased: list[ErasedConversation] = []
        for _ in range(MAX_ERASURE_ROUNDS):
            held = []
            for record in await self.conversations.records_of_customer(customer, NO_LIMIT):
                state = record.conversation
                if state.erased_at is not None:
                    continue
                files = await self.files.count_uploads(state.id)
                if await self._erase_unheld(state.id):
                    erased.append(ErasedConversation(state.reference, state.seq, files))
                elif await self.store.find_hold(state.id) is not None:
                    held.append(state.reference)
            await self.finish_pending()
            if not held:
                await self.store.forget_customer(customer, at)
            left = await self.store.count_remaining_rows(customer)
            if left == 0:
                if held:
                    await self.store.cancel_customer_erasure(customer)
                return ErasureReceipt(customer, at, erased=tuple(erased), held=tuple(held))
        _log.error("not erased", customer=customer, left=left)
        raise Unavailable

    async def _erase_unheld(self, conversation: str) -> bool:
        """Erase a conversation; return False if it is on hold, or was erased meanwhile."""
        try:
            await self.conversations.handle(conversation, Erase(), None)
        except Refused:
            return False
        return True
