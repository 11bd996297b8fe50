"""The server put together: the only place that names concrete classes.

Start and stop are one story, read from top to bottom and back: open the store, take up the desk,
open the gateway, listen; then stop listening, see the sessions off, stop the desk, flush the log,
close the store.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from chatserver.auth.addresses import AddressRateLimiter
from chatserver.auth.origins import Origins
from chatserver.auth.passwords import Passwords
from chatserver.bus.memory import MemoryBus
from chatserver.core.notifications import Notification
from chatserver.core.presence import Presence
from chatserver.core.site import Site
from chatserver.gateway.admission import Admission
from chatserver.gateway.drain import see_off
from chatserver.gateway.handshake import Handshake
from chatserver.gateway.hub import Hub
from chatserver.gateway.requests import Services
from chatserver.gateway.session import Gateway
from chatserver.gateway.sse import EventStreams
from chatserver.gateway.subscriptions import Subscriptions
from chatserver.gateway.technician_feed import TechnicianFeed
from chatserver.gateway.upgrade import LiveServer, Upgrade
from chatserver.i18n.languages import static_folder
from chatserver.keeping import archive_of, erasure_of, prepare_archive
from chatserver.metrics import Metrics
from chatserver.scan.clamd import Clamd
from chatserver.services.accounts import Accounts
from chatserver.services.archive.erasure import Erasure
from chatserver.services.archive.transcripts import Transcripts
from chatserver.services.conversations import Conversations
from chatserver.services.customers import Customers
from chatserver.services.external_changes import ExternalChanges
from chatserver.services.files import Files
from chatserver.services.pairing.dispatcher import Dispatcher
from chatserver.services.pairing.inactivity import InactivityWatcher
from chatserver.services.pairing.reserved_places import ReservedPlaces
from chatserver.services.search import ConversationSearch
from chatserver.services.sign_in import SignInService
from chatserver.services.site import SiteSettings
from chatserver.services.technicians import Technicians
from chatserver.settings import Settings
from chatserver.store.open import Store, open_store, sole_server
from chatserver.store.signing_key import site_key
from chatserver.takeaway import Takeaway, takeaway_of
from chatserver.tasks import supervised
from chatserver.web.security_headers import use_guarded_requests
from chatserver.web.server import build_web
from chatserver.web.services import WebServices
from chatserver.workers.pool import WorkerPool

HTTP_GRACE_S = 1.0
"""Seconds that HTTP answers in progress may take when the server stops."""

KEEP_ALIVE_S = 75.0
"""Seconds that a connection may take for the head of a request, and wait between two."""


def wall_clock() -> int:
    """ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def steady_clock() -> int:
    """ms of a clock that never goes back."""
    return time.monotonic_ns() // 1_000_000


