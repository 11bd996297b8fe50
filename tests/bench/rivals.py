"""The measured servers: the chat server, the bare relay, and an echo to calibrate the load."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from chatserver.build import build_accounts
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from chatserver.store.open import open_store
from tests.bench.line import Fields, Line, connect
from tests.bench.processor import Cores
from tests.bench.program import program

CUSTOMERS_EACH = 4
"""Conversations of one technician, as by default; the other servers' receivers have as many."""

TEXT = "Please restart the modem, hold the button for ten seconds, and tell me what blinks."


@dataclass(slots=True, eq=False)
class Pair:
    """A sender, and the connection that receives its messages."""

    sender: Line
    receiver: Line
    conversation: str

    def frame(self, load: str, number: int) -> bytes:
        """Return a message with its number; `load` and number form a unique request id."""
        return (
            f'{{"type":"send","conversation":"{self.conversation}",'
            f'"id":"{load}-{number}","text":"#{number} {TEXT}"}}'
        ).encode()


class Rival(Protocol):
    """A server that relays messages, in a process of its own."""

    @property
    def name(self) -> str:
        """The name in tables."""

    @property
    def process(self) -> int:
        """The process id."""

    async def pairs(self, count: int) -> list[Pair]:
        """Return `count` pairs: the existing ones and new ones."""

    async def idle(self) -> Line:
        """Open one more connection that sends nothing."""


@dataclass(slots=True)
class RelayRival:
    """A server that relays messages and stores nothing."""

    name: str
    process: int
    url: str
    _pairs: list[Pair] = field(default_factory=list)
    _receiver: Line | None = None

    async def pairs(self, count: int) -> list[Pair]:
        """Return `count` pairs: the existing ones and new ones."""
        while len(self._pairs) < count:
            desk = f"{self.url}/{len(self._pairs) // CUSTOMERS_EACH}"
            # Four senders share a receiver, as four customers share a technician.
            if self._receiver is None or len(self._pairs) % CUSTOMERS_EACH == 0:
                self._receiver = await connect(f"{desk}/receive")
            self._pairs.append(
                Pair(await connect(f"{desk}/send"), self._receiver, secrets.token_hex(13))
            )
        return self._pairs[:count]

    async def idle(self) -> Line:
        """Open one more connection."""
        return await connect(f"{self.url}/idle/send")


@dataclass(slots=True)
class ChatServer:
    """The chat server, with `synchronous=FULL` as in production."""

    process: int
    url: str
    tokens: list[str]
    name: str = "chatserver"
    _pairs: list[Pair] = field(default_factory=list)
    _technicians: dict[str, Line] = field(default_factory=dict)

    async def pairs(self, count: int) -> list[Pair]:
        """Return `count` conversations: the existing ones and new ones."""
        while len(self._pairs) < count:
            if len(self._pairs) == len(self._technicians) * CUSTOMERS_EACH:
                await self._connect_technician(self.tokens[len(self._technicians)])
            customer = await self.idle()
            opened = await customer.ask({"type": "open", "id": "open"}, b'"type":"ok"')
            assigned = await customer.until(b'"kind":"assigned"')
            receiver = self._technicians[_id(assigned["technician"])]
            self._pairs.append(Pair(customer, receiver, str(opened["conversation"])))
        return self._pairs[:count]

    async def idle(self) -> Line:
        """Connect one more customer."""
        customer = await connect(f"{self.url}/live")
        await customer.ask({"type": "hello", "role": "customer"}, b'"type":"welcome"')
        return customer

    async def _connect_technician(self, token: str) -> None:
        line = await connect(f"{self.url}/live")
        hello: Fields = {"type": "hello", "role": "technician", "token": token}
        welcome = await line.ask(hello, b'"type":"welcome"')
        status: Fields = {"type": "status", "id": "s", "status": "online"}
        await line.ask(status | {"capacity": CUSTOMERS_EACH}, b'"type":"ok"')
        self._technicians[_id(welcome["technician"])] = line


@asynccontextmanager
async def bare_relay(cores: Cores) -> AsyncIterator[RelayRival]:
    """Run the bare relay."""
    async with program("-m", "tests.bench.relay", cores=cores) as (process, url, _):
        yield RelayRival("bare relay", process.pid, url)


@asynccontextmanager
async def echo(cores: Cores) -> AsyncIterator[RelayRival]:
    """Run the echo."""
    async with program("-m", "tests.bench.echo", cores=cores) as (process, url, _):
        yield RelayRival("echo", process.pid, url)


@asynccontextmanager
async def chat_server(cores: Cores, pairs: int) -> AsyncIterator[ChatServer]:
    """Run the chat server on a new data folder, with technicians for `pairs` conversations."""
    with TemporaryDirectory() as folder:
        tokens = await create_technicians(Path(folder), -(-pairs // CUSTOMERS_EACH))
        serve = ("-m", "chatserver", "serve", "--port", "0", "--data", folder)
        async with program(*serve, cores=cores) as (process, url, _):
            yield ChatServer(process.pid, url, tokens)


async def create_technicians(folder: Path, count: int) -> list[str]:
    """Create `count` technicians and return their API tokens."""
    settings = load_settings(None, data=folder)
    async with open_store(folder) as store:
        staff = build_accounts(store, settings)
        return [
            await staff.api_token(await staff.hire(f"bench-{number}", TechnicianTerms()))
            for number in range(1, count + 1)
        ]


def _id(person: object) -> str:
    assert isinstance(person, dict)
    return str(person["id"])
