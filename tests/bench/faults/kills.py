"""SIGKILL: at random moments, and in the midst of what a server does with its disk."""

import asyncio
import random
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from chatserver.store.connection import open_database
from chatserver.store.maintenance import check
from chatserver.store.migrations import mint_epoch
from chatserver.store.open import DATABASE
from chatserver.store.reader import scalar
from tests.bench.faults.finding import FaultReport
from tests.bench.faults.load_clients import Life, witnesses
from tests.bench.faults.records import verdict
from tests.bench.faults.server import Server, serving

PATIENCE_S = 30
"""Seconds in which a server comes to what it is to be killed at; then it is killed anyhow."""

MANY = 1_000_000
"""More changes than there are when a database is migrated."""

BETWEEN = 20
"""Messages that are acknowledged between two kills."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill: at one of the first `changes` changes of a file, or at any time."""

    name: str
    path: str = ""
    changes: int = 1


COMMITTING = Moment("while committing", "/chat.db-wal|", 40)
CHECKPOINTING = Moment("while checkpointing", "/chat.db|", 30)
ARCHIVING = Moment("while archiving", "/archive/", 25)
RECEIVING = Moment("while receiving a file", "/files/", 6)
ANY = Moment("at any moment")
BACKING_UP = Moment("server and backup, while backing up")
MIGRATING = "SIGKILL while migrating an old database"


async def killed(
    folder: Path, moments: Sequence[Moment], chance: random.Random, *, times: int = 1
) -> FaultReport:
    """Kill a server under load at each of these moments, and that so many times; then compare its
    log with the clients' records.
    """
    finding = FaultReport(f"SIGKILL {', '.join(moment.name for moment in moments)}", times=0)
    life = Life(file=4 if RECEIVING in moments else 0, messages=6 if ARCHIVING in moments else 12)
    quiet = 0 if ARCHIVING in moments else 900
    async with serving(folder, archive_after_s=quiet) as server:
        async with witnesses(server, life) as everybody:
            for moment in (*moments,) * times:
                await everybody.acknowledged(BETWEEN)
                finding.times += await _kill(server, moment, chance)
                ended = time.monotonic()
                if not await server.start():
                    finding.faults.append(f"does not start again: {server.exit_code}")
                    return finding
                await everybody.acknowledged(1)
                finding.recovered(time.monotonic() - ended)
            await everybody.acknowledged(BETWEEN)
        if await server.kill(signal.SIGTERM) != 0:
            finding.faults.append("did not end well when asked to")
    finding.judge(await asyncio.to_thread(verdict, server.data, everybody.records))
    finding.told = everybody.records.count.refusals
    finding.faults += _faults_of_backup(server.data)
    return finding


async def _kill(server: Server, moment: Moment, chance: random.Random) -> bool:
    """Whether it was at this moment."""
    if moment is BACKING_UP:
        await _kill_backup(server, chance)
        return True
    if not moment.path:
        await asyncio.sleep(chance.random() * 0.2)
        await server.kill()
        return True
    server.machine.kill_in(chance.randint(1, moment.changes), moment.path)
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            await server.ended()
    server.machine.heal()
    if server.exit_code is None:
        await server.kill()
        return False
    return True


async def _kill_backup(server: Server, chance: random.Random) -> None:
    """Kill the server and a backup of it; what the backup is called by its name is whole."""
    backup = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatserver", "backup", str(_backup_of(server.data))),
        *("--data", str(server.data)),
        stdout=asyncio.subprocess.DEVNULL,
    )
    partial = _backup_of(server.data).with_suffix(".db.partial")
    while backup.returncode is None and not partial.exists():
        with suppress(TimeoutError):
            async with asyncio.timeout(0.002):
                await backup.wait()
    await asyncio.sleep(chance.random() * 0.01)
    if backup.returncode is None:
        backup.kill()
    await backup.wait()
    await server.kill()


def _backup_of(data: Path) -> Path:
    return data.with_name("backup.db")


def _faults_of_backup(data: Path) -> list[str]:
    if not _backup_of(data).exists():
        return []
    folder = data.with_name("backed-up")
    folder.mkdir(exist_ok=True)
    shutil.copy(_backup_of(data), folder / DATABASE)
    return [f"backup: {fault}" for fault in check(folder).faults]


async def killed_while_migrating(
    folder: Path, grown: Path, times: int, chance: random.Random
) -> FaultReport:
    """Start on an old copy of the database in `grown`, and kill while it migrates; then start
    again, which must bring everything up to date.
    """
    finding = FaultReport(MIGRATING, times)
    old = folder / "old.db"
    events = await asyncio.to_thread(_make_old, grown / DATABASE, old)
    async with serving(folder, started=False) as server:
        await asyncio.to_thread(_lay_out, old, server.data)
        server.machine.kill_in(MANY, f"/{DATABASE}")
        await server.start()
        changes = MANY - server.machine.kills_in()
        await server.kill()
        for _ in range(times):
            await asyncio.to_thread(_lay_out, old, server.data)
            server.machine.kill_in(chance.randint(1, changes), f"/{DATABASE}")
            if await server.start():
                await server.kill()
            server.machine.heal()
            started = time.monotonic()
            if not await server.start():
                finding.faults.append(f"does not start again: {server.exit_code}")
                return finding
            finding.recovered(time.monotonic() - started)
            await server.kill(signal.SIGTERM)
            found = await asyncio.to_thread(check, server.data)
            finding.acknowledged += events
            finding.lost += events - found.events
            finding.faults += found.faults
    return finding


def _make_old(source: Path, target: Path) -> int:
    """A database as the first version made it, with what another one has; how many events."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(open_database(target)) as database:
        first = files("chatserver.store").joinpath("schema/0001_log.sql").read_text("utf-8")
        database.executescript(f"{first}\nPRAGMA user_version=1;")
        mint_epoch(database)
        database.execute("ATTACH ? AS grown", (str(source),))
        for table in ("customers", "customer_tokens", "conversations", "events", "requests"):
            columns = ", ".join(row[1] for row in database.execute(f"PRAGMA table_info({table})"))
            sql = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM grown.{table}"
            database.execute(sql)
        return scalar(database, "SELECT count(*) FROM events")


def _lay_out(old: Path, data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    shutil.copy(old, data / DATABASE)