@dataclass(slots=True)
class ServerHealth:
    """What decides whether this server should be sent customers."""

    store: Store
    draining: bool = False

    def drain(self) -> None:
        """From here on the server only sees off whom it has."""
        self.draining = True

    def troubles(self) -> list[str]:
        """Why the server is not ready, in words; empty when it is."""
        found = {"draining": self.draining, "storage": not self.store.writer.healthy}
        return [trouble for trouble, is_so in found.items() if is_so]


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that serves: where, and its parts for who embeds it."""

    url: str
    port: int
    metrics: Metrics
    health: ServerHealth
    staff: Accounts
    routes: web.UrlDispatcher


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[RunningServer]:
    """Serve while the context is open; on leaving, drain. Nothing in here is global.

    Raises BlockingIOError when another server has the data folder, OSError when the port is
    taken.
    """
    metrics = Metrics()
    bus: MemoryBus[Notification] = MemoryBus()
    async with AsyncExitStack() as stack:
        stack.enter_context(sole_server(settings.data))
        store = await stack.enter_async_context(open_store(settings.data, metrics.record_commit))
        health = ServerHealth(store)
        tasks = await stack.enter_async_context(supervised())

        def keep(name: str, work: Coroutine[None, None, None]) -> None:
            """Something goes on until the stack is left as far as here."""
            stack.callback(tasks.create_task(work, name=name).cancel)

        desk = await _desk(settings, store, bus)
        keep("dispatcher", desk.dispatcher.run())
        audience = Subscriptions()
        hub = Hub(store.log, tasks, metrics, audience, TechnicianFeed(audience))
        bus.subscribe(hub.deliver)
        metrics.waiting.set_function(desk.dispatcher.waiting)
        metrics.open.set_function(desk.conversations.count)
        metrics.tasks.set_function(lambda: len(asyncio.all_tasks()))
        keep("hub", hub.run())
        workshop = WorkerPool()
        stack.callback(workshop.close)
        await asyncio.to_thread(store.files.prepare)
        site = SiteSettings(
            store.site,
            store.people,
            store.days,
            bus,
            workshop,
            wall_clock,
            Site(settings.schedule),
        )
        await site.load()
        desk.dispatcher.decide(site.site.pairing)
        silences = InactivityWatcher(
            desk.conversations, steady_clock, wall_clock, round(settings.silence_grace_s * 1_000)
        )
        silences.decide(site.site.pairing)
        bus.subscribe(silences.observe)
        keep("silences", silences.run())
        transcripts = transcripts_of(store, settings)
        await prepare_archive(store, transcripts)
        archive = archive_of(store, settings, transcripts, workshop, wall_clock)
        bus.subscribe(archive.observe)
        keep("archive", archive.follower.run())
        takeaway = takeaway_of(
            store, settings, desk.conversations, archive.transcripts, workshop, wall_clock
        )
        if takeaway.post is not None:
            keep("postman", takeaway.post.run())
        kept_places = ReservedPlaces(
            desk.conversations,
            desk.dispatcher,
            takeaway.letters,
            site,
            steady_clock,
            wall_clock,
            settings.place_called_at,
        )
        kept_places.start()
        bus.subscribe(kept_places.observe)
        keep("kept places", kept_places.run())
        neighbours = ExternalChanges(store.neighbours, site, desk.technicians, store.people, bus)
        keep("neighbours", neighbours.follower.run())
        erasure = erasure_of(store, settings, desk.conversations, archive, wall_clock)
        bus.subscribe(erasure.observe)
        keep("erasure", erasure.follower.run())
        server, streams, application = _front(
            settings,
            store,
            desk,
            hub,
            bus,
            metrics,
            health,
            workshop,
            site,
            tasks,
            takeaway,
            erasure,
        )
        runner = web.AppRunner(
            application,
            access_log=None,
            shutdown_timeout=HTTP_GRACE_S,
            keepalive_timeout=KEEP_ALIVE_S,
            # What is sent packed may be a thousand times larger, and is unpacked between others'
            # messages; nobody needs it.
            auto_decompress=False,
        )
        await runner.setup()
        use_guarded_requests(runner)
        await server.listen(runner, settings.host, settings.port)
        stack.push_async_callback(server.wait_closed)
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(see_off, server, streams, audience, settings.drain_s)
        stack.callback(health.drain)
        port = int(server.sockets[0].getsockname()[1])
        yield RunningServer(
            f"http://{_host_in_url(settings.host)}:{port}",
            port,
            metrics,
            health,
            staff_of(store, settings),
            application.router,
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """The services that look after conversations and people."""

    conversations: Conversations
    dispatcher: Dispatcher
    technicians: Technicians
    customers: Customers


def staff_of(
    store: Store, settings: Settings, bus: MemoryBus[Notification] | None = None
) -> Accounts:
    """Who hires, on an open store, beside a running server or without one."""
    return Accounts(
        store.people,
        store.credentials,
        bus or MemoryBus(),
        wall_clock,
        secrets.randbits,
        settings.capacity,
        round(settings.link_valid_for_s * 1_000),
    )


def transcripts_of(store: Store, settings: Settings) -> Transcripts:
    """Who reads whole conversations, on an open store, and signs them with the folder's key."""
    key, site = site_key(settings.data), settings.base_url.rstrip("/")
    return Transcripts(store.conversations, store.log, key, wall_clock, site)


def conversations_of(
    store: Store, settings: Settings, bus: MemoryBus[Notification]
) -> Conversations:
    """The one way into the log of an open store."""
    return Conversations(
        store.log, store.conversations, bus, wall_clock, settings.open_conversations
    )


