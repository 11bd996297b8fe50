"""The server's life: start, drain, stop.

Start and stop are one story, read from top to bottom and back: open the store, load what was open,
start the tasks, listen; then stop listening, close the sessions, stop the tasks, commit the log,
close the store. `chatserver/composition/` makes the parts.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files

import structlog
from aiohttp import web

from chatserver.bus.memory import MemoryBus
from chatserver.composition.clocks import wall_clock
from chatserver.composition.front import Front, build_front, listeners
from chatserver.composition.mail import build_smtp_server
from chatserver.composition.mailbox import build_mailbox_reader
from chatserver.composition.services import build_services
from chatserver.gateway.drain import drain_sessions
from chatserver.metrics import Metrics
from chatserver.services.accounts import Accounts
from chatserver.services.bundle import Services
from chatserver.services.mail.mail_flow import MailFlow
from chatserver.services.site import SiteSettings
from chatserver.settings import Settings
from chatserver.store.folder.lock import sole_server
from chatserver.store.folder.permissions import make_private
from chatserver.store.folder.signing_key import PUBLIC_KEY_FILE
from chatserver.store.open import Store, open_store
from chatserver.tasks import task_group
from chatserver.web.security_headers import use_guarded_requests
from chatserver.workers.pool import WorkerPool

_log: structlog.stdlib.BoundLogger = structlog.get_logger("app")

HTTP_GRACE_S = 1.0
"""Seconds that HTTP answers in progress may take when the server stops."""

MAIL_TIMEOUT_S = 30.0
"""Seconds for which an incoming letter may be read; a hostile one is set aside after three."""

KEEP_ALIVE_S = 75.0
"""Seconds that a connection may take for the head of a request, and wait between two."""


@dataclass(slots=True)
class ServerHealth:
    """Decides whether a load balancer should send customers to this server."""

    store: Store
    flow: MailFlow | None = None
    draining: bool = False

    def drain(self) -> None:
        """Report from now on that the server is stopping."""
        self.draining = True

    def troubles(self) -> list[str]:
        """List the reasons why the server is not ready; empty when it is."""
        found = {"draining": self.draining, "storage": not self.store.writer.healthy}
        return [trouble for trouble, is_so in found.items() if is_so]

    def warnings(self) -> list[str]:
        """List what an operator has to mend while customers are served all the same."""
        is_silent = self.flow is not None and self.flow.is_mailbox_silent(wall_clock())
        return ["mailbox"] if is_silent else []


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that accepts connections: its address, and its parts for embedding and tests."""

    url: str
    port: int
    metrics: Metrics
    health: ServerHealth
    accounts: Accounts
    site: SiteSettings
    routes: web.UrlDispatcher
    mail_port: int | None = None
    superseded: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when another server has taken the database over: this one has to end."""


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[RunningServer]:
    """Serve while the context is open; on leaving, drain. Nothing in here is global.

    Raises BlockingIOError when another server has the data folder, OSError when the port is
    taken, StoreRefused when the store cannot be opened.
    """
    metrics = Metrics()
    bus = MemoryBus()
    async with AsyncExitStack() as stack:
        _lock_folder(settings, stack)
        if readable := await asyncio.to_thread(make_private, settings.data):
            _log.warning("data readable by others", first=str(readable[0]), count=len(readable))
        store = await stack.enter_async_context(
            open_store(
                settings.data,
                metrics.record_commit,
                is_server=True,
                database=settings.database,
                lease_s=settings.lease_s,
            )
        )
        health = ServerHealth(store)
        tasks = await stack.enter_async_context(task_group())
        workers = WorkerPool()
        stack.callback(workers.close)
        mail_workers = WorkerPool(timeout_s=MAIL_TIMEOUT_S)
        stack.callback(mail_workers.close)
        services = build_services(store, settings, bus, workers, mail_workers=mail_workers)
        health.flow = services.mail.flow
        await _load(services, store)
        front = build_front(services, settings, store, metrics=metrics, health=health, tasks=tasks)
        bus.listeners = listeners(services, front)
        _bind_gauges(metrics, services, store, front)
        for name, work in _background(services).items():
            stack.callback(tasks.create_task(work, name=name).cancel)
        stack.callback(tasks.create_task(front.hub.run(), name="hub").cancel)
        runner = _http_runner(front.application)
        await runner.setup()
        use_guarded_requests(runner)
        await front.live.listen(
            runner,
            front.upgrade.open_at_once,
            (settings.host, settings.port),
            silent_s=KEEP_ALIVE_S,
        )
        stack.push_async_callback(front.live.wait_closed)
        stack.push_async_callback(runner.cleanup)
        mail_port = await _listen_for_mail(services, settings, store, stack)
        mailbox = build_mailbox_reader(store, settings, services)
        if mailbox is not None:
            stack.callback(tasks.create_task(mailbox.run(), name="mailbox").cancel)
        stack.push_async_callback(
            drain_sessions,
            front.live,
            front.streams,
            front.hub.subscriptions,
            spread_s=settings.drain_s,
        )
        stack.callback(health.drain)
        port = int(front.live.sockets[0].getsockname()[1])
        yield RunningServer(
            url=f"http://{_host_in_url(settings.host)}:{port}",
            port=port,
            metrics=metrics,
            health=health,
            accounts=services.people.accounts,
            site=services.site,
            routes=front.application.router,
            mail_port=mail_port,
            superseded=store.superseded,
        )


def _lock_folder(settings: Settings, stack: AsyncExitStack) -> None:
    """Lock the data folder until the stack is left; raises BlockingIOError if it is locked."""
    try:
        stack.enter_context(sole_server(settings.data))
    except BlockingIOError:
        if not settings.standby:
            raise
        # Its right to write is the lock in the database, which `open_store` takes next.
        _log.warning("another server stands still, and has the data folder open")


def _bind_gauges(metrics: Metrics, services: Services, store: Store, front: Front) -> None:
    """Give each gauge the function that reads its value."""
    metrics.waiting.set_function(services.pairing.dispatcher.count_waiting)
    metrics.promises_late.set_function(services.pairing.promises.count_late)
    metrics.open.set_function(services.conversations.count_open)
    metrics.tasks.set_function(lambda: len(asyncio.all_tasks()))
    metrics.streams.set_function(front.streams.count)
    metrics.wal_bytes.set_function(store.wal_bytes)
    flow = services.mail.flow
    metrics.mail_silence_s.set_function(lambda: flow.silence_ms(wall_clock()) / 1_000)
    metrics.mailbox_silent.set_function(lambda: flow.is_mailbox_silent(wall_clock()))
    metrics.mail_doubted.set_function(services.conversations.count_doubted)
    metrics.mail_spool.set_function(lambda: len(store.mail_spool.list_arrived()))


def _http_runner(application: web.Application) -> web.AppRunner:
    return web.AppRunner(
        application,
        access_log=None,
        shutdown_timeout=HTTP_GRACE_S,
        keepalive_timeout=KEEP_ALIVE_S,
        # A compressed body may unpack to a thousand times its size, and would do so on the event
        # loop, between other people's messages; no client of ours compresses.
        auto_decompress=False,
    )


async def _listen_for_mail(
    services: Services, settings: Settings, store: Store, stack: AsyncExitStack
) -> int | None:
    """Start the SMTP server if there is one, and return its port; `stack` will close it."""
    listener = build_smtp_server(store, settings, services)
    if listener is None or settings.mail_listen is None:
        return None
    host, _, port = settings.mail_listen.rpartition(":")
    await listener.listen(host.strip("[]"), int(port))
    stack.push_async_callback(listener.close)
    _log.info("listening for mail", host=host, port=listener.port)
    return listener.port


async def _load(services: Services, store: Store) -> None:
    """Read what was open when the server last stopped, and what the administrator chose."""
    opened = await services.conversations.load()
    pairing, site = services.pairing, services.site
    technicians = await services.people.technicians.store.list_technicians()
    await site.load()
    pairing.dispatcher.start(technicians, [each.conversation for each in opened])
    await store.files.prepare()
    pairing.inactivity.use_rules(site.current.pairing)
    pairing.promises.start()
    pairing.reserved_places.start()
    explained = files("chatserver.transcript").joinpath("archive.txt").read_bytes()
    beside = {"README.txt": explained, PUBLIC_KEY_FILE: services.archive.transcripts.key.public_pem}
    await asyncio.to_thread(store.sealed_folders.prepare, beside)
    if services.mail.answers is not None:
        await asyncio.to_thread(store.mail_spool.prepare)
        await services.mail.answers.load()


def _background(services: Services) -> dict[str, Coroutine[None, None, None]]:
    """List the tasks that run as long as the server, by name."""
    work = {
        "dispatcher": services.pairing.dispatcher.run(),
        "inactivity": services.pairing.inactivity.run(),
        "promises": services.pairing.promises.follower.run(),
        "archive": services.archive.sealer.follower.run(),
        "reserved places": services.pairing.reserved_places.run(),
        "external changes": services.external_changes.run(),
        "erasure": services.archive.erasure.follower.run(),
    }
    if services.mail.delivery is not None:
        work["mail"] = services.mail.delivery.run()
    if services.mail.incoming is not None:
        work["incoming mail"] = services.mail.incoming.run()
    if services.mail.answers is not None:
        work["mail answers"] = services.mail.answers.follower.run()
    return work


def _host_in_url(host: str) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    return f"[{reachable}]" if ":" in reachable.strip("[]") and "[" not in reachable else reachable
