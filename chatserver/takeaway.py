"""What customers keep of their conversations, put together: links, ZIPs, their archive, mail."""

import secrets
from dataclasses import dataclass

from chatserver.auth.addresses import AddressRateLimiter
from chatserver.auth.origins import Origins
from chatserver.services.archive.archive_login import ArchiveLogin
from chatserver.services.archive.audit import AuditTrail
from chatserver.services.archive.customer_archive import CustomerArchive
from chatserver.services.archive.shares import Shares
from chatserver.services.archive.transcripts import Transcripts
from chatserver.services.archive.verification import IssuedFileVerification
from chatserver.services.archive.zip_export import ZipExport
from chatserver.services.conversations import Conversations
from chatserver.services.follower import Follower
from chatserver.services.mail.requests import MailRequests
from chatserver.services.mail.sender import MailSender
from chatserver.services.ports import Clock, Mailer
from chatserver.settings import Settings
from chatserver.store.open import Store
from chatserver.workers.pool import WorkerPool


@dataclass(frozen=True, slots=True)
class Takeaway:
    """The services; `post` sends the letters, None where there is no mail."""

    audit: AuditTrail
    shares: Shares
    collection: CustomerArchive
    bundles: ZipExport
    entrance: ArchiveLogin
    letters: MailRequests
    verification: IssuedFileVerification
    post: Follower | None


def takeaway_of(
    store: Store,
    settings: Settings,
    conversations: Conversations,
    transcripts: Transcripts,
    workshop: WorkerPool,
    clock: Clock,
) -> Takeaway:
    """All of it, on an open store."""
    audit = AuditTrail(store.audit, clock)
    collection = CustomerArchive(conversations, store.collection, clock)
    attempts = AddressRateLimiter(
        settings.key_attempts_per_minute, settings.key_attempts_per_minute
    )
    shares = Shares(
        transcripts,
        store.keys,
        audit,
        clock,
        secrets.randbits,
        _ms(settings.share_valid_for_s),
        attempts,
    )
    entrance = ArchiveLogin(
        store.people,
        store.keys,
        audit,
        clock,
        secrets.randbits,
        _ms(settings.archive_visit_s),
        attempts,
    )
    verification = IssuedFileVerification(transcripts, store.given_out, workshop)
    mailer = _mailer(settings)
    post = None
    if mailer is not None:
        postman = _postman(mailer, store, settings, entrance, audit, verification, clock)
        post = Follower("postman", postman.drain)
    letters = MailRequests(
        transcripts,
        store.people,
        store.addresses,
        store.outbox,
        clock,
        secrets.randbits,
        settings.mails_per_hour,
        attempts,
        AddressRateLimiter(settings.codes_per_hour / 60, settings.codes_per_hour),
        None if post is None else post.wake,
    )
    bundles = ZipExport(transcripts, collection, store.files, workshop, verification)
    return Takeaway(audit, shares, collection, bundles, entrance, letters, verification, post)


def _mailer(settings: Settings) -> Mailer | None:
    if settings.smtp_host is None:
        return None
    # Only a server that sends mail needs it, and what it loads.
    from chatserver.mail.smtp import Smtp

    return Smtp.from_settings(settings)


def _postman(
    mailer: Mailer,
    store: Store,
    settings: Settings,
    entrance: ArchiveLogin,
    audit: AuditTrail,
    verification: IssuedFileVerification,
    clock: Clock,
) -> MailSender:
    return MailSender(
        store.outbox,
        mailer,
        store.people,
        store.addresses,
        verification.transcripts,
        entrance,
        audit,
        verification.workshop,
        clock,
        secrets.randbits,
        store.visits,
        verification,
        Origins.from_settings(settings),
        settings.base_url,
        _ms(settings.code_valid_for_s),
        _ms(settings.mailed_link_valid_for_s),
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1_000)
