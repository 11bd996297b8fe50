"""The trial `faults`: each fault done to a server, one after the other."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.faults import kills
from tests.bench.faults.fault_run import suffered
from tests.bench.faults.finding import FaultReport, show, write
from tests.bench.faults.kills import killed, killed_while_migrating
from tests.bench.faults.power import power_lost
from tests.bench.faults.troubles import SMALL_DISK, TROUBLES

SHARES = {
    kills.ANY: 0.3,
    kills.COMMITTING: 0.2,
    kills.CHECKPOINTING: 0.15,
    kills.ARCHIVING: 0.1,
    kills.RECEIVING: 0.075,
    kills.BACKING_UP: 0.075,
}
"""How many of all kills are at which moment; the rest is while migrating."""


@dataclass(frozen=True, slots=True)
class FaultsOptions:
    """How often to kill, at how many moments to lose the power, and from which seed of chance."""

    kills: int = 200
    cuts: int = 200
    seed: int = 1
    json_file: Path | None = None
    markdown_file: Path | None = None


async def faults(options: FaultsOptions) -> int:
    """Do everything and print what became of it; 0 when every promise was kept.

    Raises NoCompiler.
    """
    findings = []
    with TemporaryDirectory() as name:
        folder = await asyncio.to_thread(Path(name).resolve)
        async for finding in _each(folder, options):
            print(f"{finding.fault}: {'well' if finding.is_well else 'NOT WELL'}", file=sys.stderr)
            findings.append(finding)
    write(findings, options.json_file, options.markdown_file)
    return show(findings)


async def _each(folder: Path, options: FaultsOptions) -> AsyncIterator[FaultReport]:
    chance = random.Random(options.seed)
    left = options.kills
    for moment, share in SHARES.items():
        times = round(options.kills * share)
        left -= times
        if times:
            yield await killed(_place(folder), [moment], chance, times=times)
    if left:
        grown = folder / "1"
        yield await killed_while_migrating(_place(folder), grown / "data", left, chance)
    if options.cuts:
        yield await power_lost(_place(folder), options.cuts, 1_000, chance)
    for trouble in TROUBLES:
        if trouble is SMALL_DISK and os.geteuid() != 0:
            print(f"{trouble.name}: only root may mount one", file=sys.stderr)
            continue
        yield await suffered(_place(folder), [trouble])


def _place(folder: Path) -> Path:
    """A new folder in there."""
    place = folder / str(len(list(folder.iterdir())) + 1)
    place.mkdir()
    return place
