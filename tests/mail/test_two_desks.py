"""Two desks that write to each other: people are heard, and programs soon fall silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope

from chatserver.app import RunningServer
from tests.conftest import StartServer
from tests.mail.letters import letter, post
from tests.wire.client import Client, technician

OURS, THEIRS = "help@ours.example", "help@theirs.example"
TURNS = 3


@dataclass(slots=True)
class DeskMailer:
    """The mail server of both desks: vouches for each sender, and keeps what is automatic."""

    port: int = 0
    ports: dict[str, int] = field(default_factory=dict)
    automatic: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        found = message_from_bytes(envelope.content, policy=policy.SMTP)
        assert isinstance(found, EmailMessage)
        if found["Auto-Submitted"] is not None:
            self.automatic.append(found)
        domain = found["From"].addresses[0].domain
        verdict = f"Authentication-Results: mx; dmarc=pass header.from={domain}\r\n".encode()
        for to in envelope.rcpt_tos:
            port = self.ports[to.rpartition("@")[2]]
            client = aiosmtplib.SMTP(
                hostname="127.0.0.1", port=port, use_tls=False, start_tls=False
            )
            async with client:
                # The library says `<>` for the null sender, which the other one would not take.
                sender = (envelope.mail_from or "").removeprefix("<>")
                await client.sendmail(sender, [to], verdict + envelope.content)
        return "250 relayed"


@asynccontextmanager
async def relay() -> AsyncIterator[DeskMailer]:
    handler = DeskMailer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", 0)
    handler.port = server.sockets[0].getsockname()[1]
    async with server:
        yield handler


async def desk(start: StartServer, mail: DeskMailer, address: str, folder: Path) -> RunningServer:
    server = await start(
        data=folder,
        smtp_host="127.0.0.1",
        smtp_port=mail.port,
        smtp_security="none",
        mail_from=address,
        mail_listen="127.0.0.1:0",
        mail_authserv="mx",
        mail_gather_s=0,
    )
    assert server.mail_port is not None
    mail.ports[address.rpartition("@")[2]] = server.mail_port
    return server


async def hear(client: Client, words: str) -> str:
    """Wait for words that came by e-mail; return their conversation."""
    found = await client.receive(
        lambda frame: (
            frame.get("kind") == "message"
            and frame.get("way") == "mail"
            and words in (frame.get("text") or "")
        )
    )
    return str(found["conversation"])


async def test_two_desks_send_each_other_at_most_two_automatic_letters(
    start: StartServer, tmp_path: Path
) -> None:
    async with relay() as mail:
        ours = await desk(start, mail, OURS, tmp_path / "ours")
        theirs = await desk(start, mail, THEIRS, tmp_path / "theirs")
        async with technician(ours) as bob, technician(theirs, "eve") as eve:
            first = letter("Who are you?", to=OURS, sender=THEIRS)
            first["Authentication-Results"] = "mx; dmarc=pass header.from=theirs.example"
            await post(ours.mail_port, first, sender=THEIRS)
            here = await hear(bob, "Who are you?")
            for turn in range(TURNS):
                await bob.ok("send", conversation=here, text=f"ours {turn}")
                there = await hear(eve, f"ours {turn}")
                await eve.ok("send", conversation=there, text=f"theirs {turn}")
                assert await hear(bob, f"theirs {turn}") == here
            # Each desk confirms the first letter of the other, and answers no confirmation.
            assert [each["To"] for each in mail.automatic] == [THEIRS, OURS]
