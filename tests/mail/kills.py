"""`python -m tests.mail.kills [N]`: N kills of the server while letters come in.

A sender with a queue, as a mail server has one, relays letters and repeats those for which no 250
came. SIGKILL comes within the system calls by which the server stores a letter in its spool (after
the data, before the 250), and by which it takes letters from there into the log. At the end each
letter is in the log once.
"""

import asyncio
import random
import signal
import sys
import tempfile
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiosmtplib

from chatserver.core.conversation.events import Message
from chatserver.core.log import LogPage
from chatserver.store.open import open_store
from tests.bench.faults.kills import KillPoint
from tests.bench.faults.server import Server, serve_on_faulty_machine
from tests.conftest import steady_port

DESK = "help@example.org"
SPOOLING = KillPoint("while storing a letter in the spool", ".part|", 3)
TAKING_OUT = KillPoint("while removing a letter from the spool", ".mail|", 2)
APPENDING = KillPoint("while taking letters into the log", "/chat.db-wal|", 12)
POINTS = (SPOOLING, APPENDING, TAKING_OUT)

LETTERS_OF_A_CUSTOMER = 5
"""The first three open a case each, the others join the newest: so many may be open at a time."""


@dataclass(slots=True)
class MailQueue:
    """The sender's queue: a letter leaves it when a 250 has come."""

    port: int
    written: int = 0
    waiting: deque[int] = field(default_factory=deque)
    acknowledged: list[int] = field(default_factory=list)

    async def relay_one(self) -> None:
        """Relay the first letter of the queue, or a new one."""
        if not self.waiting:
            self.waiting.append(self.written)
            self.written += 1
        if await _send(self.port, self.waiting[0]):
            self.acknowledged.append(self.waiting.popleft())
        else:
            # Between two tries a mail server waits, too; here the server is just starting.
            await asyncio.sleep(0.01)


@dataclass(frozen=True, slots=True)
class MailKills:
    """The outcome: the kills at each point, and how the log differs from the sender's queue."""

    kills: Counter[str]
    acknowledged: int
    lost: list[int]
    doubled: list[str]


async def kill_repeatedly(folder: Path, times: int, chance: random.Random) -> MailKills:
    """Kill a server `times` times at points in turn, and compare its log with the queue."""
    queue, kills = MailQueue(steady_port()), Counter[str]()
    settings: dict[str, Any] = {
        "smtp_host": "localhost",
        "mail_from": DESK,
        "mail_listen": f"127.0.0.1:{queue.port}",
    }
    async with serve_on_faulty_machine(folder, **settings) as server:
        for number in range(times):
            point = POINTS[number % len(POINTS)]
            server.machine.kill_in(chance.randint(1, point.changes), point.path)
            while server.exit_code is None:
                await queue.relay_one()
            server.machine.heal()
            if server.exit_code == -signal.SIGKILL:
                kills[point.name] += 1
            await server.start()
        while queue.waiting:
            await queue.relay_one()
        await _empty_spool(server)
        await server.kill(signal.SIGTERM)
    found = await _texts(server.data)
    return MailKills(
        kills,
        len(queue.acknowledged),
        [number for number in queue.acknowledged if not found[_text(number)]],
        [text for text, count in found.items() if count > 1],
    )


async def _send(port: int, number: int) -> bool:
    """Relay a letter; return True if it was acknowledged."""
    sender = f"customer{number // LETTERS_OF_A_CUSTOMER}@example.net"
    head = f"From: {sender}\r\nTo: {DESK}\r\nMessage-ID: <{number}@example.net>\r\n"
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
    try:
        async with client:
            await client.sendmail(sender, [DESK], f"{head}\r\n{_text(number)}\r\n".encode())
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


def _text(number: int) -> str:
    return f"letter {number}"


async def _empty_spool(server: Server) -> None:
    # The files of another process, which tells nobody when it has emptied the folder.
    while [*(server.data / "mail").glob("*.mail")]:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def _texts(data: Path) -> Counter[str]:
    """Return how often the log has each text."""
    texts: Counter[str] = Counter()
    async with open_store(data) as store:
        for record in await store.conversations.list_open():
            page = LogPage(after=0, limit=200)
            events = await store.log.read_page(record.conversation.id, page, internal=True)
            texts.update(str(each.fact.text) for each in events if isinstance(each.fact, Message))
    return texts


async def run(times: int) -> int:
    """Print the outcome; return 0 if no letter was lost or doubled, else 1."""
    with tempfile.TemporaryDirectory() as name:
        folder = await asyncio.to_thread(Path(name).resolve)
        outcome = await kill_repeatedly(folder, times, random.Random(times))
    for point, count in outcome.kills.items():
        print(f"{count} kills {point}")
    lost, doubled = len(outcome.lost), len(outcome.doubled)
    print(f"{outcome.acknowledged} letters acknowledged: lost {lost}, doubled {doubled}")
    return int(bool(lost or doubled))


if __name__ == "__main__":
    sys.exit(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100)))
