"""A client for server-sent events and posts, written from the wire contract alone."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from chatserver.app import RunningServer

FRAMES = "/live/frames"


class Stream:
    """An open event stream and the posts beside it; a ClientTransport."""

    def __init__(self, http: aiohttp.ClientSession, answer: aiohttp.ClientResponse) -> None:
        self.http = http
        self.answer = answer
        self.key = ""
        self.number = 1

    async def event(self) -> tuple[str, str]:
        """Return name and data of the next event; raises ConnectionClosed at the end."""
        name, data = "message", ""
        async for raw in self.answer.content:
            field, _, value = raw.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                data = value
            elif not field:
                return name, data
        raise ConnectionClosedError(None, None)

    async def recv(self) -> str | bytes:
        """Return the next frame; pings on the way are answered."""
        while True:
            name, data = await self.event()
            if name == "message":
                return data
            if name == "ping":
                assert await self.post(b"", number=None) == 204
            else:
                assert name == "close"
                closed = json.loads(data)
                raise ConnectionClosedError(Close(closed["code"], closed["reason"]), None)

    async def send(self, message: str | bytes, /) -> None:
        """Post the next frame."""
        number, self.number = self.number, self.number + 1
        await self.post(message, number=number)

    async def post(self, body: str | bytes, *, number: int | None, key: str | None = None) -> int:
        """Post under any number and key, valid or not; return the status."""
        headers = {"X-Session": self.key if key is None else key}
        if number is not None:
            headers["X-Sequence"] = str(number)
        async with self.http.post(FRAMES, data=body, headers=headers) as answer:
            return answer.status


@asynccontextmanager
async def stream(
    server: RunningServer, *, origin: str | None = None, headers: dict[str, str] | None = None
) -> AsyncIterator[Stream]:
    """Open a stream and read its key; raises ClientResponseError if it is refused."""
    given = (headers or {}) | ({} if origin is None else {"Origin": origin})
    async with aiohttp.ClientSession(server.url, timeout=aiohttp.ClientTimeout(None)) as http:
        answer = await http.get("/live/events", headers=given)
        answer.raise_for_status()
        line = Stream(http, answer)
        name, data = await line.event()
        assert name == "session"
        line.key = json.loads(data)["key"]
        try:
            yield line
        finally:
            answer.close()
