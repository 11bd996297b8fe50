"""Handing letters to an SMTP server (RFC 5321), over TLS unless the operator says otherwise."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from chatserver.core.mail import Delayed, OutgoingMail, Undeliverable
from chatserver.settings import Settings

Security = Literal["tls", "starttls", "none"]
TIMEOUT_S = 30.0
AUTHENTICATION_CODES = frozenset({530, 534, 535, 538})
"""Refusals that are about us and not about the letter: the operator can still mend them."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """Sends letters one by one, each over a connection of its own."""

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
        """As the operator has set it; None where there is no mail.

        Raises ValueError for a sender that is no address.
        """
        if settings.smtp_host is None or settings.mail_from is None:
            return None
        if "@" not in parseaddr(settings.mail_from)[1]:
            raise ValueError(f"CHATSERVER_MAIL_FROM is no address: {settings.mail_from}")
        return cls(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.mail_from,
            settings.mail_reply_to,
            settings.smtp_user,
            settings.smtp_password,
            settings.smtp_authorities,
        )

    async def send(self, mail: OutgoingMail) -> None:
        """Returns when the server has taken it; raises Delayed, Undeliverable."""
        message = self.compose(mail)
        try:
            await aiosmtplib.send(
                message,
                sender=parseaddr(self.sender)[1],
                recipients=[mail.to],
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                # Never the library's third way, which goes on in the clear where TLS is refused.
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
        """The letter with its headers (RFC 5322, RFC 3834); nothing in it can add another."""
        message = EmailMessage(policy=SMTP)
        name, address = parseaddr(self.sender)
        message["From"] = Address(name, addr_spec=address)
        message["To"] = Address(addr_spec=mail.to)
        if self.reply_to is not None:
            message["Reply-To"] = self.reply_to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{mail.id}@{address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        # Before the enclosures, so that it goes along with the text into its part.
        message.set_content(mail.text)
        message["Content-Language"] = mail.language
        for each in mail.attachments:
            kind, _, subtype = each.content_type.partition(";")[0].partition("/")
            message.add_attachment(each.content, maintype=kind, subtype=subtype, filename=each.name)
        return message


def _raise_for_code(code: int, why: str) -> None:
    if 500 <= code < 600 and code not in AUTHENTICATION_CODES:
        raise Undeliverable(why)
    raise Delayed(why)
