"""Ports kept in memory, as honest as the real ones: what they promise, they do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chatserver.core.notifications import Notification
from chatserver.core.people import Technician


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
    """A bus that remembers what was published."""

    published: list[Notification] = field(default_factory=list)
    listeners: list[Callable[[Notification], None]] = field(default_factory=list)

    def publish(self, news: Notification) -> None:
        self.published.append(news)
        for listener in self.listeners:
            listener(news)
