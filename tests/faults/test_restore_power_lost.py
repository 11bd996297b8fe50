"""A power failure during a restore leaves the data from before, or the backup."""

import asyncio
import random
import sys
from contextlib import closing
from pathlib import Path

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.migrations import epoch
from chatserver.store.folder.lock import sole_server
from chatserver.store.maintenance.check import check_folder
from tests.bench.faults.disk import Disk, read_record
from tests.bench.faults.load_clients import LoadProfile, load_clients
from tests.bench.faults.machine import Machine
from tests.bench.faults.server import serve_on_faulty_machine
from tests.program import environment, run

# Not after every change of the disk: each cut is started and checked as a whole.
CUTS = 40


async def restored(backup: Path, data: Path, machine: Machine) -> None:
    """Restore a backup as the command does, on a machine that records writes to the disk."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatserver", "restore", str(backup), "--data", str(data)),
        env=environment() | machine.environment,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0


def found(data: Path) -> tuple[str, int]:
    """Return the epoch and the number of events of a sound log, as the next start finds it."""
    # Taking the lock finishes or undoes a half-done restore, as the next start of a server does.
    with sole_server(data):
        pass
    with closing(open_database(data / DATABASE)) as database:
        known = epoch(database)
    finding = check_folder(data)
    assert finding.faults == []
    return known, finding.events


async def test_the_former_log_is_there_or_the_backup_and_never_both(tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar"
    async with (
        serve_on_faulty_machine(tmp_path) as server,
        load_clients(server, LoadProfile(messages=5)) as everybody,
    ):
        await everybody.acknowledged(20)
        await run("backup", backup, "--data", server.data)
        await everybody.acknowledged(60)
    data = server.data
    disk = await asyncio.to_thread(Disk.holding, data)
    # Nothing is unflushed yet after a clean shutdown: this is a copy of the folder.
    disk.lose_power(tmp_path / "before", lambda: False)
    before = await asyncio.to_thread(found, tmp_path / "before")
    with Machine(tmp_path / "recorder", data, recording=True) as machine:
        await restored(backup, data, machine)
    after = await asyncio.to_thread(found, data)
    # Two epochs and two lengths, or `seen` could not tell one log from the other.
    assert before[0] != after[0]
    assert before[1] > after[1]
    chance = random.Random(7)
    changes = await asyncio.to_thread(lambda: list(read_record(machine.record)))
    cuts = set(chance.sample(range(len(changes)), min(CUTS, len(changes))))
    seen = set()
    for number, change in enumerate(changes):
        disk.apply(change)
        if number in cuts:
            place = tmp_path / f"cut-{number}"
            # What was written but not flushed reaches the disk or not, each write by itself.
            disk.lose_power(place, lambda: chance.random() < 0.5)
            seen.add(await asyncio.to_thread(found, place))
    assert seen <= {before, after}
    # The command has reported success: from now on the restore must survive without luck.
    disk.lose_power(tmp_path / "end", lambda: False)
    assert await asyncio.to_thread(found, tmp_path / "end") == after
