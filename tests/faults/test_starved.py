"""A server without processor time or file descriptors recovers when it gets them again."""

from pathlib import Path

from tests.bench.faults.fault_run import run_under_faults
from tests.bench.faults.troubles import DESCRIPTORS, NEIGHBOURS


async def test_open_sessions_go_on_while_new_ones_are_refused(tmp_path: Path) -> None:
    finding = await run_under_faults(tmp_path, [DESCRIPTORS], seconds=1)
    assert finding.is_well, finding
    # Without an acknowledgement during the fault, nothing was open and the test proved nothing.
    assert finding.acknowledged_during_fault


async def test_busy_neighbours_delay_and_lose_nothing(tmp_path: Path) -> None:
    # Late heartbeats may cost connections; what was acknowledged must still be stored, once.
    finding = await run_under_faults(tmp_path, [NEIGHBOURS], seconds=1)
    assert finding.is_well, finding
