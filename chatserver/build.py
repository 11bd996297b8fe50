"""The composition: makes every service once, by subject, from the concrete classes.

Nothing is started here; `chatserver/app.py` starts, drains and stops what is built. The sessions
and pages in front of the services are made by `chatserver/front.py`.
"""

import hashlib
import secrets
import time
from email.utils import parseaddr
from typing import TYPE_CHECKING

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.origins import Origins
from chatserver.auth.passwords import Passwords
from chatserver.bus.memory import MemoryBus
from chatserver.core.conversation.text_rules import TextRules
from chatserver.core.ids import identifier
from chatserver.core.incoming_mail.case_address import CaseAddresses
from chatserver.core.presence import Presence
from chatserver.core.retention import DAY
from chatserver.core.site import Site
from chatserver.scan.clamd import Clamd
from chatserver.services.accounts import Accounts
from chatserver.services.audit import AuditTrail
from chatserver.services.composition import (
    ArchiveServices,
    MailServices,
    PairingServices,
    PeopleServices,
    Services,
)
from chatserver.services.conversations import Conversations
from chatserver.services.customer_archive import CustomerArchive
from chatserver.services.customer_archive_login import CustomerArchiveLogin
from chatserver.services.customers import Customers
from chatserver.services.drafts import Drafts
from chatserver.services.erasure.erasure import Erasure
from chatserver.services.external_changes import ExternalChanges
from chatserver.services.files import Files
from chatserver.services.follower import Follower
from chatserver.services.mail.answers import MailAnswers
from chatserver.services.mail.case_finder import CaseFinder
from chatserver.services.mail.doubted_letters import DoubtedLetters
from chatserver.services.mail.incoming import IncomingMail
from chatserver.services.mail.requests import MailRequests
from chatserver.services.mail.sender import Mailer, MailSender
from chatserver.services.pairing.dispatcher import Dispatcher
from chatserver.services.pairing.inactivity import InactivityWatcher
from chatserver.services.pairing.promises import PromiseWatcher
from chatserver.services.pairing.reserved_places import ReservedPlaces
from chatserver.services.sealing import ArchiveSealer
from chatserver.services.search import ConversationSearch
from chatserver.services.sign_in import SignInService
from chatserver.services.site import SiteSettings
from chatserver.services.statistics import Statistics
from chatserver.services.technicians import Technicians
from chatserver.services.topics import Topics
from chatserver.services.transcripts.shares import Shares
from chatserver.services.transcripts.transcripts import Transcripts
from chatserver.services.transcripts.verification import IssuedFileVerification
from chatserver.services.transcripts.zip_export import ZipExport
from chatserver.settings import Settings, ms
from chatserver.store.folder.signing_key import site_key
from chatserver.store.open import Store
from chatserver.workers.pool import WorkerPool

if TYPE_CHECKING:
    from chatserver.mail.smtp_server import SmtpServer


def wall_clock() -> int:
    """Return ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def steady_clock() -> int:
    """Return ms of a clock that never goes back."""
    return time.monotonic_ns() // 1_000_000


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
    archive = _archive(
        store, settings, conversations=conversations, workers=workers, attempts=attempts
    )
    files = _files(store, settings, conversations, workers=workers)
    texts = TextRules(limit=settings.text_limit, masking=settings.masking)
    answers = _mail_answers(store, settings, conversations)
    incoming = None
    if answers is not None:
        incoming = _incoming_mail(
            store,
            settings,
            answers,
            files=files,
            site=site,
            texts=texts,
            workers=mail_workers or workers,
        )
    mail = _mail(
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
        drafts=Drafts(conversations=conversations, store=store.drafts, clock=wall_clock),
        topics=Topics(store=store.topics),
        files=files,
        site=site,
        statistics=Statistics(store=store.statistics, site=site, clock=wall_clock),
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
        clock=wall_clock,
        entropy=secrets.randbits,
    )


def build_accounts(store: Store, settings: Settings, bus: MemoryBus | None = None) -> Accounts:
    """Make the service that adds and removes technicians; it needs no running server and no bus."""
    return Accounts(
        technicians=store.technicians,
        credentials=store.credentials,
        bus=bus or MemoryBus(),
        clock=wall_clock,
        entropy=secrets.randbits,
        capacity=settings.capacity,
        link_valid_for_ms=ms(settings.link_valid_for_s),
    )


def build_transcripts(store: Store, settings: Settings) -> Transcripts:
    """Make the service that reads whole conversations and signs them with the folder's key."""
    return Transcripts(
        store=store.conversations,
        log=store.log,
        topics=store.topics,
        files=store.files,
        key=site_key(settings.data),
        clock=wall_clock,
        site=settings.base_url.rstrip("/"),
    )


