"""aiohttp listens and reads request heads; what stays open for long is taken out of its hands."""

import asyncio
from dataclasses import dataclass

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter


class HijackedResponse(web.Response):
    """What aiohttp is told it answered: nothing is written, the transport is not its any more."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


@dataclass(frozen=True, slots=True)
class HijackedTransport:
    """A transport that is aiohttp's no more, and the bytes that it had read beyond the request."""

    transport: asyncio.Transport
    beyond: bytes


def take_transport(request: web.Request) -> HijackedTransport:
    """The request's transport, of which aiohttp lets go; raises ConnectionResetError if lost."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError
    listener = request.protocol
    # Without a transport aiohttp can neither write to it nor close it when it lets go.
    listener.transport = None
    listener.connection_lost(None)
    return HijackedTransport(transport, listener._message_tail)
