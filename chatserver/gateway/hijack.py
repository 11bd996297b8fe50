"""Takes a connection over from aiohttp, which listens and reads the request's head."""

import asyncio
from dataclasses import dataclass

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter


class HijackedResponse(web.Response):
    """The response that aiohttp is given for a hijacked request: it writes nothing."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


@dataclass(frozen=True, slots=True)
class HijackedTransport:
    """A transport taken from aiohttp, and the bytes it had read beyond the request."""

    transport: asyncio.Transport
    beyond: bytes


def take_transport(request: web.Request) -> HijackedTransport:
    """Return the request's transport, detached from aiohttp.

    Raises ConnectionResetError when the client is gone already.
    """
    transport = request.transport
    if transport is None:
        raise ConnectionResetError
    listener = request.protocol
    # Without a transport aiohttp can neither write to it nor close it when it lets go.
    listener.transport = None
    listener.connection_lost(None)
    return HijackedTransport(transport, listener._message_tail)
