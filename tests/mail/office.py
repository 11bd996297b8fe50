"""A real SMTP server that keeps what it takes, and refuses when it is told to."""

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
    """What arrived, and what is answered to the next letters (then 250)."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    receivers: list[list[str]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=default)
            self.letters.append(message)
            self.receivers.append(list(envelope.rcpt_tos))
        async with self.changed:
            self.changed.notify_all()
        return answer

    async def arrived(self, count: int = 1) -> EmailMessage:
        """The `count`-th letter, once it is there."""
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.letters) >= count)
        return self.letters[count - 1]

    async def asked(self) -> None:
        """Returns when all prepared answers were given."""
        async with self.changed:
            await self.changed.wait_for(lambda: not self.answers)

    @property
    def settings(self) -> dict[str, object]:
        """How a server is told to send its letters here."""
        return {
            "smtp_host": "localhost",
            "smtp_port": self.port,
            "smtp_security": "none",
            "mail_from": "Help <help@example.org>",
            "mail_reply_to": "desk@example.org",
        }


@asynccontextmanager
async def office(**options: Any) -> AsyncIterator[Office]:
    """An SMTP server on a free port."""
    kept = Office()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(kept, loop=loop, enable_SMTPUTF8=True, **options), "localhost", 0
    )
    kept.port = server.sockets[0].getsockname()[1]
    async with server:
        yield kept


def text(letter: EmailMessage) -> str:
    """What the letter says."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def authenticator(*_: object) -> Any:
    """Takes one login with its password."""
    data = _[-1]
    assert isinstance(data, LoginPassword)
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that nobody else vouches for, and a server's context with it."""
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
