"""The SMTP server: the envelope that it spools, and its answers when a letter cannot be kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiosmtplib
import pytest

from chatserver.core.errors import StorageFull, Unavailable
from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.mail.smtp_server import MAX_CONNECTIONS, SPOOL_BYTES, SmtpServer

DESK, ANN = "help@example.org", "ann@example.net"


@dataclass(slots=True)
class FailingSpool:
    """A spool of some size that raises an error for each letter, if it has one."""

    error: Exception | None = None
    size: int = 0
    stored: list[Envelope] = field(default_factory=list)

    def store(self, identifier: str, envelope: Envelope, content: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.stored.append(envelope)

    def size_bytes(self) -> int:
        return self.size


@asynccontextmanager
async def listening(spool: FailingSpool) -> AsyncIterator[int]:
    server = SmtpServer(
        spool=spool,
        is_ours=DESK.__eq__,
        new_id=lambda: "A1",
        clock=lambda: 1_000,
        arrived=lambda: None,
        limit_bytes=1_000,
    )
    await server.listen("127.0.0.1", 0)
    try:
        yield server.port
    finally:
        await server.close()


def client(port: int) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)


async def test_a_report_is_spooled_with_an_empty_sender() -> None:
    # The library hands `<>` on, which would count as the address of a person to be answered.
    spool = FailingSpool()
    async with listening(spool) as port, client(port) as sender:
        await sender.sendmail("", [DESK], b"Subject: Undelivered\r\n\r\nFailed\r\n")
    assert spool.stored == [Envelope("", (DESK,), 1_000)]


@pytest.mark.parametrize(
    ("spool", "code"),
    [
        (FailingSpool(StorageFull()), 452),
        (FailingSpool(Unavailable()), 451),
        # A 500 would make the sender's server give the letter up.
        (FailingSpool(RuntimeError("a fault of ours")), 451),
        (FailingSpool(size=SPOOL_BYTES + 1), 421),
    ],
    ids=["full", "failing", "fault", "too much"],
)
async def test_a_letter_that_cannot_be_kept_is_refused_for_now(
    spool: FailingSpool, code: int
) -> None:
    async with listening(spool) as port:
        sender = client(port)
        await sender.connect()
        with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
            await sender.sendmail(ANN, [DESK], b"Subject: Lamp\r\n\r\nIt blinks\r\n")
        assert refused.value.code == code
        sender.close()


async def test_too_many_connections_are_told_to_come_back() -> None:
    async with listening(FailingSpool()) as port:
        senders = [client(port) for _ in range(MAX_CONNECTIONS)]
        for sender in senders:
            await sender.connect()
        with pytest.raises(aiosmtplib.SMTPException, match=r"421|Too many"):
            await client(port).connect()
        for sender in senders:
            sender.close()