def build_conversations(store: Store, settings: Settings, bus: MemoryBus) -> Conversations:
    """Make the service through which every event gets into the log."""
    return Conversations(
        log=store.log,
        store=store.conversations,
        bus=bus,
        clock=wall_clock,
        open_limit=settings.open_conversations,
        reopen_ms=round(settings.mail_reopen_days * DAY),
    )


def _site(store: Store, settings: Settings, bus: MemoryBus, *, workers: WorkerPool) -> SiteSettings:
    return SiteSettings(
        store=store.site,
        topic_store=store.topics,
        bus=bus,
        workers=workers,
        clock=wall_clock,
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
    store: Store, settings: Settings, conversations: Conversations, *, workers: WorkerPool
) -> Files:
    return Files(
        conversations=conversations,
        store=store.files,
        workers=workers,
        scanner=Clamd(settings.clamav) if settings.clamav else None,
        clock=wall_clock,
        entropy=secrets.randbits,
        limit_bytes=settings.file_limit,
        allowed=frozenset(settings.file_types),
    )


def _people(
    store: Store, settings: Settings, bus: MemoryBus, *, dispatcher: Dispatcher
) -> PeopleServices:
    return PeopleServices(
        customers=Customers(store=store.customers, clock=wall_clock, entropy=secrets.randbits),
        technicians=Technicians(store=store.technicians, dispatcher=dispatcher),
        accounts=build_accounts(store, settings, bus),
        sign_in=SignInService(
            credentials=store.credentials,
            bus=bus,
            passwords=Passwords(),
            clock=wall_clock,
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
        steady_clock=steady_clock,
        wall_clock=wall_clock,
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
            steady_clock=steady_clock,
            wall_clock=wall_clock,
            call_at=settings.place_called_at,
            reserved_for_ms=ms(settings.place_kept_s),
        ),
        inactivity=InactivityWatcher(
            conversations=conversations,
            last_message_at=dispatcher.router.roster.last_message_at,
            steady_clock=steady_clock,
            wall_clock=wall_clock,
            grace_ms=ms(settings.silence_grace_s),
        ),
        promises=PromiseWatcher(
            conversations=conversations,
            site=site,
            clock=wall_clock,
            renews=settings.renew_promises,
        ),
    )


def _archive(
    store: Store,
    settings: Settings,
    *,
    conversations: Conversations,
    workers: WorkerPool,
    attempts: KeyedRateLimiter,
) -> ArchiveServices:
    transcripts = build_transcripts(store, settings)
    audit = AuditTrail(log=store.audit, clock=wall_clock)
    customer_archive = CustomerArchive(
        conversations=conversations, store=store.customer_archive, clock=wall_clock
    )
    verification = IssuedFileVerification(
        transcripts=transcripts, issued=store.audit, workers=workers
    )
    sealer = ArchiveSealer(
        transcripts=transcripts,
        files=store.files,
        store=store.sealed_folders,
        workers=workers,
        clock=wall_clock,
        quiet_ms=ms(settings.archive_after_s),
    )
    return ArchiveServices(
        transcripts=transcripts,
        audit=audit,
        sealer=sealer,
        erasure=_erasure(store, settings, conversations, sealer),
        customer_archive=customer_archive,
        login=_archive_login(store, settings, audit, attempts),
        shares=_shares(store, settings, transcripts, audit=audit, attempts=attempts),
        zip_export=ZipExport(
            transcripts=transcripts,
            customer_archive=customer_archive,
            files=store.files,
            workers=workers,
            verification=verification,
        ),
        verification=verification,
    )


def _erasure(
    store: Store, settings: Settings, conversations: Conversations, sealer: ArchiveSealer
) -> Erasure:
    return Erasure(
        conversations=conversations,
        store=store.erasures,
        ledger=store.ledger,
        purger=store.purge,
        receipts=store.receipts,
        copies=store.copies,
        files=store.files,
        archive=sealer,
        clock=wall_clock,
        retention=settings.retention,
    )


def _archive_login(
    store: Store, settings: Settings, audit: AuditTrail, attempts: KeyedRateLimiter
) -> CustomerArchiveLogin:
    return CustomerArchiveLogin(
        customers=store.customers,
        keys=store.access_keys,
        audit=audit,
        clock=wall_clock,
        entropy=secrets.randbits,
        visit_valid_for_ms=ms(settings.archive_visit_s),
        attempts=attempts,
    )


def _shares(
    store: Store,
    settings: Settings,
    transcripts: Transcripts,
    *,
    audit: AuditTrail,
    attempts: KeyedRateLimiter,
) -> Shares:
    return Shares(
        transcripts=transcripts,
        keys=store.access_keys,
        audit=audit,
        clock=wall_clock,
        entropy=secrets.randbits,
        valid_for_ms=ms(settings.share_valid_for_s),
        attempts=attempts,
    )


