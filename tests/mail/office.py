"""A real SMTP server that keeps received letters, and refuses some on request."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TAKEN = "250 taken"
USER, PASSWORD = "desk", "correct horse"


@dataclass(slots=True)
class Office:
    """An SMTP handler that keeps letters; `answers` are the replies to the next ones, then 250."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    receivers: list[list[str]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=default)
            self.letters.append(message)
            self.receivers.append(list(envelope.rcpt_tos))
            self.senders.append(envelope.mail_from or "")
        async with self.changed:
            self.changed.notify_all()
        return answer

    async def arrived(self, count: int = 1) -> EmailMessage:
        """Wait for the `count`-th letter and return it."""
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.letters) >= count)
        return self.letters[count - 1]

    async def asked(self) -> None:
        """Wait until all prepared answers were given."""
        async with self.changed:
            await self.changed.wait_for(lambda: not self.answers)

    @property
    def settings(self) -> dict[str, object]:
        """The settings of a chat server that sends its letters here."""
        return {
            "smtp_host": "localhost",
            "smtp_port": self.port,
            "smtp_security": "none",
            "mail_from": "Help <help@example.org>",
            "mail_reply_to": "desk@example.org",
        }


@asynccontextmanager
async def office(**options: Any) -> AsyncIterator[Office]:
    """Run an SMTP server on a free port."""
    handler = Office()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, loop=loop, enable_SMTPUTF8=True, **options), "localhost", 0
    )
    handler.port = server.sockets[0].getsockname()[1]
    async with server:
        yield handler


def text(letter: EmailMessage) -> str:
    """Return the plain text of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def authenticator(*arguments: object) -> Any:
    """Accept the login USER with PASSWORD only."""
    data = arguments[-1]
    assert isinstance(data, LoginPassword)
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Create a self-signed certificate for localhost, and a server's TLS context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "server.pem", folder / "server.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
