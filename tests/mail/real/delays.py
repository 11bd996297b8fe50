"""Letters that the desk cannot take now: their sender is told why, and they come once later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from chatserver.mail.smtp_server import MAX_CONNECTIONS
from tests.mail.office import Office, office
from tests.mail.real.daemon import command, free_port
from tests.mail.real.desk import ANN, Desk, desk, letter
from tests.mail.real.transfer_agents import Routes, TransferAgent

SPOOL_KIBIBYTES = 256
"""The size of the disk of the spool, which is in memory."""


async def delay(agent: TransferAgent, folder: Path, programs: Path) -> str:
    """Fill the disk, and then all connections; return what the sender was told of each."""
    listen = free_port()
    (folder / "agent").mkdir()
    async with (
        office() as customers,
        agent(folder / "agent", Routes(listen, customers.port, programs, warning_s=1)) as port,
        _small_disk(folder / "data" / "mail") as spool,
        desk(folder / "data", port, listen) as there,
    ):
        _fill(spool / "filler")
        await there.post(letter("on a full disk"))
        await _told(customers, "452 4.3.1")
        (spool / "filler").unlink()
        await _comes(there, "on a full disk")
        async with _busy(listen):
            await there.post(letter("beyond all connections"))
            await _told(customers, "421 4.3.2")
        await _comes(there, "beyond all connections")
    return "452 of a full disk and 421 of full connections told to the sender, taken once later"


@asynccontextmanager
async def _small_disk(folder: Path) -> AsyncIterator[Path]:
    await command("mkdir", "-p", folder)
    options = ("-t", "tmpfs", "-o", f"size={SPOOL_KIBIBYTES}k")
    await command("mount", *options, "tmpfs", folder)
    try:
        yield folder
    finally:
        await command("umount", folder)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(b"x" * 1024):
            pass


@asynccontextmanager
async def _busy(port: int) -> AsyncIterator[None]:
    """Hold every connection that the desk takes."""
    async with AsyncExitStack() as held:
        for _ in range(MAX_CONNECTIONS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            held.callback(writer.close)
            assert (await reader.readline()).startswith(b"220")
        yield


async def _told(customers: Office, code: str) -> None:
    """Wait for the letter in which the mail server tells that it tries on."""
    count = len(customers.letters)
    warning = await customers.arrived(count + 1)
    assert customers.receivers[count] == [ANN]
    assert code in warning.as_string(), warning.as_string()


async def _comes(there: Desk, words: str) -> None:
    heard = await there.heard()
    assert heard["text"] == words, heard
    await there.marked()
