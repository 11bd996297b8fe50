"""What the desk needs of the outside; `store/` and `bus/` provide it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from chatserver.core.access_keys import AccessKey, AccessKeyKind
from chatserver.core.audit import AuditEntry
from chatserver.core.conversation.events import Event
from chatserver.core.customer_archive import (
    ArchivedConversation,
    ArchiveFacets,
    ArchiveQuery,
    ConversationLabel,
)
from chatserver.core.log_types import (
    Answer,
    Append,
    ConversationRecord,
    Draft,
    IssuedFile,
    ListQuery,
    LogPage,
    SearchHit,
    Upload,
    Visit,
)
from chatserver.core.mail import Letter, LetterOutcome, OutgoingMail
from chatserver.core.notifications import Notification
from chatserver.core.people import Customer, Role, Technician, Topic
from chatserver.core.retention import LegalHold, Retention
from chatserver.core.statistics import ConversationFigures
from chatserver.transcript.chain import Salted

Clock = Callable[[], int]
TechnicianUpdate = Callable[[Technician], Technician]
"""ms since 1970 UTC for what is stored; ms of a clock that never goes back for deadlines."""

Entropy = Callable[[int], int]
"""So many unpredictable bits, as a number."""


class Log(Protocol):
    """The truth: one append-only log for each conversation."""

    @property
    def epoch(self) -> str:
        """Minted when the log was created or restored; seqs compare only within one."""

    def append(self, append: Append, stored: Callable[[], None]) -> Awaitable[None]:
        """Store durably, call `stored`, return; raises Overtaken, Repeated, Unavailable.

        `stored` is called in the order of the commits, even when the waiting task is cancelled.
        """

    async def find_answer(self, author: str, request: str) -> Answer | None:
        """What a request was answered, or None for one that is new."""

    async def read_page(
        self, conversation: str, page: LogPage, *, internal: bool
    ) -> Sequence[Event]:
        """Events in order of seq; `internal` ones only where that is said."""

    async def read_salts(self, conversation: str) -> Sequence[Salted]:
        """The salt, or what is left of it, of every event, in order of seq."""


class ConversationStore(Protocol):
    """Read models of conversations, written in the transactions of their events."""

    async def find_by_id(self, conversation: str) -> ConversationRecord | None:
        """By id."""

    async def find_by_reference(self, reference: str) -> ConversationRecord | None:
        """By what a person can read out."""

    async def list_open(self) -> Sequence[ConversationRecord]:
        """All that are waiting or active, in order of opening."""

    async def list_of_customer(
        self, customer: str, limit: int, but: Sequence[str] = ()
    ) -> Sequence[ConversationRecord]:
        """Open ones first, then the newest, without some that are known."""

    async def list_page(self, wanted: ListQuery) -> Sequence[ConversationRecord]:
        """A page of a list, newest first."""

    async def mark_read(self, conversation: str, side: Role, seq: int) -> None:
        """Remember how far one side has read; never moves back."""


class SiteStore(Protocol):
    """What the administrator chose, part by part, as JSON."""

    async def load_parts(self) -> Mapping[str, bytes]:
        """All that was chosen."""

    async def save_parts(self, parts: Mapping[str, bytes]) -> None:
        """Keep some parts in place of what was chosen before."""


class StatisticsStore(Protocol):
    """What happened on a day."""

    async def figures_since(self, at: int) -> Sequence[ConversationFigures]:
        """The conversations that were opened from a moment (ms) on."""


class SearchIndex(Protocol):
    """Closed conversations by what was said in them, best first."""

    async def search_as_customer(self, customer: str, text: str, limit: int) -> Sequence[SearchHit]:
        """A customer's own, by what they may see."""

    async def search_as_technician(
        self, technician: str | None, text: str, limit: int
    ) -> Sequence[SearchHit]:
        """Those a technician had, or everybody's, notes too."""

    async def find_similar(self, conversation: str, limit: int) -> Sequence[SearchHit]:
        """Those that resemble a conversation."""


class VisitStore(Protocol):
    """How customers came last."""

    async def save_visit(self, customer: str, visit: Visit) -> None:
        """Remember how a customer came, in place of the time before."""

    async def last_visit(self, customer: str) -> Visit | None:
        """How a customer came last."""


class DraftStore(Protocol):
    """What technicians have begun to write."""

    async def save_draft(self, technician: str, draft: Draft, at: int) -> None:
        """Keep a draft in place of the one before; an empty one is none."""

    async def list_drafts(self, technician: str) -> Sequence[Draft]:
        """All of one technician's."""


