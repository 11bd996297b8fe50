"""Sends the letters of the mail queue, again and again until each is taken or given up.

A letter is claimed on disk before it is sent and finished on disk after it: one that a restart
interrupts is sent again after a pause, under the same Message-ID.
"""

from dataclasses import dataclass
from typing import Protocol

import structlog

from chatserver.auth.origins import Origins
from chatserver.core.audit import AuditAction, AuditActor
from chatserver.core.errors import Code, Refused
from chatserver.core.mail import (
    CODE_DIGITS,
    MAX_TRIES,
    Delayed,
    Letter,
    LetterKind,
    LetterOutcome,
    MailAttachment,
    OutgoingMail,
    Undeliverable,
)
from chatserver.core.people import Customer
from chatserver.i18n.languages import choose_language
from chatserver.services.audit import AuditTrail
from chatserver.services.clock import Clock, Entropy
from chatserver.services.customer_archive_login import CustomerArchiveLogin
from chatserver.services.customers import CustomerStore
from chatserver.services.mail.answers import MailAnswers
from chatserver.services.mail.requests import MailStore, code_digest
from chatserver.services.mail.templates import mail_texts
from chatserver.services.transcripts.transcripts import Transcripts
from chatserver.services.transcripts.verification import IssuedFileVerification
from chatserver.tasks import is_cancelled
from chatserver.transcript.formats import FORMATS
from chatserver.transcript.reader_locale import ReaderLocale, reader_zone
from chatserver.workers.pool import WorkerPool

_log: structlog.stdlib.BoundLogger = structlog.get_logger("mail")


class Mailer(Protocol):
    """A mail server that takes letters."""

    async def send(self, mail: OutgoingMail) -> None:
        """Return when the server has taken the letter.

        Raises Delayed when a later attempt may succeed, Undeliverable when none will.
        """


