"""Makes every service once, by subject.

Nothing is started here; `chatserver/app.py` starts, drains and stops what is built. The archive and
e-mail have modules of their own beside this one; `front` makes the sessions and pages on top.
"""

import secrets

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.file_links import FileLinks
from chatserver.auth.passwords import Passwords
from chatserver.bus.memory import MemoryBus
from chatserver.composition import clocks
from chatserver.composition.archive import build_archive
from chatserver.composition.mail import (
    build_file_links,
    build_incoming_mail,
    build_mail,
    build_mail_answers,
)
from chatserver.core.conversation.text_rules import TextRules
from chatserver.core.durations import DAY_MS
from chatserver.core.presence import Presence
from chatserver.core.site import Site
from chatserver.scan.clamd import Clamd
from chatserver.services.accounts import Accounts
from chatserver.services.bundle import PairingServices, PeopleServices, Services
from chatserver.services.conversations import Conversations
from chatserver.services.customers import Customers
from chatserver.services.drafts import Drafts
from chatserver.services.external_changes import ExternalChanges
from chatserver.services.files import Files
from chatserver.services.mail.requests import MailRequests
from chatserver.services.pairing.dispatcher import Dispatcher
from chatserver.services.pairing.inactivity import InactivityWatcher
from chatserver.services.pairing.promises import PromiseWatcher
from chatserver.services.pairing.reserved_places import ReservedPlaces
from chatserver.services.search import ConversationSearch
from chatserver.services.sign_in import SignInService
from chatserver.services.site import SiteSettings
from chatserver.services.statistics import Statistics
from chatserver.services.technicians import Technicians
from chatserver.services.topics import Topics
from chatserver.settings import Settings, ms
from chatserver.store.open import Store
from chatserver.workers.pool import WorkerPool


def build_services(
    store: Store,
    settings: Settings,
    bus: MemoryBus,
    workers: WorkerPool,
    *,
    mail_workers: WorkerPool | None = None,
) -> Services:
    """Make all services on an open store; they are not loaded and nothing runs yet.

    `mail_workers` read incoming e-mail, so that a hostile letter holds up nothing else.
    """
    conversations = build_conversations(store, settings, bus)
    site = _site(store, settings, bus, workers=workers)
    dispatcher = _dispatcher(store, settings, bus, conversations=conversations, site=site)
    people = _people(store, settings, bus, dispatcher=dispatcher)
    # A key that is guessed counts the same wherever it is tried.
    attempts = KeyedRateLimiter.a_minute(settings.key_attempts_per_minute)
    archive = build_archive(
        store, settings, conversations=conversations, workers=workers, attempts=attempts
    )
    links = build_file_links(settings)
    files = _files(store, settings, conversations, workers=workers, links=links)
    texts = TextRules(limit=settings.text_limit, masking=settings.masking)
    answers = build_mail_answers(store, settings, conversations, site=site, links=links)
    incoming = None
    if answers is not None:
        answers.is_connected = dispatcher.customer_presence.is_connected
        incoming = build_incoming_mail(
            store,
            settings,
            answers,
            files=files,
            site=site,
            texts=texts,
            workers=mail_workers or workers,
        )
    mail = build_mail(
        store,
        settings,
        archive,
        workers=workers,
        attempts=attempts,
        answers=answers,
        incoming=incoming,
    )
    return Services(
        conversations=conversations,
        search=_search(store, settings, conversations),
        drafts=Drafts(conversations=conversations, store=store.drafts, clock=clocks.wall_clock),
        topics=Topics(store=store.topics),
        files=files,
        site=site,
        statistics=Statistics(store=store.statistics, site=site, clock=clocks.wall_clock),
        text_rules=texts,
        people=people,
        pairing=_pairing(settings, dispatcher, mail.requests, site=site),
        archive=archive,
        mail=mail,
        external_changes=ExternalChanges(
            writers=store.writer,
            site=site,
            technicians=people.technicians,
            customers=store.customers,
            bus=bus,
        ),
        workers=workers,
        clock=clocks.wall_clock,
        entropy=secrets.randbits,
    )


