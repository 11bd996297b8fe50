"""A wall clock that jumps a day ahead and back disturbs no conversation."""

from pathlib import Path

from tests.bench.faults.fault_run import run_under_faults
from tests.bench.faults.troubles import CLOCK


async def test_a_conversation_goes_on_while_the_clock_jumps(tmp_path: Path) -> None:
    finding = await run_under_faults(tmp_path, [CLOCK], seconds=2)
    assert finding.is_well, finding
    assert finding.acknowledged_during_fault
    assert finding.stayed_ready
    assert not finding.refusals
