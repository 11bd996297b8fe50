"""The front of the server: live sessions and pages, made once on top of the services.

`listeners` has the listeners to committed events in the order in which they are called.
"""

import asyncio
import secrets
from dataclasses import dataclass

from aiohttp import web

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.origins import Origins
from chatserver.bus.memory import Listener
from chatserver.composition import clocks
from chatserver.gateway.admission import Admission
from chatserver.gateway.handshake import Handshake
from chatserver.gateway.hub import Hub
from chatserver.gateway.session import Gateway
from chatserver.gateway.sse import EventStreams
from chatserver.gateway.subscriptions import Subscriptions
from chatserver.gateway.technician_feed import TechnicianFeed
from chatserver.gateway.upgrade import LiveServer, Upgrade
from chatserver.i18n.languages import static_folder
from chatserver.metrics import Metrics
from chatserver.services.bundle import Services
from chatserver.settings import Settings
from chatserver.store.open import Store
from chatserver.web.health import Health
from chatserver.web.server import build_web


@dataclass(frozen=True, slots=True)
class Front:
    """The server's port: live sessions over two transports, and the pages."""

    hub: Hub
    live: LiveServer
    upgrade: Upgrade
    streams: EventStreams
    application: web.Application


def build_front(
    services: Services,
    settings: Settings,
    store: Store,
    *,
    metrics: Metrics,
    health: Health,
    tasks: asyncio.TaskGroup,
) -> Front:
    """Make the gateway and the web application; `tasks` will own the sessions."""
    subscriptions = Subscriptions()
    hub = Hub(
        log=store.log,
        tasks=tasks,
        metrics=metrics,
        subscriptions=subscriptions,
        technician_feed=TechnicianFeed(subscriptions),
    )
    handshake = Handshake(services=services, settings=settings, hub=hub, epoch=store.log.epoch)
    gateway = Gateway(
        services=services, hub=hub, handshake=handshake, settings=settings, metrics=metrics
    )
    origins = Origins.from_settings(settings)
    admission = Admission(
        settings=settings,
        origins=origins,
        limits=KeyedRateLimiter(settings.connections_per_minute, settings.connections_burst),
        clock=clocks.steady_clock,
    )
    live = LiveServer(gateway.serve, heartbeat_s=settings.heartbeat_s)
    streams = EventStreams(
        settings=settings,
        admission=admission,
        serve=gateway.serve,
        entropy=secrets.randbits,
        tasks=tasks,
    )
    upgrade = Upgrade(settings=settings, admission=admission, server=live)
    application = _application(services, settings, origins, metrics=metrics, health=health)
    application.router.add_get("/live", upgrade.live)
    application.router.add_get("/live/events", streams.events, allow_head=False)
    application.router.add_post("/live/frames", streams.frames)
    return Front(hub=hub, live=live, upgrade=upgrade, streams=streams, application=application)


def _application(
    services: Services, settings: Settings, origins: Origins, *, metrics: Metrics, health: Health
) -> web.Application:
    return build_web(
        services,
        settings,
        static=static_folder(),
        origins=origins,
        readiness=health,
        registry=metrics.registry,
        verifications=KeyedRateLimiter.a_minute(settings.checks_per_minute),
        forms=KeyedRateLimiter.an_hour(settings.forms_per_hour),
    )


def listeners(services: Services, front: Front) -> tuple[Listener, ...]:
    """Return all listeners to notifications, in the order in which they are called.

    Pairing comes first, so that its queue and loads are those after the event when the sessions
    are sent it.
    """
    dispatcher, inactivity = services.pairing.dispatcher, services.pairing.inactivity
    promises = services.pairing.promises
    reserved, sealer = services.pairing.reserved_places, services.archive.sealer
    erasure, answers = services.archive.erasure, services.mail.answers
    by_mail = () if answers is None else (Listener("mail answers", answers.observe, answers.hears),)
    return (
        Listener("pairing", dispatcher.observe, dispatcher.hears),
        Listener("sessions", front.hub.deliver, front.hub.hears),
        Listener("inactivity", inactivity.observe, inactivity.hears),
        Listener("archive", sealer.observe, sealer.hears),
        Listener("promises", promises.observe, promises.hears),
        Listener("reserved places", reserved.observe, reserved.hears),
        Listener("erasure", erasure.observe, erasure.hears),
        Listener("files", services.files.observe, services.files.hears),
        *by_mail,
    )
