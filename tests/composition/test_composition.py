"""The composition: each service once, and the listeners of news in their order."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from chatserver.bus.memory import MemoryBus
from chatserver.composition.front import build_front, listeners
from chatserver.composition.services import build_services
from chatserver.metrics import Metrics
from chatserver.services.bundle import Services
from chatserver.settings import Settings, ms
from chatserver.settings_file import load_settings
from chatserver.store.open import Store, open_store
from chatserver.tasks import task_group
from chatserver.workers.pool import WorkerPool

ROOT = Path(__file__).parents[2]


class Ready:
    """The readiness of a server that is always ready."""

    def warnings(self) -> list[str]:
        return []

    def troubles(self) -> list[str]:
        return []


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(None, data=tmp_path)


def built(store: Store, settings: Settings) -> Services:
    with closing(WorkerPool()) as workers:
        return build_services(store, settings, MemoryBus(), workers)


def reachable(part: object, seen: dict[int, object]) -> Iterator[object]:
    """Return every service reachable from one, each object once."""
    if not is_dataclass(part) or id(part) in seen:
        return
    seen[id(part)] = part
    if type(part).__module__.startswith("chatserver.services."):
        yield part
    for each in fields(part):
        yield from reachable(getattr(part, each.name, None), seen)


async def test_each_service_is_made_once(store: Store, settings: Settings) -> None:
    # Several services have a follower or a wake-up each, so these classes may occur more than once.
    made = Counter(type(each).__name__ for each in reachable(built(store, settings), {}))
    repeated = {name for name, count in made.items() if count > 1} - {"Follower", "Wakeup"}
    assert made["Transcripts"] == 1
    assert not repeated


async def test_a_server_without_a_mail_server_delivers_no_mail(
    store: Store, settings: Settings
) -> None:
    mail = built(store, settings).mail
    assert mail.delivery is None
    assert not mail.requests.is_enabled


async def test_a_server_with_a_mail_server_delivers_mail(store: Store, tmp_path: Path) -> None:
    settings = load_settings(
        None, data=tmp_path, smtp_host="mail.example.org", mail_from="Help <help@example.org>"
    )
    mail = built(store, settings).mail
    assert mail.delivery is not None
    assert mail.requests.is_enabled


async def test_pairing_hears_of_news_before_the_sessions_do(
    store: Store, settings: Settings
) -> None:
    services = built(store, settings)
    async with task_group() as tasks:
        front = build_front(
            services, settings, store, metrics=Metrics(), health=Ready(), tasks=tasks
        )
        names = [listener.name for listener in listeners(services, front)]
    assert names[:2] == ["pairing", "sessions"]
    assert len(set(names)) == len(names)


async def test_the_architecture_lists_the_listeners_in_their_order(
    store: Store, tmp_path: Path
) -> None:
    settings = load_settings(
        None,
        data=tmp_path,
        smtp_host="mail.example.org",
        mail_from="help@example.org",
        mail_listen="127.0.0.1:0",
    )
    services = built(store, settings)
    async with task_group() as tasks:
        front = build_front(
            services, settings, store, metrics=Metrics(), health=Ready(), tasks=tasks
        )
        called = [listener.hear.__module__ for listener in listeners(services, front)]
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.split("## Listeners to committed events\n")[1].split("\n## ")[0]
    named = re.findall(r"^\| `([a-z_/]+)` \|", section, re.MULTILINE)
    assert [f"chatserver.{name.replace('/', '.')}" for name in named] == called


@pytest.mark.parametrize(("seconds", "expected"), [(0, 0), (0.0015, 2), (2, 2_000)])
def test_seconds_become_whole_milliseconds(seconds: float, expected: int) -> None:
    assert ms(seconds) == expected
