"""The conversations: the service that decides about commands and appends their events."""

from asyncio import Lock
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

from chatserver.core.conversation.commands import Actor, Command, Open, Reopen
from chatserver.core.conversation.decide import decide
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.record import ConversationRecord, ReadMarks
from chatserver.core.conversation.state import Conversation, evolve, may_read
from chatserver.core.errors import Code, Refused, Unavailable
from chatserver.core.ids import OrderedIds
from chatserver.core.log import Answer, Append, LogPage, RequestKey, SeqConflict
from chatserver.core.notifications import Committed, ReadMarked, Typing
from chatserver.core.people import DESK, Customer, Role, Technician
from chatserver.services.bus import Bus
from chatserver.services.clock import Clock
from chatserver.services.log import ConversationStore, Log

AnswerFields = Callable[[Conversation], Answer]
"""Returns fields of an `ok` from the state that a command leads to."""


@dataclass(slots=True)
class OpenConversation:
    """An open conversation, held in memory; `turn` serializes the decisions about it."""

    state: Conversation
    marks: ReadMarks
    turn: Lock = field(default_factory=Lock)

    @property
    def record(self) -> ConversationRecord:
        return ConversationRecord(self.state, self.marks)


@dataclass(slots=True)
class Conversations:
    """All conversations: the open ones in memory, the others on disk.

    Memory grows with open conversations, never with history. For `reopen_ms` after its end a
    conversation can be continued by its customer.
    """

    log: Log
    store: ConversationStore
    bus: Bus
    clock: Clock
    open_limit: int
    reopen_ms: int
    customers_being_erased: set[str] = field(default_factory=set)
    """Ids of customers: they open nothing, and no session of theirs begins."""

    _ids: OrderedIds = field(default_factory=OrderedIds)
    _live: dict[str, OpenConversation] = field(default_factory=dict)
    _of_customer: dict[str, set[str]] = field(default_factory=dict)
    _opening: Counter[str] = field(default_factory=Counter)

    async def load(self) -> list[ConversationRecord]:
        """Load the conversations that were open when the server last stopped."""
        records = await self.store.list_open()
        for record in records:
            self._update_memory(record.conversation, record.marks)
            self._ids.continue_after(record.conversation.id)
        return list(records)

    def new_id(self, entropy: int) -> str:
        """Return the id of a new conversation; it sorts after those of all open ones."""
        return self._ids.make(self.clock(), entropy)

    async def open(
        self,
        command: Open,
        customer: Customer,
        request: RequestKey,
        queue_position: Callable[[], int | None],
    ) -> Answer:
        """Open a conversation and return the fields of its `ok`.

        `queue_position` returns the position in the queue, None if a technician is free.

        Raises Refused `too_many` beyond the customer's limit of open conversations, Unavailable
        while the customer is being erased, and what `queue_position` raises.
        """
        with self._counted_as_open(customer.id):
            more = partial(_opening_fields, queue_position())
            return await self._decide_and_append(
                None, command, customer, request=request, more=more
            )

    async def reopen(
        self,
        conversation: str,
        command: Reopen,
        customer: Customer,
        request: RequestKey,
        queue_position: Callable[[], int | None],
    ) -> Answer:
        """Continue a closed conversation and return the fields of its `ok`, as `open` does.

        Raises what `open` raises, Refused `closed` for one that ended too long ago, and Conflict
        for one that is open.
        """
        await self.check_allowed(conversation, command, customer)
        with self._counted_as_open(customer.id):
            more = partial(_opening_fields, queue_position())
            return await self.handle(conversation, command, customer, request, more=more)

    async def handle(
        self,
        conversation: str,
        command: Command,
        actor: Actor,
        request: RequestKey | None = None,
        more: AnswerFields | None = None,
    ) -> Answer:
        """Run a command on a conversation, and return the fields of its `ok`.

        `more` returns further fields of it from the state that the command leads to.

        Raises Refused where the rules say no, Unavailable where the disk does, DuplicateRequest
        for a request that was answered before; in each case nothing happened.
        """
        live = self._live.get(conversation)
        turn: AbstractAsyncContextManager[object] = nullcontext() if live is None else live.turn
        async with turn:
            # Looked up in the turn: the one before may have closed the conversation.
            live = self._live.get(conversation)
            record = live.record if live else await self.store.find_by_id(conversation)
            return await self._decide_and_append(record, command, actor, request=request, more=more)

    async def check_allowed(self, conversation: str, command: Command, actor: Actor) -> None:
        """Raise what `handle` would raise for the rules now; nothing is changed."""
        record = await self.find_record(conversation)
        decide(record.conversation if record else None, command, actor, self.clock())

    async def find_answer(self, actor: Actor, request: RequestKey) -> Answer | None:
        """Return the answer to a request that was answered before, or None for a new one.

        A repeated request may be refused, even just because it succeeded before: its answer is
        the first one all the same. Raises ReusedRequestId.
        """
        author = DESK if actor is None else actor.author
        return await self.log.find_answer(author.id, request)

    async def find_record(self, conversation: str) -> ConversationRecord | None:
        """Return a conversation from memory or from the disk, or None."""
        live = self._live.get(conversation)
        return live.record if live else await self.store.find_by_id(conversation)

    async def require_readable(self, conversation: str, actor: Actor) -> ConversationRecord:
        """Return a conversation that the actor may read; raises Refused `not_found` otherwise."""
        record = await self.find_record(conversation)
        if record is None or not may_read(record.conversation, actor):
            raise Refused(Code.NOT_FOUND)
        return record

    async def read_history(self, conversation: str, page: LogPage, actor: Actor) -> list[Event]:
        """Return a page of events; customers never get internal ones."""
        await self.require_readable(conversation, actor)
        internal = not isinstance(actor, Customer)
        return list(await self.log.read_page(conversation, page, internal=internal))

    async def records_of_customer(self, customer: str, limit: int) -> list[ConversationRecord]:
        """Return a customer's conversations: open ones first, then the newest."""
        known = self.open_ids_of_customer(customer)
        records = await self.store.list_of_customer(customer, limit, but=known)
        # What has been closed meanwhile is on disk only.
        here = [record for each in known if (record := await self.find_record(each))]
        found = [*here, *(self._from_memory_or(record) for record in records)]
        return sorted(found, key=_newest_first)[:limit]

    def open_records(self) -> list[ConversationRecord]:
        """Return all open conversations, oldest first."""
        return [live.record for live in self._live.values()]

    def find_open(self, conversation: str) -> ConversationRecord | None:
        """Return an open conversation from memory, or None."""
        live = self._live.get(conversation)
        return live.record if live else None

    def count_open(self) -> int:
        """Return the number of open conversations."""
        return len(self._live)

    def count_doubted(self) -> int:
        """Return the number of doubted letters in open conversations that wait for a decision."""
        return sum(len(live.record.conversation.doubted) for live in self._live.values())

    def open_ids_of_customer(self, customer: str) -> list[str]:
        """Return the ids of a customer's open conversations."""
        return sorted(self._of_customer.get(customer, ()))

    def publish_typing(
        self, conversation: str, actor: Customer | Technician, *, is_on: bool
    ) -> None:
        """Publish that one side is typing; ignored for people outside the conversation."""
        live = self._live.get(conversation)
        if live is not None and _takes_part(live.state, actor):
            self.bus.publish(Typing(conversation, actor.author, is_on))

    async def advance_read_mark(
        self, conversation: str, actor: Customer | Technician, seq: int
    ) -> None:
        """Move the read mark of one side up to `seq`; it never moves back."""
        record = await self.find_record(conversation)
        if record is None or not _takes_part(record.conversation, actor):
            return
        side = actor.author.role
        # Neither side's mark may tell a customer that there is a note beyond what they see.
        seq = min(seq, record.conversation.shown)
        marks = _advance(record.marks, side, seq)
        if marks == record.marks:
            return
        if conversation in self._live:
            self._live[conversation].marks = marks
        self.bus.publish(ReadMarked(conversation, actor.author, seq, marks))
        await self.store.mark_read(conversation, side, seq)

    async def _decide_and_append(
        self,
        record: ConversationRecord | None,
        command: Command,
        actor: Actor,
        *,
        request: RequestKey | None,
        more: AnswerFields | None,
    ) -> Answer:
        """Decide and append; decide again as long as another program has appended in between."""
        while True:
            before, marks = (record.conversation, record.marks) if record else (None, ReadMarks())
            events = decide(before, command, actor, self.clock())
            after = evolve(before, events[0])
            for event in events[1:]:
                after = evolve(after, event)
            # Stored with the events: a repeated request is given this very answer.
            answer: Answer = {"conversation": after.id, "seq": after.seq, "at": events[-1].at}
            if more is not None:
                answer = {**answer, **more(after)}
            stored = partial(self._committed, Committed(events, before, after, marks))
            try:
                await self.log.append(Append(events, after, request, answer), stored)
            except SeqConflict:
                record = await self.store.find_by_id(after.id)
            else:
                return answer

    @contextmanager
    def _counted_as_open(self, customer: str) -> Iterator[None]:
        """Count a conversation that is being opened; raises Refused `too_many`, Unavailable."""
        if customer in self.customers_being_erased:
            raise Unavailable
        open_count = len(self._of_customer.get(customer, ())) + self._opening[customer]
        if self.open_limit and open_count >= self.open_limit:
            raise Refused(Code.TOO_MANY)
        self._opening[customer] += 1
        try:
            yield
        finally:
            self._opening[customer] -= 1
            self._opening += Counter()

    def _committed(self, news: Committed) -> None:
        """Update memory from committed events, and publish them."""
        self._update_memory(news.after, news.marks)
        self.bus.publish(news)

    def _update_memory(self, state: Conversation, marks: ReadMarks) -> None:
        """Add or update an open conversation in memory, or remove a closed one."""
        live = self._live.get(state.id)
        # All but the first and the last event of a conversation end here.
        if live is not None and state.is_open:
            live.state = state
            return
        owned = self._of_customer.setdefault(state.customer.id, set())
        if state.is_open:
            self._live[state.id] = OpenConversation(state, marks)
            owned.add(state.id)
            return
        self._live.pop(state.id, None)
        owned.discard(state.id)
        if not owned:
            del self._of_customer[state.customer.id]

    def _from_memory_or(self, record: ConversationRecord) -> ConversationRecord:
        live = self._live.get(record.conversation.id)
        return live.record if live else record


def _opening_fields(position: int | None, after: Conversation) -> Answer:
    stands = {} if position is None else {"position": position}
    promised = {} if after.reply_by is None else {"reply_by": after.reply_by}
    return {"reference": after.reference, "status": after.status, **stands, **promised}


def _takes_part(state: Conversation, actor: Customer | Technician) -> bool:
    if isinstance(actor, Customer):
        return state.belongs_to(actor.id)
    return state.is_with(actor.id)


def _newest_first(record: ConversationRecord) -> tuple[bool, int]:
    return not record.conversation.is_open, -record.conversation.opened_at


def _advance(marks: ReadMarks, side: Role, seq: int) -> ReadMarks:
    if side is Role.CUSTOMER:
        return replace(marks, customer=max(marks.customer, seq))
    return replace(marks, technician=max(marks.technician, seq))