class FileStore(Protocol):
    """Uploaded files."""

    def incoming_path(self, name: str) -> Path:
        """Where a file is put while it arrives."""

    def content_path(self, file: str) -> Path:
        """Where the bytes of a file are."""

    def preview_path(self, file: str) -> Path:
        """Where the preview of a picture is."""

    async def save_upload(self, upload: Upload, source: Path, preview: Path) -> None:
        """Put a file that has arrived in its place, durably; raises StorageFull, Unavailable."""

    async def find_upload(self, file: str) -> Upload | None:
        """What is known of a file."""

    async def list_uploads(self, conversations: Sequence[str]) -> Sequence[Upload]:
        """The files of some conversations, the newest first."""

    async def count_uploads(self, conversation: str) -> int:
        """How many files a conversation has."""

    async def remove_content(self, conversation: str) -> None:
        """Remove the bytes of a conversation's files; raises Unavailable."""


class IssuedFileStore(Protocol):
    """Every file that was given out, by what it was."""

    async def add_issued_files(self, given: Sequence[IssuedFile]) -> None:
        """Remember some more."""

    async def find_issued_file(self, digest: bytes) -> IssuedFile | None:
        """The first that was given out with this SHA-256."""


class ArchiveStore(Protocol):
    """Folders of sealed conversations, and how far each conversation is sealed."""

    async def list_unsealed(
        self, before: int, after: tuple[int, str]
    ) -> Sequence[ConversationRecord]:
        """Closed ones that have changed since they were sealed, but not since `before` (ms).

        In order of their last change and id, from beyond `after` on, some at a time.
        """

    async def next_unsealed_change(self, after: int) -> int | None:
        """When (ms) the first of those was changed last that were changed after `after`."""

    async def sealed_seq(self, conversation: str) -> int:
        """Up to which seq the archive holds a conversation, 0 when not at all."""

    async def mark_sealed(self, conversation: str, seq: int) -> None:
        """Remember up to which seq the archive holds a conversation."""

    async def write_folder(
        self,
        reference: str,
        opened_at: int,
        parts: Mapping[str, bytes],
        copies: Mapping[str, Path],
        seal: Callable[[Mapping[str, str]], Mapping[str, bytes]],
    ) -> None:
        """Put a folder in place of what was there, whole or not at all, durably.

        `parts` are files by their names, `copies` what is copied there; from the SHA-256 (hex)
        of each, `seal` makes further ones. Raises StorageFull, Unavailable.
        """

    async def remove_folder(self, reference: str, opened_at: int) -> None:
        """Take a folder away, whole; raises Unavailable."""


class ErasureStore(Protocol):
    """What is to be erased, and what must not be."""

    async def list_expired(self, keeping: Retention, now: int) -> Sequence[ConversationRecord]:
        """Conversations that are kept no longer and not held, some at a time."""

    async def save_hold(self, hold: LegalHold) -> None:
        """Let nothing erase a conversation."""

    async def remove_hold(self, conversation: str) -> None:
        """It may be erased again."""

    async def find_hold(self, conversation: str) -> LegalHold | None:
        """Why it must not be erased, None when it may."""

    async def list_unfinished(self) -> Sequence[str]:
        """Conversations of which more than the log is still to be erased."""

    async def complete_erasure(self, conversation: str) -> None:
        """Remove what the tables still say; with this, a conversation is erased."""

    async def forget_customer(self, customer: str) -> None:
        """Remove who a customer is; their conversations are erased before."""

    async def purge(self) -> None:
        """Let no trace of what was removed stay in the files of the store."""


class ImportStore(Protocol):
    """Whole logs from elsewhere."""

    async def append_imported(self, append: Append, salts: Sequence[str] | None) -> None:
        """Store a whole log with its salts (hex), or new ones where they are not known.

        Raises Overtaken for a conversation that is there already, Unavailable.
        """


class Scanner(Protocol):
    """Looks for viruses."""

    async def find_virus(self, file: Path) -> str | None:
        """The name of what is in a file, None when it is clean; raises Unavailable."""


class AccountStore(Protocol):
    """Customers, technicians and topics."""

    async def find_customer(self, customer: str) -> Customer | None: ...

    async def find_customer_by_token(self, digest: bytes) -> Customer | None: ...

    async def find_customer_by_subject(self, subject: str) -> Customer | None: ...

    async def filter_unknown(self, customers: Sequence[str]) -> set[str]:
        """Those of some customers who are not kept, or no longer."""

    async def save_customer(self, customer: Customer, token: bytes | None) -> None:
        """Add or change a customer; `token` is the digest of one more token that names them."""

    async def find_technician(self, technician: str) -> Technician | None: ...

    async def list_technicians(self) -> Sequence[Technician]: ...

    async def change_technician(
        self, technician: Technician, terms: TechnicianUpdate
    ) -> Technician:
        """Keep them under these terms, as they are kept now or else as given, in one step."""

    async def list_topics(self) -> Sequence[Topic]: ...

    async def save_topic(self, topic: Topic) -> None: ...

    async def replace_topics(self, topics: Sequence[Topic]) -> None:
        """These and no others, in this order."""


