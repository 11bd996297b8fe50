"""Customers, technicians and an administrator who act at random, in virtual time.

The services are those of a server, on a real store. Their background tasks do not run: each pass is
made at the moment at which its task would wake up, by a signal or by its next deadline. So a lost
signal or alarm shows at once, and a thousand days take seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from unittest.mock import patch

from chatserver.bus.memory import Listener, MemoryBus
from chatserver.composition import clocks
from chatserver.composition.services import build_services
from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.commands import Actor, Command
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Refused, Unavailable
from chatserver.core.log import Append, RequestKey
from chatserver.core.notifications import Committed, Notification, SiteChanged
from chatserver.core.pairing.router import Pairing, Router
from chatserver.core.pairing.rules import PairingMode, PairingRules, TopicRules
from chatserver.core.people import Customer, Level, Technician, TechnicianStatus
from chatserver.services.accounts import TechnicianTerms
from chatserver.services.bundle import PairingServices, Services
from chatserver.services.customers import Profile
from chatserver.services.pairing.dispatcher import Dispatcher
from chatserver.services.pairing.inactivity import InactivityWatcher
from chatserver.services.pairing.reserved_places import ReservedPlaces
from chatserver.settings_file import load_settings
from chatserver.store.open import Store, open_store
from chatserver.workers.pool import WorkerPool
from tests.concurrency.pairing_watch import PairingWatch
from tests.playbook import NOON

TECHNICIANS = ("bob", "cat", "dan")
CUSTOMERS = 8
TOPICS = ("dsl", "fibre")
SKILLS = ("modem",)
LANGUAGES = ("de", "en")
STEPS_MS = (-86_400_000, -1_000, 1_000, 86_400_000)
"""Steps of the wall clock."""

COMMIT_MS = 20
"""ms that each commit takes, as on a busy disk: a pass with ten of them ends 200 ms after it began.
"""


@dataclass(slots=True)
class RandomBackend:
    """The services, the two clocks (ms), and the people; `findings` is what the watch has told."""

    folder: Path
    now: int = 0
    calendar_offset: int = NOON
    services: Services = field(init=False)
    store: Store = field(init=False)
    watch: PairingWatch = field(init=False)
    customers: list[Customer] = field(default_factory=list)
    technicians: list[Technician] = field(default_factory=list)
    connected: set[str] = field(default_factory=set)
    rules: PairingRules = field(default_factory=PairingRules)
    refusals: int = 0
    """Appends that the disk refuses before it takes one again."""

    findings: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    opened: int = 0

    @property
    def pairing(self) -> PairingServices:
        return self.services.pairing

    def calendar(self) -> int:
        return self.now + self.calendar_offset

    async def start(self) -> None:
        """Start the services on the data folder, as a server does."""
        settings = load_settings(None, data=self.folder, place_kept_s=60)
        self.store = await self._stack.enter_async_context(open_store(self.folder))
        append = self.store.log.append

        async def stored(appended: Append, committed: Callable[[], None]) -> None:
            # Before anything is written: the decision then has to be undone and made again.
            if self.refusals:
                self.refusals -= 1
                raise Unavailable
            self.now += COMMIT_MS
            await append(appended, committed)

        self.store.log.append = stored
        bus, workers = MemoryBus(), WorkerPool()
        self._stack.callback(workers.close)
        self.services = build_services(self.store, settings, bus, workers)
        opened = [each.conversation for each in await self.services.conversations.load()]
        dispatcher = self.pairing.dispatcher
        self.watch = PairingWatch(dispatcher, self.findings.append)
        self.watch.begin(opened, self.now)
        site = self.services.site
        site.current = replace(site.current, pairing=self.rules)
        dispatcher.start(await self.services.people.technicians.store.list_technicians(), opened)
        self.pairing.inactivity.use_rules(self.rules)
        self.pairing.reserved_places.start()
        services = (dispatcher, self.pairing.inactivity, self.pairing.reserved_places)
        bus.listeners = (
            Listener("watch", self._observe, frozenset({Committed})),
            *(Listener(type(each).__name__, each.observe, each.hears) for each in services),
        )

    async def restart(self) -> None:
        """Stop the services, and start them again; everybody has lost the connection."""
        await self.stop()
        # Connections do not survive a process: each person is gone until they come again.
        self.connected.clear()
        await self.start()

    async def stop(self) -> None:
        await self._stack.aclose()

    async def hire(self) -> None:
        """Add the technicians, and topics."""
        for login in TECHNICIANS:
            terms = TechnicianTerms(login.title(), capacity=1, topics=frozenset(TOPICS))
            hired = await self.services.people.accounts.hire(login, terms)
            self.technicians.append(replace(hired, topics=frozenset()))
            self.pairing.dispatcher.technician_changed(self.technicians[-1])

    async def do(self, conversation: str, command: Command, actor: Actor) -> bool:
        """Carry out a command of a person; return False if it was refused."""
        taken_by = None
        if isinstance(command, ask.Accept) and actor is not None:
            taken_by = actor.id
        elif isinstance(command, ask.Transfer) and command.technician is not None:
            taken_by = command.technician.id
        self.watch.asked(conversation, command, actor)
        try:
            with self.pairing.dispatcher.taking_by_hand(conversation, taken_by or ""):
                await self.services.conversations.handle(conversation, command, actor)
        except (Refused, Unavailable):
            return False
        finally:
            self.watch.answered(conversation)
        return True

    async def open(self, customer: Customer, command: ask.Open) -> None:
        """Open a conversation of a customer."""
        self.opened += 1
        name = f"c{self.opened:05}"
        command = replace(command, conversation=name, reference=f"K7F3-{self.opened:05}")
        key = RequestKey(f"o{self.opened}")
        try:
            await self.services.conversations.open(command, customer, key, lambda: 1)
        except (Refused, Unavailable):
            return

    async def settle(self) -> None:
        """Make the passes of all tasks that were woken, until none is."""
        # A moment settles within a few passes; 100 mean that two tasks wake each other for ever.
        for _ in range(100):
            woken = self._woken()
            if not woken:
                return
            for act in woken:
                await act()
        self.findings.append("the tasks wake each other without end")

    async def pass_time(self, ms: int) -> None:
        """Let time pass, and make each pass when it is due."""
        until = self.now + ms
        for _ in range(1_000):
            await self.settle()
            due = self._next_due()
            if due is None or due > until:
                break
            # From deadline to deadline: a day without events costs nothing.
            self.now = max(self.now, due)
            await self._act_all()
        else:
            self.findings.append("the tasks never come to rest")
        self.now = max(self.now, until)
        await self.settle()

    def check(self) -> None:
        """Raise AssertionError with all findings, and with what was left undone."""
        faults = [*self.findings, *map(str, self.watch.left_undone(self.now))]
        assert not faults, "\n".join([*faults, *self.history[-60:]])

    def open_states(self) -> list[Conversation]:
        records = self.services.conversations.open_records()
        return [record.conversation for record in records]

    def _observe(self, news: Notification) -> None:
        assert isinstance(news, Committed)
        self.watch.committed(news, self.now)

    def _tasks(self) -> tuple[Dispatcher, InactivityWatcher, ReservedPlaces]:
        return self.pairing.dispatcher, self.pairing.inactivity, self.pairing.reserved_places

    def _woken(self) -> list[Callable[[], Awaitable[None]]]:
        """Return the passes of the tasks that were woken, and take their signals."""
        woken = [each for each in self._tasks() if each.wakeup.is_set()]
        for each in woken:
            # Cleared before the pass, as the tasks do: a signal during the
            # pass must cause another one.
            each.wakeup.clear()
        return [each.act_on_due for each in woken]

    def _next_due(self) -> int | None:
        deadlines = (each.next_deadline() for each in self._tasks())
        return min((each for each in deadlines if each is not None), default=None)

    async def _act_all(self) -> None:
        for each in self._tasks():
            due = each.next_deadline()
            if due is not None and due <= self.now:
                await each.act_on_due()


@asynccontextmanager
async def random_backend(folder: Path) -> AsyncIterator[RandomBackend]:
    """Yield services with technicians, and without a customer yet."""
    backend = RandomBackend(folder)
    make_pairings = Router.make_pairings

    def watched(router: Router, now: int) -> list[Pairing]:
        pairings = make_pairings(router, now)
        backend.watch.decided(pairings, now)
        return pairings

    undo_pairing = Router.undo_pairing

    def undone(router: Router, conversation: Conversation, now: int) -> set[str]:
        backend.watch.undone(conversation.id)
        return undo_pairing(router, conversation, now)

    with (
        patch.object(clocks, "steady_clock", lambda: backend.now),
        patch.object(clocks, "wall_clock", backend.calendar),
        patch.object(Router, "make_pairings", watched),
        patch.object(Router, "undo_pairing", undone),
    ):
        await backend.start()
        await backend.hire()
        try:
            yield backend
        finally:
            await backend.stop()


# What may happen. Each action takes all that it chooses from the random generator.


async def a_customer_comes_or_goes(backend: RandomBackend, chance: Random) -> None:
    dispatcher = backend.pairing.dispatcher
    if len(backend.customers) < CUSTOMERS and chance.random() < 0.5:
        profile = Profile(name="Ann", locale=chance.choice((None, *LANGUAGES)))
        customer, _ = await backend.services.people.customers.create_customer(profile)
        backend.customers.append(customer)
    if not backend.customers:
        return
    customer = chance.choice(backend.customers)
    if customer.id in backend.connected:
        backend.connected.discard(customer.id)
        dispatcher.customer_disconnected(customer.id)
    else:
        backend.connected.add(customer.id)
        dispatcher.customer_connected(customer.id)


async def a_customer_asks(backend: RandomBackend, chance: Random) -> None:
    here = [each for each in backend.customers if each.id in backend.connected]
    if not here or len(backend.open_states()) > 2 * CUSTOMERS:
        return
    command = ask.Open(
        "",
        "",
        topic=chance.choice((None, *TOPICS)),
        text=chance.choice((None, "It blinks", "It blinks")),
        language=chance.choice((None, *LANGUAGES)),
        previous=chance.choice((None, *(each.id for each in backend.technicians))),
        reply_by=chance.choice((None, None, None, backend.calendar() + 1_000)),
    )
    priority = chance.choice((0, 0, 1))
    await backend.open(replace(chance.choice(here), priority=priority), command)


async def a_customer_acts(backend: RandomBackend, chance: Random) -> None:
    states = [each for each in backend.open_states() if each.customer.id in backend.connected]
    if not states:
        return
    state = chance.choice(states)
    commands: tuple[Command, ...] = (
        ask.Send(text="Hello?"),
        ask.KeepPlace(backend.calendar() + backend.pairing.reserved_places.reserved_for_ms),
        ask.LeaveMessage(backend.calendar() + 1_000),
        ask.Close(),
        ask.Erase(),
    )
    await backend.do(state.id, chance.choice(commands), Customer(state.customer.id, ""))


async def a_technician_acts(backend: RandomBackend, chance: Random) -> None:
    states = backend.open_states()
    if not states:
        return
    actor, state = chance.choice(backend.technicians), chance.choice(states)
    colleague = chance.choice(backend.technicians)
    mine = [each for each in states if each.is_with(actor.id)]
    offered = [each for each in states if each.offered and each.offered.id == actor.id]
    command: Command = ask.Accept()
    if offered and chance.random() < 0.7:
        state = offered[0]
        command = chance.choice((ask.Accept(), ask.Decline(actor.id)))
    elif mine:
        state = chance.choice(mine)
        command = chance.choice(
            (
                ask.Send(text="Restart it"),
                ask.Close(),
                ask.Transfer(topic=chance.choice(TOPICS)),
                ask.Transfer(technician=colleague.person),
            )
        )
    await backend.do(state.id, command, actor)


async def a_technician_comes_or_goes(backend: RandomBackend, chance: Random) -> None:
    technician, dispatcher = chance.choice(backend.technicians), backend.pairing.dispatcher
    if technician.id in backend.connected:
        backend.connected.discard(technician.id)
        dispatcher.technician_disconnected(technician.id)
        return
    backend.connected.add(technician.id)
    dispatcher.technician_connected(technician)


async def terms_change(backend: RandomBackend, chance: Random) -> None:
    number = chance.randrange(len(backend.technicians))
    changed = replace(
        backend.technicians[number],
        status=chance.choice((*TechnicianStatus, *[TechnicianStatus.ONLINE] * 4)),
        capacity=chance.randint(1, 3),
        topics=frozenset(chance.sample(TOPICS, chance.choice((0, 0, 1)))),
        skills=frozenset(chance.sample(SKILLS, chance.randint(0, 1))),
        languages=frozenset(chance.sample(LANGUAGES, chance.randint(0, 2))),
        level=chance.choice((Level.NORMAL, Level.FIRST, Level.LAST, Level.BY_HAND)),
    )
    backend.technicians[number] = changed
    backend.pairing.dispatcher.technician_changed(changed)


async def the_rules_change(backend: RandomBackend, chance: Random) -> None:
    topics = {
        topic: TopicRules(
            mode=chance.choice((PairingMode.DIRECT, PairingMode.OFFER, PairingMode.BY_HAND)),
            priority=chance.randint(0, 1),
            capacity=chance.choice((None, 1)),
            required=frozenset(chance.sample(SKILLS, chance.randint(0, 1))),
            widen_after=chance.choice((None, 0, 20_000)),
        )
        for topic in chance.sample(TOPICS, chance.randint(0, 2))
    }
    backend.rules = PairingRules(
        topics=topics,
        previous_hold=chance.choice((0, 15_000)),
        language_hold=chance.choice((0, 30_000)),
        offer_for=chance.choice((5_000, 30_000)),
        misses=chance.choice((0, 0, 2)),
        again_after=chance.choice((0, 10_000, 60_000)),
        pause=chance.choice((0, 0, 3_000)),
        idle_after=None,
        answer_within=chance.choice((None, 20_000)),
        remind_after=chance.choice((None, 60_000)),
        close_after=chance.choice((None, 120_000)),
    )
    site = replace(backend.services.site.current, pairing=backend.rules)
    for service in (backend.pairing.dispatcher, backend.pairing.inactivity):
        service.observe(SiteChanged(site, ()))


async def the_clock_is_set(backend: RandomBackend, chance: Random) -> None:
    backend.calendar_offset += chance.choice(STEPS_MS)


async def the_disk_is_full(backend: RandomBackend, chance: Random) -> None:
    backend.refusals = chance.randint(1, 3)


async def the_server_restarts(backend: RandomBackend, chance: Random) -> None:
    await backend.restart()


async def time_passes(backend: RandomBackend, chance: Random) -> None:
    await backend.pass_time(chance.choice((1, 500, 3_000, 15_000, 70_000)))


Action = Callable[[RandomBackend, Random], Awaitable[None]]
ACTIONS: dict[str, tuple[Action, int]] = {
    action.__name__: (action, weight)
    for action, weight in (
        (a_customer_comes_or_goes, 10),
        (a_customer_asks, 14),
        (a_customer_acts, 8),
        (a_technician_acts, 14),
        (a_technician_comes_or_goes, 6),
        (terms_change, 5),
        (the_rules_change, 2),
        (the_clock_is_set, 2),
        (the_disk_is_full, 1),
        (the_server_restarts, 1),
        (time_passes, 12),
    )
}
"""The actions by name, with how often each is chosen beside the others."""


async def act(backend: RandomBackend, names: list[str], seed: int) -> None:
    """Let some actions cross each other, while the tasks make the passes they were woken for."""
    backend.history.append(f"{', '.join(names)} ({seed})")
    alone = {"the_server_restarts", "time_passes"}.intersection(names)
    if alone:
        await ACTIONS[alone.pop()][0](backend, Random(seed))
    else:
        actions = (ACTIONS[name][0] for name in names)
        crossing = [
            each(backend, Random(f"{seed} {number}")) for number, each in enumerate(actions)
        ]
        await asyncio.gather(*crossing, backend.settle())
    await backend.settle()
    # What the disk refused is tried again within seconds.
    if not backend.refusals:
        await backend.pass_time(6_000 if backend.watch.left_undone(backend.now) else 0)
        backend.check()
