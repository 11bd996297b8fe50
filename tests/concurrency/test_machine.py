"""Whatever crosses whatever: what was promised holds at every rest."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.concurrency.actions import ACTIONS
from tests.concurrency.rest import look_at_everything
from tests.concurrency.world import World, world

CROSSING = st.lists(
    st.sampled_from([name for name, (_, weight) in ACTIONS.items() for _ in range(weight)]),
    min_size=1,
    # More at once find little more, and a finding among four actions can still be read.
    max_size=4,
)


class Crossing(RuleBasedStateMachine):
    """Actions that cross at random, and now and then a rest in which everything is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="crossing-")
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.world: World = self.runner.run(
            self.stack.enter_async_context(world(Path(self.folder.name)))
        )

    @rule(names=CROSSING, seed=st.integers(0, 2**32))
    def cross(self, names: list[str], seed: int) -> None:
        """Let some actions cross."""
        self.runner.run(self.world.step([ACTIONS[name][0] for name in names], seed))

    @rule()
    def rest(self) -> None:
        """Hold the promises against the server."""
        findings = self.runner.run(look_at_everything(self.world))
        assert not findings, "\n".join(findings)

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()


TestCrossing = Crossing.TestCase
TestCrossing.settings = settings(
    # A sample for every run of the tests; `trial crossing` goes on for as long as is asked.
    max_examples=2,
    stateful_step_count=10,
    deadline=None,
    # A finding is not made smaller: each attempt starts a server and takes seconds.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
# Every kill, backup and restore starts a process, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(600)
