"""What is measured: the server, the bare relay, and an echo that shows what the load can drive."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from chatserver.app import staff_of
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings import load_settings
from chatserver.store.open import open_store
from tests.bench.line import Fields, Line, call
from tests.bench.processor import Cores
from tests.bench.program import program

CUSTOMERS_EACH = 4
"""Conversations of one technician, as the server's default has it; the rivals' receivers too."""

TEXT = "Please restart the modem, hold the button for ten seconds, and tell me what blinks."


@dataclass(slots=True, eq=False)
class Pair:
    """A sender, and the connection at which its messages arrive."""

    sender: Line
    receiver: Line
    conversation: str

    def frame(self, load: str, number: int) -> bytes:
        """A message that says its number; `load` and number together are used once."""
        return (
            f'{{"type":"send","conversation":"{self.conversation}",'
            f'"id":"{load}-{number}","text":"#{number} {TEXT}"}}'
        ).encode()


class Rival(Protocol):
    """Something that passes messages on, in a process of its own."""

    @property
    def name(self) -> str:
        """As it is called in tables."""

    @property
    def process(self) -> int:
        """Its number."""

    async def pairs(self, count: int) -> list[Pair]:
        """So many senders and receivers: those there are, and new ones."""

    async def idle(self) -> Line:
        """One more session that says nothing."""


@dataclass(slots=True)
class RelayRival:
    """Passes on what it is sent, and keeps nothing."""

    name: str
    process: int
    url: str
    _pairs: list[Pair] = field(default_factory=list)
    _receiver: Line | None = None

    async def pairs(self, count: int) -> list[Pair]:
        """So many senders and receivers: those there are, and new ones."""
        while len(self._pairs) < count:
            desk = f"{self.url}/{len(self._pairs) // CUSTOMERS_EACH}"
            if self._receiver is None or len(self._pairs) % CUSTOMERS_EACH == 0:
                self._receiver = await call(f"{desk}/receive")
            self._pairs.append(
                Pair(await call(f"{desk}/send"), self._receiver, secrets.token_hex(13))
            )
        return self._pairs[:count]

    async def idle(self) -> Line:
        """One more connection."""
        return await call(f"{self.url}/idle/send")


@dataclass(slots=True)
class ChatServer:
    """The server, with `synchronous=FULL` as always."""

    process: int
    url: str
    tokens: list[str]
    name: str = "chatserver"
    _pairs: list[Pair] = field(default_factory=list)
    _technicians: dict[str, Line] = field(default_factory=dict)

    async def pairs(self, count: int) -> list[Pair]:
        """So many conversations: those there are, and new ones."""
        while len(self._pairs) < count:
            if len(self._pairs) == len(self._technicians) * CUSTOMERS_EACH:
                await self._come_to_work(self.tokens[len(self._technicians)])
            customer = await self.idle()
            opened = await customer.ask({"type": "open", "id": "open"}, b'"type":"ok"')
            assigned = await customer.until(b'"kind":"assigned"')
            receiver = self._technicians[_id(assigned["technician"])]
            self._pairs.append(Pair(customer, receiver, str(opened["conversation"])))
        return self._pairs[:count]

    async def idle(self) -> Line:
        """A customer who has said hello."""
        customer = await call(f"{self.url}/live")
        await customer.ask({"type": "hello", "role": "customer"}, b'"type":"welcome"')
        return customer

    async def _come_to_work(self, token: str) -> None:
        line = await call(f"{self.url}/live")
        hello: Fields = {"type": "hello", "role": "technician", "token": token}
        welcome = await line.ask(hello, b'"type":"welcome"')
        status: Fields = {"type": "status", "id": "s", "status": "online"}
        await line.ask(status | {"capacity": CUSTOMERS_EACH}, b'"type":"ok"')
        self._technicians[_id(welcome["technician"])] = line


@asynccontextmanager
async def bare_relay(cores: Cores) -> AsyncIterator[RelayRival]:
    """The ceiling, running."""
    async with program("-m", "tests.bench.relay", cores=cores) as (process, url, _):
        yield RelayRival("bare relay", process.pid, url)


@asynccontextmanager
async def echo(cores: Cores) -> AsyncIterator[RelayRival]:
    """What takes next to no time to answer, running."""
    async with program("-m", "tests.bench.echo", cores=cores) as (process, url, _):
        yield RelayRival("echo", process.pid, url)


@asynccontextmanager
async def chat_server(cores: Cores, pairs: int) -> AsyncIterator[ChatServer]:
    """The server, running on a folder where nothing has happened; technicians for so many pairs."""
    with TemporaryDirectory() as folder:
        tokens = await hired(Path(folder), -(-pairs // CUSTOMERS_EACH))
        serve = ("-m", "chatserver", "serve", "--port", "0", "--data", folder)
        async with program(*serve, cores=cores) as (process, url, _):
            yield ChatServer(process.pid, url, tokens)


async def hired(folder: Path, count: int) -> list[str]:
    """So many technicians' API tokens."""
    settings = load_settings(None, data=folder)
    async with open_store(folder) as store:
        staff = staff_of(store, settings)
        return [
            await staff.api_token(await staff.hire(f"bench-{number}", TechnicianTerms()))
            for number in range(1, count + 1)
        ]


def _id(person: object) -> str:
    assert isinstance(person, dict)
    return str(person["id"])
