"""Kill a server with SIGKILL at random times and in the middle of disk operations."""

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

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.migrations import mint_epoch
from chatserver.store.engine.reader import scalar
from chatserver.store.maintenance.check import check_folder
from chatserver.store.maintenance.restore import restore
from tests.bench.faults.finding import FaultReport
from tests.bench.faults.load_clients import LoadProfile, load_clients
from tests.bench.faults.records import verdict
from tests.bench.faults.server import Server, serve_on_faulty_machine

PATIENCE_S = 30
"""Seconds to wait for the chosen operation; after that the server is killed anyway."""

MANY = 1_000_000
"""More changes than a migration makes."""

ACKNOWLEDGED_BETWEEN = 20
"""Messages that must be acknowledged between two kills."""


@dataclass(frozen=True, slots=True)
class KillPoint:
    """A point to kill at: one of the first `changes` changes of a file, or any time."""

    name: str
    path: str = ""
    changes: int = 1


JOURNALING = KillPoint("while appending to the journal", "/journal.", 40)
COMMITTING = KillPoint("while committing", "/chat.db-wal|", 40)
CHECKPOINTING = KillPoint("while checkpointing", "/chat.db|", 30)
ARCHIVING = KillPoint("while archiving", "/archive/", 25)
RECEIVING = KillPoint("while receiving a file", "/files/", 6)
ANY = KillPoint("at any moment")
BACKING_UP = KillPoint("server and backup, while backing up")
MIGRATING = "SIGKILL while migrating an old database"


async def kill_repeatedly(
    folder: Path, moments: Sequence[KillPoint], chance: random.Random, *, times: int = 1
) -> FaultReport:
    """Kill a server under load `times` times at each point, and compare log and records."""
    finding = FaultReport(f"SIGKILL {', '.join(moment.name for moment in moments)}", times=0)
    life = LoadProfile(
        file=4 if RECEIVING in moments else 0, messages=6 if ARCHIVING in moments else 12
    )
    quiet = 0 if ARCHIVING in moments else 900
    async with serve_on_faulty_machine(folder, archive_after_s=quiet) as server:
        async with load_clients(server, life) as clients:
            for moment in (*moments,) * times:
                await clients.acknowledged(ACKNOWLEDGED_BETWEEN)
                finding.times += await _kill(server, moment, chance)
                ended = time.monotonic()
                if not await server.start():
                    finding.faults.append(f"does not start again: {server.exit_code}")
                    return finding
                await clients.acknowledged(1)
                finding.recovered(time.monotonic() - ended)
            await clients.acknowledged(ACKNOWLEDGED_BETWEEN)
        if await server.kill(signal.SIGTERM) != 0:
            finding.faults.append("did not end well when asked to")
    finding.judge(await asyncio.to_thread(verdict, server.data, clients.records))
    finding.refusals = clients.records.count.refusals
    finding.faults += _faults_of_backup(server.data)
    return finding


async def _kill(server: Server, moment: KillPoint, chance: random.Random) -> bool:
    """Kill the server; returns True if it was at the chosen point."""
    if moment is BACKING_UP:
        await _kill_backup(server, chance)
        return True
    if not moment.path:
        await asyncio.sleep(chance.random() * 0.2)
        await server.kill()
        return True
    # The library kills the process inside the system call, which no signal from outside can time.
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
    """Kill the server and a running backup; a backup under its final name must be complete."""
    backup = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatserver", "backup", str(_backup_of(server.data))),
        *("--data", str(server.data)),
        stdout=asyncio.subprocess.DEVNULL,
    )
    # Waits until the copy is under way: a kill before would test nothing.
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
    shutil.rmtree(folder, ignore_errors=True)
    restore(folder, _backup_of(data))
    return [f"backup: {fault}" for fault in check_folder(folder).faults]


async def kill_during_migration(
    folder: Path, grown: Path, times: int, chance: random.Random
) -> FaultReport:
    """Kill a server while it migrates an old database; the next start must complete the migration.

    The old database gets the content of the one in `grown`.
    """
    finding = FaultReport(MIGRATING, times)
    old = folder / "old.db"
    events = await asyncio.to_thread(_make_old_database, grown / DATABASE, old)
    async with serve_on_faulty_machine(folder, started=False) as server:
        await asyncio.to_thread(_copy_database, old, server.data)
        server.machine.kill_in(MANY, f"/{DATABASE}")
        await server.start()
        # A first complete migration counts the changes, so that later kills are spread over all of
        # them.
        changes = MANY - server.machine.kills_in()
        await server.kill()
        for _ in range(times):
            await asyncio.to_thread(_copy_database, old, server.data)
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
            found = await asyncio.to_thread(check_folder, server.data)
            finding.acknowledged += events
            finding.lost += events - found.events
            finding.faults += found.faults
    return finding


def _make_old_database(source: Path, target: Path) -> int:
    """Create a database of the first version with the content of `source`; returns its events."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(open_database(target)) as database:
        first = files("chatserver.store.engine").joinpath("schema/0001_log.sql").read_text("utf-8")
        database.executescript(f"{first}\nPRAGMA user_version=1;")
        mint_epoch(database)
        database.execute("ATTACH ? AS grown", (str(source),))
        for table in ("customers", "customer_tokens", "conversations", "events", "requests"):
            columns = ", ".join(row[1] for row in database.execute(f"PRAGMA table_info({table})"))
            sql = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM grown.{table}"
            database.execute(sql)
        return scalar(database, "SELECT count(*) FROM events")


def _copy_database(old: Path, data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    shutil.copy(old, data / DATABASE)
