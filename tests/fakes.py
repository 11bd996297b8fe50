"""Ports kept in memory, as honest as the real ones: what they promise, they do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation
from chatserver.core.log_types import (
    Answer,
    Append,
    ConversationRecord,
    ListQuery,
    LogPage,
    ReadMarks,
)
from chatserver.core.notifications import Notification
from chatserver.core.people import Role, Technician
from chatserver.transcript.chain import Salted


@dataclass(slots=True)
class FakeCredentials:
    """Technicians by login, and digests with whose they are and until when (ms; 0 for ever)."""

    technicians: dict[str, Technician] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    secrets: dict[tuple[str, bytes], tuple[str, int]] = field(default_factory=dict)

    def hire(self, technician: Technician) -> None:
        self.technicians[technician.id] = technician

    async def find_technician_by_login(self, login: str) -> tuple[Technician, str | None] | None:
        for technician in self.technicians.values():
            if technician.login == login:
                return technician, self.passwords.get(technician.id)
        return None

    async def save_password_hash(self, technician: str, hashed: str) -> None:
        self.passwords[technician] = hashed

    async def add_secret(self, kind: str, digest: bytes, technician: str, until: int) -> None:
        self.secrets[kind, digest] = (technician, until)

    async def revoke_secrets(
        self, technician: str, kind: str | None, but: bytes | None
    ) -> Sequence[bytes]:
        ended = [
            (of_kind, digest)
            for (of_kind, digest), (owner, _) in self.secrets.items()
            if owner == technician and kind in (None, of_kind) and digest != but
        ]
        for key in ended:
            del self.secrets[key]
        return [digest for _, digest in ended]

    async def find_secret_owner(self, kind: str, digest: bytes, now: int) -> Technician | None:
        technician, until = self.secrets.get((kind, digest), ("", 0))
        return self.technicians.get(technician) if not until or now < until else None

    async def consume_secret(self, kind: str, digest: bytes, now: int) -> Technician | None:
        found = await self.find_secret_owner(kind, digest, now)
        self.secrets.pop((kind, digest), None)
        return found


@dataclass(slots=True)
class FakeBus:
    """Remembers what was published."""

    published: list[Notification] = field(default_factory=list)

    def publish(self, news: Notification) -> None:
        self.published.append(news)

    def subscribe(self, listener: object) -> None:
        raise NotImplementedError("nobody listens here")


@dataclass(slots=True)
class FakeLog:
    """Gives pages of the events it was given, and counts them."""

    events: Sequence[Event]
    epoch: str = "epoch"
    pages: int = 0

    async def append(self, append: Append, stored: object) -> None:
        raise NotImplementedError("this log is only read")

    async def find_answer(self, author: str, request: str) -> Answer | None:
        return None

    async def read_page(
        self, conversation: str, page: LogPage, *, internal: bool
    ) -> Sequence[Event]:
        assert page.before is None, "this log is only read upwards"
        self.pages += 1
        shown = [
            event
            for event in self.events
            if event.conversation == conversation
            and event.seq > (page.after or 0)
            and (internal or not event.internal)
        ]
        return shown[: page.limit]

    async def read_salts(self, conversation: str) -> Sequence[Salted]:
        return [
            Salted(event.seq, f"{event.seq:032x}")
            for event in self.events
            if event.conversation == conversation
        ]


@dataclass(slots=True)
class FakeConversations:
    """Finds the conversations it was given."""

    states: Sequence[Conversation]

    async def find_by_id(self, conversation: str) -> ConversationRecord | None:
        return self._first([state for state in self.states if state.id == conversation])

    async def find_by_reference(self, reference: str) -> ConversationRecord | None:
        return self._first([state for state in self.states if state.reference == reference])

    async def list_open(self) -> Sequence[ConversationRecord]:
        return [ConversationRecord(state, ReadMarks()) for state in self.states if state.is_open]

    async def list_of_customer(
        self, customer: str, limit: int, but: Sequence[str] = ()
    ) -> Sequence[ConversationRecord]:
        own = [
            ConversationRecord(state, ReadMarks())
            for state in self.states
            if state.belongs_to(customer)
        ]
        return [record for record in own if record.conversation.id not in but][:limit]

    async def list_page(self, wanted: ListQuery) -> Sequence[ConversationRecord]:
        raise NotImplementedError("nobody lists here")

    async def mark_read(self, conversation: str, side: Role, seq: int) -> None:
        raise NotImplementedError("nobody reads here")

    def _first(self, found: Sequence[Conversation]) -> ConversationRecord | None:
        return ConversationRecord(found[0], ReadMarks()) if found else None
