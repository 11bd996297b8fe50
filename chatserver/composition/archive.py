"""Makes the services of transcripts, of both archives and of erasure."""

import secrets

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.composition import clocks
from chatserver.services.audit import AuditTrail
from chatserver.services.bundle import ArchiveServices
from chatserver.services.conversations import Conversations
from chatserver.services.customer_archive import CustomerArchive
from chatserver.services.customer_archive_login import CustomerArchiveLogin
from chatserver.services.erasure.erasure import Erasure
from chatserver.services.sealing import ArchiveSealer
from chatserver.services.transcripts.shares import Shares
from chatserver.services.transcripts.transcripts import Transcripts
from chatserver.services.transcripts.verification import IssuedFileVerification
from chatserver.services.transcripts.zip_export import ZipExport
from chatserver.settings import Settings, ms
from chatserver.store.folder.signing_key import site_key
from chatserver.store.open import Store
from chatserver.workers.pool import WorkerPool


def build_archive(
    store: Store,
    settings: Settings,
    *,
    conversations: Conversations,
    workers: WorkerPool,
    attempts: KeyedRateLimiter,
) -> ArchiveServices:
    """Make these services; `attempts` limits guesses of a key by network address."""
    transcripts = build_transcripts(store, settings)
    audit = AuditTrail(log=store.audit, clock=clocks.wall_clock)
    customer_archive = CustomerArchive(
        conversations=conversations, store=store.customer_archive, clock=clocks.wall_clock
    )
    verification = IssuedFileVerification(
        transcripts=transcripts, issued=store.audit, workers=workers
    )
    sealer = ArchiveSealer(
        transcripts=transcripts,
        files=store.files,
        store=store.sealed_folders,
        workers=workers,
        clock=clocks.wall_clock,
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


def build_transcripts(store: Store, settings: Settings) -> Transcripts:
    """Make the service that reads whole conversations and signs them with the folder's key."""
    return Transcripts(
        store=store.conversations,
        log=store.log,
        topics=store.topics,
        files=store.files,
        key=site_key(settings.data),
        clock=clocks.wall_clock,
        base_url=settings.base_url.rstrip("/"),
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
        clock=clocks.wall_clock,
        retention=settings.retention,
    )


def _archive_login(
    store: Store, settings: Settings, audit: AuditTrail, attempts: KeyedRateLimiter
) -> CustomerArchiveLogin:
    return CustomerArchiveLogin(
        customers=store.customers,
        keys=store.access_keys,
        audit=audit,
        clock=clocks.wall_clock,
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
        clock=clocks.wall_clock,
        entropy=secrets.randbits,
        valid_for_ms=ms(settings.share_valid_for_s),
        attempts=attempts,
    )
