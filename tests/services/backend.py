"""The services of one server on a real store, without sockets, with a clock the test sets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import pytest

from chatserver.bus.memory import Listener, MemoryBus
from chatserver.composition import clocks
from chatserver.composition.services import build_services
from chatserver.core.conversation.commands import Accept, Command, Open
from chatserver.core.conversation.state import Conversation
from chatserver.core.log import RequestKey
from chatserver.core.notifications import Notification
from chatserver.core.people import Customer, Rank, Technician, TechnicianStatus
from chatserver.services.accounts import TechnicianTerms
from chatserver.services.bundle import Services
from chatserver.services.customers import Profile
from chatserver.services.pairing.dispatcher import Dispatcher
from chatserver.settings_file import load_settings
from chatserver.store.open import Store, open_store
from tests.lent_worker import LentWorker
from tests.playbook import NOON


@dataclass(slots=True)
class SetClock:
    """A clock (ms) that stands still until the test sets it."""

    now: int = NOON

    def read(self) -> int:
        return self.now


@dataclass(slots=True)
class Backend:
    """The services, their published notifications, and the clock (ms) that all of them read."""

    services: Services
    store: Store
    clock: SetClock
    published: list[Notification] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something is published."""

    opened: int = 0
    """Conversations opened so far, from which their ids and references are made."""

    @property
    def now(self) -> int:
        """The time in ms that all services read."""
        return self.clock.now

    @now.setter
    def now(self, ms: int) -> None:
        self.clock.now = ms

    def hear(self, news: Notification) -> None:
        """Record a notification."""
        self.published.append(news)
        self.news.set()

    async def while_running(
        self, work: Coroutine[None, None, None], until: Callable[[], Awaitable[bool]]
    ) -> None:
        """Run a background task until a notification has made `until` true."""
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(work)
            while not await until():
                await self.news.wait()
                self.news.clear()
            running.cancel()

    @property
    def dispatcher(self) -> Dispatcher:
        """The dispatcher of pairing, which runs only where a test runs it."""
        return self.services.pairing.dispatcher

    def published_of(self, kind: type[Notification]) -> list[Notification]:
        """Return the notifications of one kind published so far."""
        return [each for each in self.published if isinstance(each, kind)]

    async def customer(self, name: str = "Ann", email: str | None = None) -> Customer:
        """Create a customer."""
        profile = Profile(name=name, email=email)
        customer, _ = await self.services.people.customers.create_customer(profile)
        return customer

    async def technician(
        self,
        login: str = "bob",
        rank: Rank = Rank.TECHNICIAN,
        topics: Iterable[str] = (),
        status: TechnicianStatus = TechnicianStatus.ONLINE,
    ) -> Technician:
        """Create a technician with one session."""
        terms = TechnicianTerms(login.title(), rank, topics=frozenset(topics))
        hired = await self.services.people.accounts.hire(login, terms)
        self.services.pairing.dispatcher.technician_connected(hired)
        return await self.services.people.technicians.set_status(hired, status, None)

    async def open_conversation(self, customer: Customer, text: str = "It blinks") -> Conversation:
        """Open a conversation, which waits until something assigns it."""
        self.opened += 1
        command = Open(f"c{self.opened}", f"K7F3-{self.opened:04}", text=text)
        await self.services.conversations.open(
            command, customer, RequestKey(f"o{self.opened}"), lambda: 1
        )
        return self.state(command.conversation)

    async def run_command(
        self, actor: Customer | Technician, conversation: Conversation, command: Command
    ) -> Conversation:
        """Carry out a command, and return what it made of the conversation."""
        await self.services.conversations.handle(conversation.id, command, actor)
        record = await self.services.conversations.find_record(conversation.id)
        assert record is not None
        return record.conversation

    async def accept(self, technician: Technician, conversation: Conversation) -> Conversation:
        return await self.run_command(technician, conversation, Accept())

    def state(self, conversation: str) -> Conversation:
        record = self.services.conversations.find_open(conversation)
        assert record is not None
        return record.conversation


@asynccontextmanager
async def open_backend(
    folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: object
) -> AsyncIterator[Backend]:
    """Build the services of a data folder; none of their background tasks runs."""
    chosen = load_settings(None, data=folder, **settings)
    bus, workers, clock = MemoryBus(), LentWorker(), SetClock()
    monkeypatch.setattr(clocks, "wall_clock", clock.read)
    monkeypatch.setattr(clocks, "steady_clock", clock.read)
    async with open_store(folder) as store:
        services = build_services(store, chosen, bus, workers)
        backend = Backend(services, store, clock)
        await services.site.load()
        every_kind = frozenset(get_args(Notification))
        pairing = services.pairing
        # Without sessions, archive and files: these tests look at pairing beside one service.
        bus.listeners = (
            Listener("test", backend.hear, every_kind),
            Listener("pairing", pairing.dispatcher.observe, pairing.dispatcher.hears),
            Listener("inactivity", pairing.inactivity.observe, pairing.inactivity.hears),
            Listener("promises", pairing.promises.observe, pairing.promises.hears),
            Listener("places", pairing.reserved_places.observe, pairing.reserved_places.hears),
        )
        yield backend
        workers.close()