async def _desk(settings: Settings, store: Store, bus: MemoryBus[Notification]) -> Desk:
    conversations = conversations_of(store, settings, bus)
    opened = await conversations.load()
    dispatcher = Dispatcher(
        conversations,
        store.people,
        bus,
        steady_clock,
        wall_clock,
        technicians=Presence(round(settings.technician_grace_s * 1_000)),
        customers=Presence(round(settings.customer_grace_s * 1_000)),
        waiting_limit=settings.waiting_limit,
    )
    dispatcher.start(await store.people.list_technicians(), [each.conversation for each in opened])
    bus.subscribe(dispatcher.observe)
    return Desk(
        conversations,
        dispatcher,
        Technicians(store.people, dispatcher),
        Customers(store.people, wall_clock, secrets.randbits),
    )


def _front(
    settings: Settings,
    store: Store,
    desk: Desk,
    hub: Hub,
    bus: MemoryBus[Notification],
    metrics: Metrics,
    health: ServerHealth,
    workshop: WorkerPool,
    site: SiteSettings,
    tasks: asyncio.TaskGroup,
    takeaway: Takeaway,
    erasure: Erasure,
) -> tuple[LiveServer, EventStreams, web.Application]:
    """The live sessions and the pages, on one port."""
    sign_in = SignInService(
        store.credentials,
        bus,
        Passwords(),
        wall_clock,
        secrets.randbits,
        valid_for=round(settings.signed_in_for_s * 1_000),
        attempts=AddressRateLimiter(settings.sign_ins_per_minute, settings.sign_ins_per_minute),
        guesses=AddressRateLimiter(settings.guesses_per_hour / 60, settings.guesses_per_hour),
    )
    files = Files(
        desk.conversations,
        store.files,
        workshop,
        Clamd(settings.clamav) if settings.clamav else None,
        wall_clock,
        secrets.randbits,
        settings.file_limit,
        frozenset(settings.file_types),
    )
    services = Services(
        desk.conversations,
        desk.dispatcher,
        desk.customers,
        desk.technicians,
        hub,
        wall_clock,
        secrets.randbits,
        settings.text_limit,
        ConversationSearch(
            desk.conversations,
            store.search,
            store.visits,
            store.drafts,
            store.people,
            store.files,
            wall_clock,
            settings.solved_shared,
        ),
        workshop,
        files,
        site,
        takeaway.letters,
        erasure,
        round(settings.place_kept_s * 1_000),
        settings.masking,
    )
    reception = Handshake(services, sign_in, settings, hub, store.log.epoch)
    gateway = Gateway(services, reception, settings, metrics)
    origins = Origins.from_settings(settings)
    limits = AddressRateLimiter(settings.connections_per_minute, settings.connections_burst)
    server = LiveServer(gateway.serve)
    archive = erasure.archive
    application = build_web(
        WebServices(
            settings=settings,
            sign_in=sign_in,
            transcripts=archive.transcripts,
            people=store.people,
            health=health,
            registry=metrics.registry,
            clock=wall_clock,
            origins=origins,
            static=static_folder(),
            workshop=workshop,
            files=files,
            site=site,
            staff=staff_of(store, settings, bus),
            technicians=desk.technicians,
            audit=takeaway.audit,
            archive=archive,
            verification=takeaway.verification,
            checks=AddressRateLimiter(settings.checks_per_minute, settings.checks_per_minute),
            shares=takeaway.shares,
            collection=takeaway.collection,
            bundles=takeaway.bundles,
            entrance=takeaway.entrance,
            erasure=erasure,
            letters=takeaway.letters,
        )
    )
    door = Admission(settings, origins, limits, steady_clock)
    streams = EventStreams(settings, door, gateway.serve, secrets.randbits, tasks)
    metrics.streams.set_function(streams.count)
    router = application.router
    router.add_get("/live", Upgrade(settings, door, server).live)
    router.add_get("/live/events", streams.events, allow_head=False)
    router.add_post("/live/frames", streams.frames)
    return server, streams, application


def _host_in_url(host: str) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    return f"[{reachable}]" if ":" in reachable.strip("[]") and "[" not in reachable else reachable
