"""The trial `faults`: injects every kind of fault into a server, one after the other."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.faults import kills
from tests.bench.faults.database_restarts import MODES, restart_database_repeatedly
from tests.bench.faults.fault_run import run_under_faults
from tests.bench.faults.finding import FaultReport, show, write
from tests.bench.faults.kills import kill_during_migration, kill_repeatedly
from tests.bench.faults.power import lose_power_repeatedly
from tests.bench.faults.troubles import DISTURBANCES, SMALL_DISK

SHARES = {
    kills.ANY: 0.3,
    kills.JOURNALING: 0.15,
    kills.COMMITTING: 0.1,
    kills.CHECKPOINTING: 0.1,
    kills.ARCHIVING: 0.1,
    kills.RECEIVING: 0.075,
    kills.BACKING_UP: 0.075,
}
"""The share of all kills for each point; the rest are kills during migration."""


@dataclass(frozen=True, slots=True)
class FaultsOptions:
    """Numbers of kills, power cuts and restarts of PostgreSQL, and the seed of chance."""

    kills: int = 200
    cuts: int = 200
    restarts: int = 40
    seed: int = 1
    json_file: Path | None = None
    markdown_file: Path | None = None


async def faults(options: FaultsOptions) -> int:
    """Inject all faults and print the results; returns 0 if every guarantee held.

    Raises NoCompiler.
    """
    findings = []
    with TemporaryDirectory() as name:
        folder = await asyncio.to_thread(Path(name).resolve)
        async for finding in _run_each(folder, options):
            print(f"{finding.fault}: {'well' if finding.is_well else 'NOT WELL'}", file=sys.stderr)
            findings.append(finding)
    write(findings, options.json_file, options.markdown_file)
    return show(findings)


async def _run_each(folder: Path, options: FaultsOptions) -> AsyncIterator[FaultReport]:
    chance = random.Random(options.seed)
    left = options.kills
    for moment, share in SHARES.items():
        times = round(options.kills * share)
        left -= times
        if times:
            yield await kill_repeatedly(_new_folder(folder), [moment], chance, times=times)
    if left:
        grown = folder / "1"
        yield await kill_during_migration(_new_folder(folder), grown / "data", left, chance)
    if options.cuts:
        yield await lose_power_repeatedly(_new_folder(folder), options.cuts, 1_000, chance)
    if options.restarts:
        times = -(-options.restarts // len(MODES))
        yield await restart_database_repeatedly(_new_folder(folder), times, chance)
    for trouble in DISTURBANCES:
        # Mounting a tmpfs needs root; the other disturbances do not.
        if trouble is SMALL_DISK and os.geteuid() != 0:
            print(f"{trouble.name}: only root may mount one", file=sys.stderr)
            continue
        yield await run_under_faults(_new_folder(folder), [trouble])


def _new_folder(folder: Path) -> Path:
    """Create a new numbered folder in `folder`."""
    place = folder / str(len(list(folder.iterdir())) + 1)
    place.mkdir()
    return place