@dataclass(slots=True)
class MailSender:
    """Writes each letter at the moment of sending, so that no secret lies in the queue.

    `code_valid_for_ms` and `link_valid_for_ms` are the lifetimes of a code and of an archive link;
    `base_url` is the address of this server as browsers know it.
    """

    mail: MailStore
    mailer: Mailer
    customers: CustomerStore
    transcripts: Transcripts
    archive_login: CustomerArchiveLogin
    audit: AuditTrail
    workers: WorkerPool
    clock: Clock
    entropy: Entropy
    verification: IssuedFileVerification
    origins: Origins
    base_url: str
    code_valid_for_ms: int
    link_valid_for_ms: int
    answers: MailAnswers | None = None

    async def send_due(self) -> float | None:
        """Send all that is due; return the seconds until more will be, None for an empty queue."""
        while (
            not is_cancelled() and (claimed := await self.mail.claim_due(self.clock())) is not None
        ):
            await self._deliver(claimed)
        due = await self.mail.next_letter_due_at()
        return None if due is None else max(0.0, (due - self.clock()) / 1_000)

    async def _deliver(self, claimed: Letter) -> None:
        customer = await self.customers.find_customer(claimed.customer)
        try:
            if customer is None:
                raise Refused(Code.NOT_FOUND)
            mail = await self._write(claimed, customer)
            await self.mailer.send(mail)
        except Delayed as error:
            _log.warning("mail delayed", letter=claimed.id, tries=claimed.tries, why=str(error))
            if claimed.tries >= MAX_TRIES:
                await self._note_refused(claimed, str(error))
                await self.mail.finish_letter(claimed.id, LetterOutcome.GIVEN_UP)
        except (Undeliverable, Refused) as error:
            _log.warning("mail refused", letter=claimed.id, why=str(error))
            if isinstance(error, Undeliverable):
                await self._note_refused(claimed, str(error))
            await self.mail.finish_letter(claimed.id, LetterOutcome.REFUSED)
        else:
            if self.answers is not None and mail.thread is not None:
                # Before the letter counts as sent: a kill in between sends it again, under the
                # same Message-ID, and never leaves the words unsent.
                await self.answers.record_sent(claimed, mail)
            await self.mail.finish_letter(claimed.id, LetterOutcome.SENT)
            await self._note(claimed, customer)

    async def _write(self, claimed: Letter, customer: Customer) -> OutgoingMail:
        match claimed.kind:
            case LetterKind.CODE:
                return await self._code(claimed)
            case LetterKind.TRANSCRIPT:
                return await self._transcript(claimed, customer)
            case LetterKind.INVITATION:
                return await self._invitation(claimed, customer)
            case LetterKind.TURN:
                return await self._turn(claimed, customer)
            case LetterKind.ANSWER | LetterKind.ACKNOWLEDGEMENT | LetterKind.LATE:
                if self.answers is None:
                    raise Refused(Code.NOT_ALLOWED)
                if claimed.kind is LetterKind.ANSWER:
                    return await self.answers.write(claimed)
                return await self.answers.automatic.write(claimed)

    async def _code(self, claimed: Letter) -> OutgoingMail:
        code = f"{self.entropy(64) % 10**CODE_DIGITS:0{CODE_DIGITS}}"
        until = self.clock() + self.code_valid_for_ms
        kept = code_digest(claimed.customer, code)
        await self.mail.save_code(claimed.customer, claimed.email, kept, until)
        return _mail(claimed, code=code, minutes=str(self.code_valid_for_ms // 60_000))

    async def _invitation(self, claimed: Letter, customer: Customer) -> OutgoingMail:
        how = f"to {claimed.email}"
        secret, _ = await self.archive_login.create_invitation(
            customer, self.link_valid_for_ms, how
        )
        link = f"{self.base_url.rstrip('/')}/archive#key={secret}"
        return _mail(claimed, link=link, hours=str(self.link_valid_for_ms // 3_600_000))

    async def _turn(self, claimed: Letter, customer: Customer) -> OutgoingMail:
        """Write the call to a customer in the queue, with a link to the page they came from."""
        record = await self.transcripts.require_readable(claimed.conversation, customer)
        if record.conversation.place_until is None:
            raise Refused(Code.CLOSED)
        visit = await self.customers.last_page_visit(customer.id)
        page = self.origins.trusted_page_url(visit.page) if visit and visit.page else None
        return _mail(claimed, link=page or f"{self.base_url.rstrip('/')}/widget")

    async def _transcript(self, claimed: Letter, customer: Customer) -> OutgoingMail:
        """Write a letter with the customer's edition; raises Refused if it is theirs no longer."""
        document = await self.transcripts.fetch(claimed.conversation, customer)
        chosen = FORMATS[claimed.format]
        language = choose_language([claimed.locale])
        reader = ReaderLocale(reader_zone(claimed.timezone), language)
        content = await self.workers.run(chosen.render, document, reader)
        await self.verification.record_issued(
            {claimed.format: content}, document, AuditActor.from_principal(customer)
        )
        reference = document.conversation.reference
        file = MailAttachment(f"{reference}.{claimed.format}", chosen.content_type, content)
        return _mail(claimed, file, reference=reference)

    async def _note_refused(self, claimed: Letter, why: str) -> None:
        if claimed.kind is LetterKind.ANSWER and self.answers is not None:
            await self.answers.record_refused(claimed, why)

    async def _note(self, claimed: Letter, customer: Customer) -> None:
        if claimed.kind is not LetterKind.TRANSCRIPT:
            return
        record = await self.transcripts.require_readable(claimed.conversation, customer)
        how = f"{claimed.format} to {claimed.email}"
        await self.audit.record(AuditAction.MAILED, customer, record.conversation, how)


def _mail(claimed: Letter, *files: MailAttachment, **values: str) -> OutgoingMail:
    language = choose_language([claimed.locale])
    subject, text = mail_texts(claimed.kind, language, **values)
    return OutgoingMail(
        id=claimed.id,
        to=claimed.email,
        subject=subject,
        text=text,
        language=language,
        attachments=files,
    )
