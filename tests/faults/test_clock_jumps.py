"""A wall clock that jumps a day ahead and back disturbs no conversation."""

from pathlib import Path

from tests.bench.faults.fault_run import run_under_faults
from tests.bench.faults.troubles import CLOCK


async def test_a_conversation_goes_on_while_the_clock_jumps(tmp_path: Path) -> None:
    finding = await run_under_faults(tmp_path, [CLOCK], seconds=2)
    assert finding.is_well, finding
    # Deadlines are taken from the steady clock: by the wall clock a day
    # ahead would end every session.
    assert finding.acknowledged_during_fault
    assert finding.stayed_ready
    # A clock set back must not refill or block a rate limit either.
    assert not finding.refusals