class CredentialStore(Protocol):
    """What technicians sign in with; secrets arrive as digests and stay digests."""

    async def find_technician_by_login(self, login: str) -> tuple[Technician, str | None] | None:
        """With the password's hash, None when none was set."""

    async def save_password_hash(self, technician: str, hashed: str) -> None: ...

    async def add_secret(self, kind: str, digest: bytes, technician: str, until: int) -> None:
        """Keep a `link`, `session`, `device` or `token`, good until then (ms); 0 is for ever."""

    async def revoke_secrets(
        self, technician: str, kind: str | None, but: bytes | None
    ) -> Sequence[bytes]:
        """Make secrets of one kind, or of all, good no more; the digests, without `but`."""

    async def find_secret_owner(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Whose it is, while it is good."""

    async def consume_secret(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Whose it is, and from now on it is good no more; one of many takers gets it."""


class AccessKeyStore(Protocol):
    """What opens something of a customer's; keys arrive as digests and stay digests."""

    async def save_key(self, key: AccessKey, now: int) -> None:
        """Keep a key; those that are past their time at `now` (ms) are forgotten."""

    async def find_valid_key(
        self, kind: AccessKeyKind, digest: bytes, now: int
    ) -> AccessKey | None:
        """The key, while it is good."""

    async def consume_key(self, kind: AccessKeyKind, digest: bytes, now: int) -> AccessKey | None:
        """The key, and from now on it is good no more; one of many takers gets it."""

    async def revoke_keys(self, customer: str, conversation: str | None) -> int:
        """Make the shares of one conversation, or (None) all the customer's keys, good no more.

        How many there were.
        """


class AuditLog(Protocol):
    """Who was given what."""

    async def add_entry(self, entry: AuditEntry) -> None:
        """Write one more line."""

    async def list_entries(
        self, customer: str, conversation: str, limit: int
    ) -> Sequence[AuditEntry]:
        """What concerns a conversation, alone or with all of its customer's, newest first."""


class CustomerArchiveStore(Protocol):
    """Conversations as their customers name and sort them."""

    async def list_archived(
        self, customer: str, wish: ArchiveQuery
    ) -> Sequence[ArchivedConversation]:
        """A part of a customer's collection, newest first."""

    async def search_archived(
        self, customer: str, text: str, wish: ArchiveQuery
    ) -> Sequence[ArchivedConversation]:
        """The same, of those in which every word of `text` was said or stands in the label."""

    async def find_label(self, conversation: str) -> ConversationLabel:
        """What the customer says of a conversation."""

    async def save_label(self, conversation: str, label: ConversationLabel) -> None:
        """What the customer says of a conversation from now on."""

    async def read_facets(self, customer: str) -> ArchiveFacets:
        """By what a customer's collection can be sorted out."""


class AddressStore(Protocol):
    """To which address each customer's letters go."""

    async def confirmed_address(self, customer: str) -> str | None:
        """The address that a customer confirmed last."""

    async def save_code(self, customer: str, email: str, digest: bytes, until: int) -> None:
        """A code was sent there; it takes the place of an earlier one."""

    async def confirm_address(self, customer: str, digest: bytes, now: int) -> str | None:
        """The address whose code this is, from now on confirmed; None costs an attempt."""


class MailQueue(Protocol):
    """Letters that are to be sent."""

    async def enqueue(self, letter: Letter, limit: int, end: LetterOutcome | None = None) -> None:
        """Keep a letter, once for each id; raises RateLimited beyond `limit` an hour.

        Counted are those to one address, and those of one customer; 0 is no limit. One with an
        `end` is only counted.
        """

    async def claim_due(self, now: int) -> Letter | None:
        """A letter that is due. Until it has an end, it is due again after a pause."""

    async def finish_letter(self, letter: str, end: LetterOutcome) -> None:
        """It will not be tried again."""

    async def next_letter_due_at(self) -> int | None:
        """When (ms) the next letter is due."""


class Mailer(Protocol):
    """The server that takes letters."""

    async def send(self, mail: OutgoingMail) -> None:
        """Returns when it was taken; raises Delayed, Undeliverable."""


class Bus(Protocol):
    """Carries news to every node; it may lose them, the log may not."""

    def publish(self, news: Notification) -> None: ...

    def subscribe(self, listener: Callable[[Notification], None]) -> None: ...