def _mail(
    store: Store,
    settings: Settings,
    archive: ArchiveServices,
    *,
    workers: WorkerPool,
    attempts: KeyedRateLimiter,
    answers: MailAnswers | None,
    incoming: IncomingMail | None,
) -> MailServices:
    delivery = _mail_delivery(store, settings, archive, workers=workers, answers=answers)
    if answers is not None:
        answers.sender = delivery
    return MailServices(
        requests=MailRequests(
            transcripts=archive.transcripts,
            customers=store.customers,
            mail=store.mail,
            clock=wall_clock,
            entropy=secrets.randbits,
            limit=settings.mails_per_hour,
            attempts=attempts,
            codes=KeyedRateLimiter.an_hour(settings.codes_per_hour),
            wake=None if delivery is None else delivery.wake,
        ),
        delivery=delivery,
        incoming=Follower("incoming mail", incoming.drain) if incoming else None,
        answers=answers,
        doubted=DoubtedLetters(incoming) if incoming else None,
    )


def build_case_addresses(settings: Settings) -> CaseAddresses:
    """Make the signed addresses of cases; the secret is derived from the site's key."""
    address = parseaddr(settings.mail_from or "")[1]
    local, _, domain = address.rpartition("@")
    private = bytes(site_key(settings.data).private)
    return CaseAddresses(
        secret=hashlib.sha256(b"chatserver case addresses\n" + private).digest(),
        mailbox=f"{local}@{settings.mail_domain or domain}".lower(),
        delimiter=settings.mail_delimiter,
    )


def build_smtp_server(store: Store, settings: Settings, services: Services) -> "SmtpServer | None":
    """Make the SMTP server that takes in e-mail, None where the settings name no address."""
    incoming, answers = services.mail.incoming, services.mail.answers
    if incoming is None or answers is None:
        return None
    # A server that takes in no mail does not load the SMTP server.
    from chatserver.mail.smtp_server import SmtpServer

    return SmtpServer(
        spool=store.mail_spool,
        is_ours=answers.addresses.accepts,
        new_id=lambda: identifier(wall_clock(), secrets.randbits(80)),
        clock=wall_clock,
        arrived=incoming.wake,
        limit_bytes=settings.mail_limit,
    )


def _mail_answers(
    store: Store, settings: Settings, conversations: Conversations
) -> MailAnswers | None:
    if settings.mail_listen is None:
        return None
    return MailAnswers(
        cases=store.incoming_mail,
        mail=store.mail,
        conversations=conversations,
        files=store.files,
        addresses=build_case_addresses(settings),
        clock=wall_clock,
        gather_ms=ms(settings.mail_gather_s),
    )


def _incoming_mail(
    store: Store,
    settings: Settings,
    answers: MailAnswers,
    *,
    files: Files,
    site: SiteSettings,
    texts: TextRules,
    workers: WorkerPool,
) -> IncomingMail:
    return IncomingMail(
        spool=store.mail_spool,
        finder=CaseFinder(
            conversations=answers.conversations,
            senders=store.incoming_mail,
            mail=store.mail,
            addresses=answers.addresses,
        ),
        senders=store.incoming_mail,
        conversations=answers.conversations,
        files=files,
        site=site,
        texts=texts,
        workers=workers,
        addresses=answers.addresses,
        clock=wall_clock,
        entropy=secrets.randbits,
        trusted_server=settings.mail_authserv,
        add_case=answers.add_case,
    )


def _mail_delivery(
    store: Store,
    settings: Settings,
    archive: ArchiveServices,
    *,
    workers: WorkerPool,
    answers: MailAnswers | None,
) -> Follower | None:
    mailer = _mailer(settings)
    if mailer is None:
        return None
    sender = MailSender(
        mail=store.mail,
        mailer=mailer,
        customers=store.customers,
        transcripts=archive.transcripts,
        archive_login=archive.login,
        audit=archive.audit,
        workers=workers,
        clock=wall_clock,
        entropy=secrets.randbits,
        verification=archive.verification,
        origins=Origins.from_settings(settings),
        site=settings.base_url,
        code_valid_for_ms=ms(settings.code_valid_for_s),
        link_valid_for_ms=ms(settings.mailed_link_valid_for_s),
        answers=answers,
    )
    return Follower("mail", sender.send_due)


def _mailer(settings: Settings) -> Mailer | None:
    if settings.smtp_host is None:
        return None
    # A server that sends no mail does not load the SMTP client.
    from chatserver.mail.smtp import Smtp

    return Smtp.from_settings(settings)
