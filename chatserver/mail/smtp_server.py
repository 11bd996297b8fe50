"""An SMTP server (RFC 5321) to which the site's mail server relays; it listens on loopback.

A letter is acknowledged once it is on disk, and refused with a code that the sender's server can
tell: 552 too large, 550 no such address, 452 the disk is full, 421 come back later.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from aiosmtpd import smtp

from chatserver.core.errors import StorageFull, Unavailable
from chatserver.core.incoming_mail.envelope import Envelope

MAX_CONNECTIONS = 10
"""Connections at once; each may hold one letter in memory."""

SPOOL_BYTES = 1 << 30
"""The spool's size at which senders are told to come back later."""

TIMEOUT_S = 120.0
"""Seconds of silence after which a connection is closed."""

MAX_RECIPIENTS = 100

_log: structlog.stdlib.BoundLogger = structlog.get_logger("mail listener")


class Spool(Protocol):
    """Letters on disk; every method is to be called in a thread."""

    def store(self, identifier: str, envelope: Envelope, content: bytes) -> None:
        """Store a letter durably; raises StorageFull and Unavailable."""

    def size_bytes(self) -> int:
        """Return the bytes of all letters that wait."""


@dataclass(slots=True)
class SmtpServer:
    """Accepts letters for `is_ours` addresses and spools them; `arrived` is called after each.

    `new_id` returns ids that sort by age; `limit_bytes` is of one letter.
    """

    spool: Spool
    is_ours: Callable[[str], bool]
    new_id: Callable[[], str]
    clock: Callable[[], int]
    arrived: Callable[[], None]
    limit_bytes: int
    port: int = 0
    _server: asyncio.Server | None = None
    _connections: set[asyncio.BaseTransport] = field(default_factory=set)

    async def listen(self, host: str, port: int) -> None:
        """Begin to listen; `port` 0 takes a free one. Raises OSError if the address is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and close the connections: what was not acknowledged is sent again."""
        if self._server is not None:
            self._server.close()
        for transport in list(self._connections):
            transport.close()

    def _protocol(self) -> asyncio.Protocol:
        if len(self._connections) >= MAX_CONNECTIONS:
            return _Busy()
        return _Connection(self)

    async def handle_MAIL(
        self,
        server: smtp.SMTP,
        _: smtp.Session,
        transaction: smtp.Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Refuse a letter while too many wait; aiosmtpd has checked the announced size."""
        if await asyncio.to_thread(self.spool.size_bytes) > SPOOL_BYTES:
            # 421 announces that the connection is closed (RFC 5321 §3.8).
            assert server.transport is not None
            asyncio.get_running_loop().call_soon(server.transport.close)
            return "421 4.3.2 Too many letters wait, come back later"
        transaction.mail_from = address
        transaction.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self,
        _: smtp.SMTP,
        __: smtp.Session,
        transaction: smtp.Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Accept the addresses of this site; unknown and unsigned ones get the same answer."""
        if not self.is_ours(address):
            return "550 5.1.1 No such address here"
        if len(transaction.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        transaction.rcpt_tos.append(address)
        transaction.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _: smtp.SMTP, __: smtp.Session, transaction: smtp.Envelope) -> str:
        """Spool a letter and acknowledge it."""
        content = transaction.content
        assert isinstance(content, bytes)
        recipients = tuple(address.lower() for address in transaction.rcpt_tos)
        # The library says `<>` for the empty sender of a report (RFC 5321 §4.5.5).
        sender = (transaction.mail_from or "").lower().removeprefix("<>")
        envelope = Envelope(sender, recipients, self.clock())
        identifier = self.new_id()
        try:
            await asyncio.to_thread(self.spool.store, identifier, envelope, content)
        except StorageFull:
            return "452 4.3.1 The disk is full, come back later"
        except Unavailable:
            return "451 4.3.0 The disk failed, come back later"
        self.arrived()
        return f"250 2.0.0 {identifier}"

    async def handle_exception(self, error: Exception) -> str:
        """Answer an unexpected error so that the sender tries again.

        The library would answer 500, at which the sender's server gives the letter up.
        """
        _log.error("mail refused", exc_info=error)
        return "451 4.3.0 Something went wrong, come back later"


class _Connection(smtp.SMTP):
    """One connection, which its listener knows as long as it is open."""

    def __init__(self, listener: SmtpServer) -> None:
        super().__init__(
            listener,
            hostname="chatserver",
            ident="ESMTP",
            data_size_limit=listener.limit_bytes or None,
            enable_SMTPUTF8=True,
            timeout=TIMEOUT_S,
            loop=asyncio.get_running_loop(),
        )
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._listener._connections.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.transport is not None:
            self._listener._connections.discard(self.transport)
        super().connection_lost(error)


class _Busy(asyncio.Protocol):
    """The answer to a connection beyond MAX_CONNECTIONS."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"421 4.3.2 Too many connections, come back later\r\n")
        transport.close()
