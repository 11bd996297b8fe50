"""Makes the services of e-mail in both directions."""

import hashlib
import secrets
from collections.abc import Callable
from email.utils import parseaddr
from typing import TYPE_CHECKING

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.file_links import FileLinks
from chatserver.auth.origins import Origins
from chatserver.composition import clocks
from chatserver.core.conversation.text_rules import TextRules
from chatserver.core.ids import identifier
from chatserver.core.incoming_mail.case_address import CaseAddresses
from chatserver.services.bundle import ArchiveServices, MailServices, Services
from chatserver.services.conversations import Conversations
from chatserver.services.files import Files
from chatserver.services.follower import Follower
from chatserver.services.mail.answers import MailAnswers
from chatserver.services.mail.automatic_letters import AutomaticLetters
from chatserver.services.mail.case_finder import CaseFinder
from chatserver.services.mail.doubted_letters import DoubtedLetters
from chatserver.services.mail.incoming import IncomingMail
from chatserver.services.mail.mail_flow import MailFlow
from chatserver.services.mail.requests import MailRequests
from chatserver.services.mail.sender import Mailer, MailSender
from chatserver.services.site import SiteSettings
from chatserver.settings import Settings, ms
from chatserver.store.folder.signing_key import site_key
from chatserver.store.open import Store
from chatserver.workers.pool import WorkerPool

if TYPE_CHECKING:
    from chatserver.mail.smtp_server import SmtpServer


def build_mail(
    store: Store,
    settings: Settings,
    archive: ArchiveServices,
    *,
    workers: WorkerPool,
    attempts: KeyedRateLimiter,
    answers: MailAnswers | None,
    incoming: IncomingMail | None,
) -> MailServices:
    """Make the services of e-mail; `attempts` limits links to an archive by network address."""
    delivery = _mail_delivery(store, settings, archive, workers=workers, answers=answers)
    if answers is not None:
        answers.sender = answers.automatic.sender = delivery
    return MailServices(
        requests=MailRequests(
            transcripts=archive.transcripts,
            customers=store.customers,
            mail=store.mail,
            clock=clocks.wall_clock,
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
        flow=MailFlow(clocks.wall_clock(), has_mailbox=settings.mail_in is not None),
    )


def build_mail_answers(
    store: Store,
    settings: Settings,
    conversations: Conversations,
    *,
    site: SiteSettings,
    links: FileLinks | None,
) -> MailAnswers | None:
    """Make the service that mails the words of technicians, None where no mail is taken in."""
    if links is None:
        return None
    addresses = build_case_addresses(settings)
    automatic = AutomaticLetters(
        mail=store.mail,
        conversations=conversations,
        addresses=addresses,
        clock=clocks.wall_clock,
        period_ms=ms(settings.mail_acknowledge_hours * 3_600),
        site=site,
    )
    return MailAnswers(
        cases=store.mail_senders,
        mail=store.mail,
        conversations=conversations,
        files=store.files,
        addresses=addresses,
        clock=clocks.wall_clock,
        gather_ms=ms(settings.mail_gather_s),
        away_ms=ms(settings.mail_away_s),
        site=site,
        links=links,
        automatic=automatic,
    )


def build_incoming_mail(
    store: Store,
    settings: Settings,
    answers: MailAnswers,
    *,
    files: Files,
    site: SiteSettings,
    texts: TextRules,
    workers: WorkerPool,
) -> IncomingMail:
    """Make the service that takes letters from the spool into the log."""
    return IncomingMail(
        spool=store.mail_spool,
        finder=CaseFinder(
            conversations=answers.conversations,
            senders=store.mail_senders,
            mail=store.mail,
            addresses=answers.addresses,
        ),
        senders=store.mail_senders,
        conversations=answers.conversations,
        files=files,
        site=site,
        texts=texts,
        workers=workers,
        addresses=answers.addresses,
        clock=clocks.wall_clock,
        entropy=secrets.randbits,
        trusted_server=settings.mail_authserv,
        add_case=answers.add_case,
        acknowledge=answers.automatic.acknowledge,
        record_bounce=answers.record_bounce,
    )


def build_case_addresses(settings: Settings) -> CaseAddresses:
    """Make the signed addresses of cases; the secret is derived from the site's key."""
    address = parseaddr(settings.mail_from or "")[1]
    local, _, domain = address.rpartition("@")
    return CaseAddresses(
        secret=_secret(settings, "case addresses"),
        mailbox=f"{local}@{settings.mail_domain or domain}".lower(),
        delimiter=settings.mail_delimiter,
    )


def build_file_links(settings: Settings) -> FileLinks | None:
    """Make the signed links to files that are too large for a letter, None where none is sent."""
    if not settings.takes_mail:
        return None
    return FileLinks(
        secret=_secret(settings, "file links"),
        base_url=settings.base_url,
        valid_for_ms=ms(settings.mailed_file_valid_for_s),
    )


def _secret(settings: Settings, use: str) -> bytes:
    """Derive a secret for one use from the site's key."""
    private = bytes(site_key(settings.data).private)
    return hashlib.sha256(f"chatserver {use}\n".encode() + private).digest()


def build_smtp_server(store: Store, settings: Settings, services: Services) -> "SmtpServer | None":
    """Make the SMTP server that takes in e-mail, None where the settings name no address."""
    incoming, answers = services.mail.incoming, services.mail.answers
    if incoming is None or answers is None or settings.mail_listen is None:
        return None
    # A server that takes in no mail does not load the SMTP server.
    from chatserver.mail.smtp_server import SmtpServer

    return SmtpServer(
        spool=store.mail_spool,
        is_ours=answers.addresses.accepts,
        new_id=lambda: identifier(clocks.wall_clock(), secrets.randbits(80)),
        clock=clocks.wall_clock,
        arrived=arrival(services.mail.flow, incoming),
        limit_bytes=settings.mail_limit,
    )


def arrival(flow: MailFlow, incoming: Follower) -> Callable[[], None]:
    """Return the function that is called when a letter is in the spool."""

    def arrived() -> None:
        flow.record_letter(clocks.wall_clock())
        incoming.wake()

    return arrived


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
        clock=clocks.wall_clock,
        entropy=secrets.randbits,
        verification=archive.verification,
        origins=Origins.from_settings(settings),
        base_url=settings.base_url,
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
