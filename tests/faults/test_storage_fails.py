"""While storage fails, nothing is acknowledged and clients are told; then service goes on."""

from pathlib import Path

from tests.bench.faults.fault_run import run_under_faults
from tests.bench.faults.machine import FULL
from tests.bench.faults.server import serve_on_faulty_machine
from tests.bench.faults.troubles import (
    BROKEN_DISK,
    FULL_DISK,
    LOCKED,
    LONG_READER,
    READ_ONLY_DISK,
    SIZE_LIMIT,
    SLOW_DISK,
    disk_failing,
)
from tests.wire.client import connected, customer


async def test_a_disk_that_cannot_be_written_stops_only_what_needs_it(tmp_path: Path) -> None:
    troubles = [FULL_DISK, READ_ONLY_DISK, BROKEN_DISK, SIZE_LIMIT]
    finding = await run_under_faults(tmp_path, troubles, seconds=1.5)
    assert finding.is_well, finding
    # Two codes: space can be freed by the operator; any other failure of the disk is `unavailable`.
    assert finding.refusals["storage_full"]
    assert finding.refusals["unavailable"]


async def test_a_disk_that_is_slow_delays_and_loses_nothing(tmp_path: Path) -> None:
    finding = await run_under_faults(tmp_path, [SLOW_DISK, LONG_READER], seconds=3)
    assert finding.is_well, finding
    # Taking a merely slow server out of a load balancer would lose all sessions for nothing.
    assert finding.stayed_ready


async def test_a_database_that_another_process_locks_is_waited_for(tmp_path: Path) -> None:
    finding = await run_under_faults(tmp_path, [LOCKED], seconds=6)
    assert finding.is_well, finding


async def test_a_customer_is_asked_to_come_back_while_the_disk_is_full(tmp_path: Path) -> None:
    async with serve_on_faulty_machine(tmp_path) as server:
        async with disk_failing(FULL, server), connected(server) as early:
            await early.send({"type": "hello", "role": "customer"})
            # 1012 (restart) lets clients come back by themselves; a refusal would be shown as
            # final.
            assert await early.close_code() == 1012
        async with customer(server) as late:
            assert (await late.ok("open", text="It blinks"))["seq"]
