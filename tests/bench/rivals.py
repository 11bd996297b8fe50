"""The measured servers: the chat server, and those that it is measured beside."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from chatserver.composition.services import build_accounts
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from chatserver.store.open import open_store
from tests.bench.line import Fields, Line, connect
from tests.bench.processor import Cores
from tests.bench.program import UNLIMITED, program

CUSTOMERS_EACH = 4
"""Conversations of one technician, as by default; the other servers' technicians have as many."""

TEXT = b"Please restart the modem, hold the button for ten seconds, and tell me what blinks."

CUSTOMER, TECHNICIAN = b">", b"<"
"""The side that wrote a message, as the first letter of its text."""


@dataclass(slots=True, eq=False)
class Pair:
    """A customer and a technician; `form` is the frame of a message, without its id and text."""

    customer: Line
    technician: Line
    form: bytes

    def say(self, load: bytes, number: int, by: bytes) -> None:
        """Send a message of one side; `load` and `number` are its unique id."""
        line = self.customer if by == CUSTOMER else self.technician
        line.say(
            self.form
            % {b"id": b"%b-%d" % (load, number), b"text": b"%b%d %b %b" % (by, number, load, TEXT)}
        )


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
class RelayingRival(ABC):
    """A server that passes messages on and knows nothing of pairing."""

    name: str
    process: int
    url: str
    customers_each: int = CUSTOMERS_EACH
    _pairs: list[Pair] = field(default_factory=list)

    async def pairs(self, count: int) -> list[Pair]:
        """Return `count` pairs: the existing ones and new ones."""
        while len(self._pairs) < count:
            desk = str(len(self._pairs) // self.customers_each)
            if len(self._pairs) % self.customers_each == 0:
                technician = await self.connect_technician(desk)
            else:
                technician = self._pairs[-1].technician
            self._pairs.append(await self.connect_customer(technician, desk))
        return self._pairs[:count]

    @abstractmethod
    async def connect_technician(self, desk: str) -> Line:
        """Connect a technician."""

    @abstractmethod
    async def connect_customer(self, technician: Line, desk: str) -> Pair:
        """Connect a customer of a connected technician."""

    @abstractmethod
    async def idle(self) -> Line:
        """Open one more connection that sends nothing."""


class RelayRival(RelayingRival):
    """A server that understands the addresses of `tests/bench/relay.py`."""

    async def connect_technician(self, desk: str) -> Line:
        """Connect a technician."""
        return await connect(f"{self.url}/{desk}")

    async def connect_customer(self, technician: Line, desk: str) -> Pair:
        """Connect a customer of a connected technician."""
        conversation = secrets.token_hex(13)
        customer = await connect(f"{self.url}/{desk}/{conversation}")
        return Pair(customer, technician, send_frame(conversation))

    async def idle(self) -> Line:
        """Open one more connection."""
        return await connect(f"{self.url}/idle/customer")


@dataclass(slots=True)
class ChatServer:
    """The chat server, with `synchronous=FULL` as in production."""

    process: int
    url: str
    tokens: list[str]
    customers_each: int = CUSTOMERS_EACH
    name: str = "chatserver"
    _pairs: list[Pair] = field(default_factory=list)
    _technicians: dict[str, Line] = field(default_factory=dict)

    async def pairs(self, count: int) -> list[Pair]:
        """Return `count` conversations: the existing ones and new ones."""
        while len(self._pairs) < count:
            if len(self._pairs) == len(self._technicians) * self.customers_each:
                await self._connect_technician(self.tokens[len(self._technicians)])
            customer = await self.idle()
            opened = await customer.ask({"type": "open", "id": "open"}, b'"type":"ok"')
            assigned = await customer.until(b'"kind":"assigned"')
            technician = self._technicians[_id(assigned["technician"])]
            self._pairs.append(Pair(customer, technician, send_frame(str(opened["conversation"]))))
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
        await line.ask(status | {"capacity": self.customers_each}, b'"type":"ok"')
        self._technicians[_id(welcome["technician"])] = line


def send_frame(conversation: str) -> bytes:
    """Return the frame of a message, without its id and text."""
    begin = b'{"type":"send","conversation":"%b",' % conversation.encode()
    return begin + b'"id":"%(id)b","text":"%(text)b"}'


@asynccontextmanager
async def relaying(
    name: str,
    module: str,
    *arguments: str,
    cores: Cores,
    customers_each: int = CUSTOMERS_EACH,
) -> AsyncIterator[RelayRival]:
    """Run a relay that is a module of this package."""
    relay = ("-m", f"tests.bench.{module}", *arguments)
    async with program(*relay, cores=cores) as (process, url, _):
        yield RelayRival(name, process.pid, url, customers_each)


def bare_relay(
    cores: Cores, customers_each: int = CUSTOMERS_EACH
) -> AbstractAsyncContextManager[RelayRival]:
    """Run the bare relay."""
    return relaying("bare relay", "relay", cores=cores, customers_each=customers_each)


@asynccontextmanager
async def chat_server(
    cores: Cores,
    pairs: int,
    customers_each: int = CUSTOMERS_EACH,
    *,
    module: str = "chatserver",
    settings: Mapping[str, str] = UNLIMITED,
) -> AsyncIterator[ChatServer]:
    """Run the chat server on a new data folder, with technicians for `pairs` conversations."""
    with TemporaryDirectory() as folder:
        tokens = await create_technicians(Path(folder), -(-pairs // customers_each))
        serve = ("-m", module, "serve", "--port", "0", "--data", folder)
        async with program(*serve, cores=cores, settings=settings) as (process, url, _):
            yield ChatServer(process.pid, url, tokens, customers_each)


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
