"""An SMTP client (RFC 5321), over TLS unless the operator disables it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from chatserver.core.incoming_mail.automatic import MARK
from chatserver.core.incoming_mail.subject_marks import thread_topic
from chatserver.core.mail import Delayed, MailThread, OutgoingMail, Undeliverable
from chatserver.mail.identifier_header import MAIL_POLICY
from chatserver.settings import Settings

NULL_SENDER = ""
"""The envelope sender of automatic replies: no program answers them (RFC 3834 §3.3)."""

Security = Literal["tls", "starttls", "none"]
TIMEOUT_S = 30.0
AUTHENTICATION_CODES = frozenset({530, 534, 535, 538})
"""Reply codes about our login instead of the letter (RFC 4954): the operator can fix them."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """Sends each letter over a connection of its own.

    `ca_file` is a PEM file of certificate authorities, None for those of the system.
    """

    host: str
    port: int
    security: Security
    sender: str
    reply_to: str | None = None
    user: str | None = None
    password: str | None = None
    ca_file: str | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> "Smtp | None":
        """Return the client that the settings describe, or None if they set up no mail."""
        if settings.smtp_host is None or settings.mail_from is None:
            return None
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            sender=settings.mail_from,
            reply_to=settings.mail_reply_to,
            user=settings.smtp_user,
            password=settings.smtp_password,
            ca_file=settings.smtp_authorities,
        )

    async def send(self, mail: OutgoingMail) -> None:
        """Send a letter; return once the server has accepted it.

        Raises Delayed for a temporary failure and Undeliverable for a permanent one.
        """
        message = self.compose(mail)
        sender = mail.thread.envelope_sender if mail.thread else parseaddr(self.sender)[1]
        if mail.is_automatic_reply:
            try:
                await self._deliver(message, sender=NULL_SENDER, to=mail.to)
                return
            except Undeliverable:
                # Mail servers that bind a login to its address refuse the null sender, some with
                # the answer to RCPT or DATA, where the letter itself would be refused.
                pass
        await self._deliver(message, sender=sender, to=mail.to)

    async def _deliver(self, message: EmailMessage, *, sender: str, to: str) -> None:
        try:
            await aiosmtplib.send(
                message,
                sender=sender,
                recipients=[to],
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                # Never `start_tls=None`, by which the library goes on in the clear if the server
                # does not offer TLS.
                use_tls=self.security == "tls",
                start_tls=self.security == "starttls",
                cert_bundle=self.ca_file,
                timeout=TIMEOUT_S,
            )
        except SMTPRecipientsRefused as error:
            _raise_for_code(error.recipients[0].code, str(error))
        except SMTPResponseException as error:
            _raise_for_code(error.code, str(error))
        except (SMTPException, OSError) as error:
            raise Delayed(str(error)) from error

    def compose(self, mail: OutgoingMail) -> EmailMessage:
        """Return the message with its headers (RFC 5322, RFC 3834).

        Raises ValueError for a line break in a field: it would add a header.
        """
        message = EmailMessage(policy=MAIL_POLICY)
        name, address = parseaddr(self.sender)
        message["From"] = Address(name, addr_spec=address)
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        if mail.thread is not None:
            _add_thread(message, mail.thread)
        else:
            if mail.reply_to or self.reply_to:
                message["Reply-To"] = mail.reply_to or self.reply_to
            if mail.in_reply_to is not None:
                message["In-Reply-To"] = message["References"] = mail.in_reply_to
            message["Message-ID"] = f"<{mail.id}@{address.rpartition('@')[2]}>"
            cause = "replied" if mail.is_automatic_reply else "generated"
            message["Auto-Submitted"] = f"auto-{cause}"
            message["X-Auto-Response-Suppress"] = "All"
            message[MARK] = "automatic"
        if mail.thread_index is not None:
            message["Thread-Index"] = mail.thread_index
            message["Thread-Topic"] = thread_topic(mail.subject)
        # Set before the attachments, so that the header moves with the text into its part.
        message.set_content(mail.text)
        message["Content-Language"] = mail.language
        for each in mail.attachments:
            kind, _, subtype = each.content_type.partition(";")[0].partition("/")
            message.add_attachment(each.content, maintype=kind, subtype=subtype, filename=each.name)
        return message


def _add_thread(message: EmailMessage, thread: MailThread) -> None:
    message["Reply-To"] = Address(addr_spec=thread.reply_to)
    message["Message-ID"] = thread.identifier
    if thread.in_reply_to is not None:
        message["In-Reply-To"] = thread.in_reply_to
    if thread.references:
        message["References"] = " ".join(thread.references)


def _raise_for_code(code: int, why: str) -> None:
    """Raise Undeliverable for a permanent refusal (5xx) of the letter, else Delayed."""
    if 500 <= code < 600 and code not in AUTHENTICATION_CODES:
        raise Undeliverable(why)
    raise Delayed(why)
