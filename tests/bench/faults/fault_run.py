"""Run a server through disturbances, observed by its clients and by `/readyz`."""

import asyncio
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.faults.finding import FaultReport
from tests.bench.faults.load_clients import LoadClients, LoadProfile, load_clients
from tests.bench.faults.records import verdict
from tests.bench.faults.server import Server, serve_on_faulty_machine
from tests.bench.faults.troubles import DESCRIPTORS, SMALL_DISK, Disturbance

ACKNOWLEDGED_BETWEEN = 30
"""Messages that must be acknowledged before and after a disturbance."""

PATIENCE_S = 60
"""Seconds within which the server must recover without help."""

IDLE = 0.5
"""The largest share of a core for a server that can do nothing."""


async def run_under_faults(
    folder: Path, troubles: Sequence[Disturbance], *, seconds: float | None = None
) -> FaultReport:
    """Disturb one server under load several times; it is never restarted."""
    names = ", ".join(trouble.name for trouble in troubles)
    finding = FaultReport(names, len(troubles), acknowledged_during_fault=0)
    with _small_disk(folder, troubles):
        async with serve_on_faulty_machine(folder) as server:
            async with load_clients(server, LoadProfile(file=6)) as clients:
                for trouble in troubles:
                    await clients.acknowledged(ACKNOWLEDGED_BETWEEN)
                    await _inject(server, clients, trouble, seconds or trouble.seconds, finding)
            if DESCRIPTORS in troubles:
                await _check_idle_processor(server, DESCRIPTORS, finding)
            if await server.kill(signal.SIGTERM) != 0:
                finding.faults.append("did not end well when asked to")
        finding.judge(await asyncio.to_thread(verdict, server.data, clients.records))
    return finding


async def _inject(
    server: Server, clients: LoadClients, trouble: Disturbance, seconds: float, finding: FaultReport
) -> None:
    records = clients.records
    before = Counter(records.count.refusals)
    async with trouble.fault(server):
        began = time.monotonic()
        said_no = was_seen = False
        stopped = began
        while time.monotonic() < began + seconds or not was_seen:
            await asyncio.sleep(0.2)
            if not said_no and not await server.is_ready():
                said_no = True
                stopped = time.monotonic() if trouble.leaves_room else began
            told = records.count.refusals - before
            # The disturbance lasts until clients have noticed it, however busy this machine is; a
            # fixed time would make the test fail by chance.
            is_late = time.monotonic() > began + seconds + PATIENCE_S
            goes_on = records.since(began, time.monotonic()) > 0 and said_no >= trouble.closes
            was_seen = is_late or (bool(told) and said_no if trouble.stops else goes_on)
        during = records.since(stopped, time.monotonic())
    healed = time.monotonic()
    faults = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            await clients.acknowledged(1)
            await server.ready()
            finding.recovered(time.monotonic() - healed)
            await clients.acknowledged(ACKNOWLEDGED_BETWEEN)
    except TimeoutError:
        faults.append("did not go on by itself")
    told = records.count.refusals - before
    finding.refusals += told
    finding.acknowledged_during_fault = (finding.acknowledged_during_fault or 0) + during
    finding.stayed_ready = not said_no
    if server.exit_code is not None:
        faults.append(f"the server ended with {server.exit_code}")
    if trouble.closes and not said_no:
        faults.append("let strangers in")
    if trouble.stops:
        faults += [] if said_no else ["/readyz said nothing"]
        faults += [] if told else ["clients were told nothing"]
        faults += ["acknowledged what could not be stored"] if during else []
    finding.faults += [f"{trouble.name}: {fault}" for fault in faults]


async def _check_idle_processor(server: Server, trouble: Disturbance, finding: FaultReport) -> None:
    """Report a fault if the server spins while it has no free file descriptor."""
    async with trouble.fault(server):
        await asyncio.sleep(0.5)
        # An accept loop that retries EMFILE at once would take 100 % of a core here.
        used, began = _cpu_s(server.pid), time.monotonic()
        await asyncio.sleep(2)
        share = (_cpu_s(server.pid) - used) / (time.monotonic() - began)
    if share > IDLE:
        finding.faults.append(f"took {share:.0%} of a core for nothing")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def _small_disk(folder: Path, troubles: Sequence[Disturbance]) -> Iterator[None]:
    """Mount a file system of 24 MiB as the data folder, if a disturbance needs one."""
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
