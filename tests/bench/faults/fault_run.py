"""A server that runs through a trouble, and what its clients and its operator see of that."""

import asyncio
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.faults.finding import FaultReport
from tests.bench.faults.load_clients import Life, Witnesses, witnesses
from tests.bench.faults.records import verdict
from tests.bench.faults.server import Server, serving
from tests.bench.faults.troubles import DESCRIPTORS, SMALL_DISK, Trouble

BETWEEN = 30
"""Messages that are acknowledged before and after a trouble."""

PATIENCE_S = 60
"""Seconds within which everything must go on by itself."""

IDLE = 0.5
"""Share of a core that a server takes at most which can do nothing."""


async def suffered(
    folder: Path, troubles: Sequence[Trouble], *, seconds: float | None = None
) -> FaultReport:
    """Let troubles befall a server under load, one after the other; it is never started again."""
    finding = FaultReport(", ".join(trouble.name for trouble in troubles), len(troubles), during=0)
    with _small_disk(folder, troubles):
        async with serving(folder) as server:
            async with witnesses(server, Life(file=6)) as everybody:
                for trouble in troubles:
                    await everybody.acknowledged(BETWEEN)
                    await _suffer(server, everybody, trouble, seconds or trouble.seconds, finding)
            if DESCRIPTORS in troubles:
                await _idle(server, DESCRIPTORS, finding)
            if await server.kill(signal.SIGTERM) != 0:
                finding.faults.append("did not end well when asked to")
        finding.judge(await asyncio.to_thread(verdict, server.data, everybody.records))
    return finding


async def _suffer(
    server: Server, everybody: Witnesses, trouble: Trouble, seconds: float, finding: FaultReport
) -> None:
    records = everybody.records
    before = Counter(records.count.refusals)
    async with trouble.fault(server):
        began = time.monotonic()
        said_no = was_seen = False
        while time.monotonic() < began + seconds or not was_seen:
            await asyncio.sleep(0.2)
            said_no |= not await server.is_ready()
            told = records.count.refusals - before
            # It lasts until everybody has noticed, however busy this machine is.
            is_late = time.monotonic() > began + seconds + PATIENCE_S
            goes_on = records.since(began, time.monotonic()) > 0 and said_no >= trouble.closes
            was_seen = is_late or (bool(told) and said_no if trouble.stops else goes_on)
        during = records.since(began, time.monotonic())
    healed = time.monotonic()
    faults = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            await everybody.acknowledged(1)
            await server.ready()
            finding.recovered(time.monotonic() - healed)
            await everybody.acknowledged(BETWEEN)
    except TimeoutError:
        faults.append("did not go on by itself")
    told = records.count.refusals - before
    finding.told += told
    finding.during = (finding.during or 0) + during
    finding.ready = not said_no
    if server.exit_code is not None:
        faults.append(f"the server ended with {server.exit_code}")
    if trouble.closes and not said_no:
        faults.append("let strangers in")
    if trouble.stops:
        faults += [] if said_no else ["/readyz said nothing"]
        faults += [] if told else ["clients were told nothing"]
        faults += ["acknowledged what could not be stored"] if during else []
    finding.faults += [f"{trouble.name}: {fault}" for fault in faults]


async def _idle(server: Server, trouble: Trouble, finding: FaultReport) -> None:
    """Who can do nothing must not turn in circles."""
    async with trouble.fault(server):
        await asyncio.sleep(0.5)
        used, began = _cpu_s(server.pid), time.monotonic()
        await asyncio.sleep(2)
        share = (_cpu_s(server.pid) - used) / (time.monotonic() - began)
    if share > IDLE:
        finding.faults.append(f"took {share:.0%} of a core for nothing")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def _small_disk(folder: Path, troubles: Sequence[Trouble]) -> Iterator[None]:
    """A file system of its own for the data folder, where the trouble is about that."""
    if SMALL_DISK not in troubles:
        yield
        return
    data = folder / "data"
    data.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(data)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(data)], check=True)