def build_accounts(store: Store, settings: Settings, bus: MemoryBus | None = None) -> Accounts:
    """Make the service that adds and removes technicians; it needs no running server and no bus."""
    return Accounts(
        technicians=store.technicians,
        credentials=store.credentials,
        bus=bus or MemoryBus(),
        clock=clocks.wall_clock,
        entropy=secrets.randbits,
        capacity=settings.capacity,
        link_valid_for_ms=ms(settings.link_valid_for_s),
    )


def build_conversations(store: Store, settings: Settings, bus: MemoryBus) -> Conversations:
    """Make the service through which every event gets into the log."""
    return Conversations(
        log=store.log,
        store=store.conversations,
        bus=bus,
        clock=clocks.wall_clock,
        open_limit=settings.open_conversations,
        reopen_ms=round(settings.mail_reopen_days * DAY_MS),
    )


def _site(store: Store, settings: Settings, bus: MemoryBus, *, workers: WorkerPool) -> SiteSettings:
    return SiteSettings(
        store=store.site,
        topic_store=store.topics,
        bus=bus,
        workers=workers,
        clock=clocks.wall_clock,
        default=Site(settings.schedule),
    )


def _search(store: Store, settings: Settings, conversations: Conversations) -> ConversationSearch:
    return ConversationSearch(
        conversations=conversations,
        customers=store.customers,
        files=store.files,
        shared=settings.solved_shared,
    )


def _files(
    store: Store,
    settings: Settings,
    conversations: Conversations,
    *,
    workers: WorkerPool,
    links: FileLinks | None,
) -> Files:
    return Files(
        conversations=conversations,
        store=store.files,
        workers=workers,
        scanner=Clamd(settings.clamav) if settings.clamav else None,
        clock=clocks.wall_clock,
        entropy=secrets.randbits,
        limit_bytes=settings.file_limit,
        allowed=frozenset(settings.file_types),
        links=links,
    )


def _people(
    store: Store, settings: Settings, bus: MemoryBus, *, dispatcher: Dispatcher
) -> PeopleServices:
    return PeopleServices(
        customers=Customers(
            store=store.customers, clock=clocks.wall_clock, entropy=secrets.randbits
        ),
        technicians=Technicians(store=store.technicians, dispatcher=dispatcher),
        accounts=build_accounts(store, settings, bus),
        sign_in=SignInService(
            credentials=store.credentials,
            bus=bus,
            passwords=Passwords(),
            clock=clocks.wall_clock,
            entropy=secrets.randbits,
            valid_for_ms=ms(settings.signed_in_for_s),
            attempts=KeyedRateLimiter.a_minute(settings.sign_ins_per_minute),
            guesses=KeyedRateLimiter.an_hour(settings.guesses_per_hour),
        ),
    )


def _dispatcher(
    store: Store,
    settings: Settings,
    bus: MemoryBus,
    *,
    conversations: Conversations,
    site: SiteSettings,
) -> Dispatcher:
    return Dispatcher(
        conversations=conversations,
        technician_store=store.technicians,
        bus=bus,
        site=site,
        steady_clock=clocks.steady_clock,
        wall_clock=clocks.wall_clock,
        technician_presence=Presence(grace_ms=ms(settings.technician_grace_s)),
        customer_presence=Presence(grace_ms=ms(settings.customer_grace_s)),
        waiting_limit=settings.waiting_limit,
    )


def _pairing(
    settings: Settings, dispatcher: Dispatcher, mail_requests: MailRequests, *, site: SiteSettings
) -> PairingServices:
    conversations = dispatcher.conversations
    return PairingServices(
        dispatcher=dispatcher,
        reserved_places=ReservedPlaces(
            conversations=conversations,
            dispatcher=dispatcher,
            mail_requests=mail_requests,
            steady_clock=clocks.steady_clock,
            wall_clock=clocks.wall_clock,
            call_at=settings.place_called_at,
            reserved_for_ms=ms(settings.place_kept_s),
        ),
        inactivity=InactivityWatcher(
            conversations=conversations,
            last_message_at=dispatcher.router.roster.last_message_at,
            steady_clock=clocks.steady_clock,
            wall_clock=clocks.wall_clock,
            grace_ms=ms(settings.silence_grace_s),
        ),
        promises=PromiseWatcher(
            conversations=conversations,
            site=site,
            clock=clocks.wall_clock,
            renews=settings.renew_promises,
        ),
    )
