"""The ports to conversations on disk: the log, and the read models that follow from it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.listing import ALWAYS, ListQuery, OpeningPeriod, SearchHit
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.log import Answer, Append, LogPage, RequestKey
from chatserver.core.people import Role
from chatserver.transcript.authenticity.chain import ChainRecord


class Log(Protocol):
    """The source of truth: one append-only log of events for each conversation.

    Every method raises Unavailable where the disk fails, `append` and `append_imported` also
    StorageFull where it is full; nothing was stored then.
    """

    @property
    def epoch(self) -> str:
        """An id made when the log was created or restored; seqs compare only within one epoch."""

    def append(self, append: Append, stored: Callable[[], None]) -> Awaitable[None]:
        """Store the events of one decision durably, all or none, and then call `stored`.

        `stored` is called in the order of the commits, before the append returns, even when the
        waiting task was cancelled. Raises SeqConflict when the log has grown since the decision,
        DuplicateRequest with the first answer when the author's request was stored before,
        ReusedRequestId when its id was stored with another digest.
        """

    async def append_imported(self, append: Append, salts: Sequence[str] | None) -> None:
        """Store an exported log as a new conversation, under its own salts (hex).

        New salts are drawn where `salts` is None. A customer who is unknown here is added by id
        and name. Raises SeqConflict when the log has this conversation already.
        """

    async def find_answer(self, author: str, request: RequestKey) -> Answer | None:
        """Return the answer stored with an author's request, or None for a new request.

        Raises ReusedRequestId when its id was stored with another digest.
        """

    async def read_page(
        self, conversation: str, page: LogPage, *, internal: bool
    ) -> Sequence[Event]:
        """Return up to `page.limit` events in ascending order of seq.

        With `page.after`, the first ones beyond that seq; else the last ones before `page.before`,
        or the last of all. Internal events (notes) are left out unless `internal` is true.
        """

    async def read_salts(self, conversation: str) -> Sequence[ChainRecord]:
        """Return the salt of every event in order of seq, or the leaf that is left of an erased
        event."""


class ConversationStore(Protocol):
    """The read models of conversations.

    They are written in the transaction of the events, or for messages and notes up to 10 s later;
    a method that reads them lets them catch up with the log first. Every method raises Unavailable
    where the disk fails.
    """

    async def find_by_id(self, conversation: str) -> ConversationRecord | None:
        """Return the conversation with this id, or None."""

    async def find_by_reference(self, reference: str) -> ConversationRecord | None:
        """Return the conversation with this reference, or None."""

    async def list_open(self) -> Sequence[ConversationRecord]:
        """Return all conversations that are waiting or active, in the order of their opening."""

    async def list_of_customer(
        self, customer: str, limit: int, but: Sequence[str] = ()
    ) -> Sequence[ConversationRecord]:
        """Return a customer's conversations, open ones first, then the newest; without `but`."""

    async def list_page(self, wanted: ListQuery) -> Sequence[ConversationRecord]:
        """Return one page of a list, newest first; `wanted.before` is an exclusive cursor."""

    async def mark_read(self, conversation: str, side: Role, seq: int) -> None:
        """Remember up to which seq one side has read; a lower seq changes nothing."""

    async def search_as_customer(self, customer: str, text: str, limit: int) -> Sequence[SearchHit]:
        """Return a customer's closed conversations in which every word of `text` was said.

        Best match first, and the newest first among equal ones. A word may be given by its
        beginning; case and accents do not matter; notes are not searched. A text without words
        finds nothing.
        """

    async def search_as_technician(
        self, technician: str | None, text: str, limit: int, period: OpeningPeriod = ALWAYS
    ) -> Sequence[SearchHit]:
        """Search a technician's closed conversations, or all (None): their messages and notes,
        references and customers' names; best match first."""

    async def search_among(
        self, conversations: Sequence[str], text: str, limit: int
    ) -> Sequence[SearchHit]:
        """Return those of these conversations, open ones too, that have every word of `text`, or a
        part of a word, in messages, notes, subject, reference or the customer's names; the newest
        first."""

    async def find_similar(self, conversation: str, limit: int) -> Sequence[SearchHit]:
        """Return closed conversations that share the rarest of its customer's words, best first;
        never the conversation itself."""
