"""A deliberately naive client, written from the wire contract alone."""

import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.wire.contract import undocumented

Frame = dict[str, Any]  # a client sees JSON, of which it knows only what the contract says


class ClientTransport(Protocol):
    """The transport of a client's frames, such as a WebSocket."""

    async def send(self, message: str | bytes, /) -> None:
        """Send one frame."""

    async def recv(self) -> str | bytes:
        """Return the next frame; raises ConnectionClosed with the server's code."""


class Served(Protocol):
    """A server, in this process or in one of its own."""

    @property
    def url(self) -> str:
        """The base URL."""


Connect = Callable[..., AbstractAsyncContextManager[ClientTransport]]


class Client:
    """One session. Frames that arrive before a test asks for them are kept until then."""

    def __init__(self, line: ClientTransport) -> None:
        self.line = line
        self.kept: list[Frame] = []
        self.welcome: Frame = {}
        self._ids = (f"{secrets.token_hex(4)}-{number}" for number in count(1))

    @property
    def connection(self) -> ClientConnection:
        """The WebSocket; fails for another transport."""
        assert isinstance(self.line, ClientConnection)
        return self.line

    async def send(self, frame: object) -> None:
        """Send any frame, valid or not."""
        await self.line.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    async def receive(self, wanted: Callable[[Frame], bool]) -> Frame:
        """Return the next frame that fits; earlier ones that do not are kept."""
        for number, frame in enumerate(self.kept):
            if wanted(frame):
                return self.kept.pop(number)
        while True:
            arrived: Frame = json.loads(await self.line.recv())
            if arrived["type"] != "ok":
                # Clients of others are written from the contract, too: it must have every field.
                assert undocumented(arrived) == []
            if wanted(arrived):
                return arrived
            self.kept.append(arrived)

    async def next(self, frame_type: str, /, **fields: object) -> Frame:
        """Return the next frame of this type with these fields."""
        return await self.receive(
            lambda frame: (
                frame["type"] == frame_type
                and all(frame.get(name) == value for name, value in fields.items())
            )
        )

    async def event(self, kind: str, conversation: str | None = None) -> Frame:
        """Return the next event of this kind."""
        fields = {} if conversation is None else {"conversation": conversation}
        return await self.next("event", kind=kind, **fields)

    async def ask(self, kind: str, *, request: str | None = None, **fields: object) -> Frame:
        """Send a request and return its answer, `ok` or `error`."""
        identifier = request or next(self._ids)
        await self.send({"type": kind, "id": identifier, **fields})
        return await self.receive(lambda frame: frame.get("id") == identifier)

    async def ok(self, kind: str, **fields: Any) -> Frame:
        """Send a request that must succeed."""
        answer = await self.ask(kind, **fields)
        assert answer["type"] == "ok", answer
        assert undocumented(answer, kind) == []
        return answer

    async def refused(self, kind: str, **fields: Any) -> Frame:
        """Send a request that must be refused."""
        answer = await self.ask(kind, **fields)
        assert answer["type"] == "error", answer
        return answer

    async def settle(self) -> list[Frame]:
        """Return all frames that arrive before the answer to one more request.

        A session is answered in order, so nothing that came before can still be on its way.
        """
        await self.send({"type": "settle", "id": "settle"})
        await self.receive(lambda frame: frame.get("id") == "settle")
        kept, self.kept = self.kept, []
        return kept

    async def close_code(self) -> int:
        """Return the code with which the server closes."""
        try:
            while True:
                self.kept.append(json.loads(await self.line.recv()))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


def live_url(server: Served) -> str:
    return server.url.replace("http", "ws", 1) + "/live"


@asynccontextmanager
async def websocket(server: Served, **options: Any) -> AsyncIterator[ClientTransport]:
    """Open a WebSocket, the transport that clients use as a rule."""
    async with connect(live_url(server), compression=None, **options) as connection:
        yield connection


carrier: Connect = websocket
"""The transport of the running test's sessions; the fixture `both_carriers` changes it."""


@asynccontextmanager
async def connected(server: Served, **options: Any) -> AsyncIterator[Client]:
    """Open a connection and send no hello."""
    async with carrier(server, **options) as line:
        yield Client(line)


@asynccontextmanager
async def session(server: Served, **hello: Any) -> AsyncIterator[Client]:
    """Open a session and wait for its welcome."""
    async with connected(server) as client:
        await client.send({"type": "hello", **hello})
        client.welcome = await client.next("welcome")
        yield client


@asynccontextmanager
async def customer(server: Served, **hello: Any) -> AsyncIterator[Client]:
    async with session(server, role="customer", **({"name": "Ann"} | hello)) as client:
        yield client


async def hired(
    server: RunningServer,
    login: str,
    *,
    capacity: int = 2,
    rank: Rank = Rank.TECHNICIAN,
    topics: frozenset[str] = frozenset(),
) -> str:
    """Hire a technician and return an API token."""
    terms = TechnicianTerms(login.title(), rank, capacity, topics)
    account = await server.accounts.hire(login, terms)
    # Else the server knows new topics only by its look for changes, once a second.
    await server.site.reload_settings()
    return await server.accounts.api_token(account)


@asynccontextmanager
async def technician(
    server: RunningServer,
    login: str = "bob",
    *,
    status: str = "online",
    hello: Frame | None = None,
    **terms: Any,
) -> AsyncIterator[Client]:
    """Open the session of a technician and set the status."""
    token = await hired(server, login, **terms)
    async with session(server, role="technician", token=token, **(hello or {})) as client:
        await client.ok("status", status=status)
        yield client


async def opened(client: Client, **fields: Any) -> str:
    """Open a conversation and return its id."""
    return str((await client.ok("open", **fields))["conversation"])
