"""Fakes of ports, in memory; those of stores pass the contract tests of the real ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chatserver.core.conversation.events import Event
from chatserver.core.errors import ReusedRequestId
from chatserver.core.log import Answer, Append, DuplicateRequest, LogPage, RequestKey, SeqConflict
from chatserver.core.notifications import Notification
from chatserver.core.people import Technician
from chatserver.transcript.authenticity.chain import ChainRecord


@dataclass(slots=True)
class FakeCredentials:
    """Technicians, password hashes, and digests of secrets with owner and expiry (ms)."""

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
    """A bus that remembers what was published."""

    published: list[Notification] = field(default_factory=list)

    def publish(self, news: Notification) -> None:
        self.published.append(news)


@dataclass(slots=True)
class FakeLog:
    """A log in memory that counts the pages read; a test may also set `events` directly."""

    events: Sequence[Event] = ()
    epoch: str = "epoch"
    answers: dict[tuple[str, str], tuple[int, Answer]] = field(default_factory=dict)
    salts: dict[tuple[str, int], str] = field(default_factory=dict)
    pages: int = 0

    async def append(self, append: Append, stored: Callable[[], None]) -> None:
        first = append.events[0]
        if append.request is not None:
            earlier = await self.find_answer(first.author.id, append.request)
            if earlier is not None:
                raise DuplicateRequest(earlier)
        own = [each.seq for each in self.events if each.conversation == append.after.id]
        if max(own, default=0) != first.seq - 1:
            raise SeqConflict
        self.events = [*self.events, *append.events]
        if append.request is not None:
            key = (first.author.id, append.request.id)
            self.answers[key] = append.request.digest, append.answer or {}
        stored()

    async def append_imported(self, append: Append, salts: Sequence[str] | None) -> None:
        await self.append(append, lambda: None)
        for event, salt in zip(append.events, salts or (), strict=False):
            self.salts[event.conversation, event.seq] = salt

    async def find_answer(self, author: str, request: RequestKey) -> Answer | None:
        digest, answer = self.answers.get((author, request.id), (request.digest, None))
        if digest != request.digest:
            raise ReusedRequestId
        return answer

    async def read_page(
        self, conversation: str, page: LogPage, *, internal: bool
    ) -> Sequence[Event]:
        self.pages += 1
        shown = [
            event
            for event in self.events
            if event.conversation == conversation
            and (internal or not event.internal)
            and event.seq > (page.after or 0)
            and (page.before is None or event.seq < page.before)
        ]
        last = max(0, len(shown) - page.limit)
        return shown[: page.limit] if page.after is not None else shown[last:]

    async def read_salts(self, conversation: str) -> Sequence[ChainRecord]:
        return [
            ChainRecord(event.seq, self.salts.get((conversation, event.seq), f"{event.seq:032x}"))
            for event in self.events
            if event.conversation == conversation
        ]
