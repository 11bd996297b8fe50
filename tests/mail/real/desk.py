"""A desk of ours behind a real mail server, with a technician, and letters to it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from chatserver.app import running
from chatserver.settings_file import load_settings
from tests.mail.real.daemon import PATIENCE_S
from tests.wire.client import Client, Frame, technician

DESK, ANN = "help@example.org", "anna@example.net"


@dataclass(slots=True)
class Desk:
    """The technician's session, the data folder, the mail server's port, and our own URL."""

    bob: Client
    data: Path
    relay: int
    url: str

    async def heard(self, kind: str = "message") -> Frame:
        """Return the next event of a kind."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.bob.event(kind)

    async def answer(self, case: str, text: str) -> None:
        """Let the technician say something, which goes out by e-mail."""
        await self.bob.ok("send", conversation=case, text=text)
        while (await self.heard())["text"] != text:
            pass

    async def post(self, message: EmailMessage, *recipients: str, sender: str = ANN) -> None:
        """Hand a letter to the mail server, as a person's mail program does."""
        await post(self.relay, message.as_bytes(), *(recipients or (DESK,)), sender=sender)

    async def marked(self) -> None:
        """Send a letter of another person and wait for it; fail if others came before."""
        word = secrets.token_hex(8)
        by = f"{word}@example.net"
        await self.post(letter(word, sender=by), sender=by)
        heard = await self.heard()
        assert heard["text"] == word, f"heard before: {heard}"


@asynccontextmanager
async def desk(data: Path, relay: int, listen: int, **settings: object) -> AsyncIterator[Desk]:
    """Run a server that relays to the port `relay` and takes letters at the port `listen`."""
    given: dict[str, object] = {
        "data": data,
        "port": 0,
        "smtp_host": "localhost",
        "smtp_port": relay,
        "smtp_security": "none",
        "mail_from": f"Help <{DESK}>",
        "mail_gather_s": 0,
    }
    if listen:
        given["mail_listen"] = f"127.0.0.1:{listen}"
    chosen = load_settings(None, **given | settings)
    async with running(chosen) as server, technician(server, capacity=50) as bob:
        yield Desk(bob, data, relay, server.url)


def letter(text: str, sender: str = ANN, **headers: str) -> EmailMessage:
    """Return a letter of a person to the desk."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = f"Anna <{sender}>", DESK
    message["Date"] = "Mon, 30 Nov 2026 10:00:00 +0000"
    given = {"Subject": "Lamp", "Message-ID": f"<{secrets.token_hex(8)}@example.net>"}
    for name, value in (given | headers).items():
        message[name] = value
    message.set_content(text)
    return message


async def post(port: int, content: bytes, *recipients: str, sender: str = ANN) -> None:
    """Send the bytes of a letter to an SMTP server of this machine."""
    client = aiosmtplib.SMTP(
        hostname="127.0.0.1", port=port, use_tls=False, start_tls=False, timeout=PATIENCE_S
    )
    async with client:
        await client.sendmail(sender, list(recipients), content)
