"""`python -m tests.mail.kills [N]`: N letters while the server is killed again and again.

A sender with a queue, as a mail server has one, relays letters and repeats what it heard no 250
for; meanwhile SIGKILL comes at a random moment. At the end each letter is in the log once.
"""

import asyncio
import random
import re
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import aiosmtplib

from chatserver.core.conversation.events import Message
from chatserver.core.log import LogPage
from chatserver.store.open import open_store
from tests.program import Program

DESK = "help@example.org"
LETTERS_A_LIFE = 5
"""Letters that are sent in one life of the server, if it lives long enough."""

LONGEST_LIFE_S = 0.3
"""Seconds after the first letter in which the kill comes: some come before any 250."""


async def send(port: int, number: int) -> bool:
    """Relay a letter; return True if it was acknowledged."""
    # Five letters of each customer: the first three open cases, the others join the newest.
    sender = f"customer{number // 5}@example.net"
    head = f"From: {sender}\r\nTo: {DESK}\r\nMessage-ID: <{number}@example.net>\r\n"
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
    try:
        async with client:
            await client.sendmail(sender, [DESK], f"{head}\r\nletter {number}\r\n".encode())
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


async def one_life(program: Program, queue: list[int], dies: bool) -> None:
    """Start the server, send from the queue, and kill the server in the middle of it."""
    assert program.log is not None
    program.port = 0
    program.log.unlink(missing_ok=True)
    await program.start()
    found = re.search(r'"port": (\d+), "event": "listening for', program.log.read_text())
    assert found
    killed = asyncio.create_task(_kill_later(program)) if dies else None
    for number in queue[:LETTERS_A_LIFE] if dies else list(queue):
        if await send(int(found[1]), number):
            queue.remove(number)
    if killed is not None:
        await killed
        return
    spool = program.data / "mail"
    # The files of another process, which tells nobody when it has emptied the folder.
    while [*spool.glob("*.mail")]:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    await program.kill(signal.SIGTERM)


async def _kill_later(program: Program) -> None:
    await asyncio.sleep(random.uniform(0, LONGEST_LIFE_S))
    await program.kill()


async def counted(data: Path) -> Counter[str]:
    """Return how often the log has each text."""
    texts: Counter[str] = Counter()
    async with open_store(data) as store:
        for record in await store.conversations.list_open():
            page = LogPage(after=0, limit=200)
            events = await store.log.read_page(record.conversation.id, page, internal=True)
            texts.update(str(each.fact.text) for each in events if isinstance(each.fact, Message))
    return texts


async def run(letters: int) -> int:
    """Return 0 if no letter was lost or doubled, else 1."""
    with tempfile.TemporaryDirectory() as folder:
        data, log = Path(folder) / "data", Path(folder) / "log"
        settings: dict[str, object] = {
            "smtp_host": "localhost",
            "mail_from": DESK,
            "mail_listen": "127.0.0.1:0",
        }
        program, queue, lives = Program(data, settings, log=log), list(range(letters)), 0
        while queue:
            await one_life(program, queue, dies=True)
            lives += 1
        await one_life(program, queue, dies=False)
        found = await counted(data)
    lost = [number for number in range(letters) if not found[f"letter {number}"]]
    doubled = [text for text, count in found.items() if count > 1]
    print(f"{letters} letters, {lives} kills: lost {len(lost)}, doubled {len(doubled)}")
    return int(bool(lost or doubled))


if __name__ == "__main__":
    sys.exit(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 20)))
