"""Users, operator, clock and kills that cross each other for many minutes, from a seed."""

import tempfile
import time
from pathlib import Path
from random import Random

from tests.concurrency.actions import ACTIONS
from tests.concurrency.rest import look_at_everything
from tests.concurrency.world import world

STEPS = 25
"""Steps between two rests."""

TOGETHER = 4
"""Actions that cross in one step, at most."""


async def cross(minutes: float, seed: int) -> int:
    """Let actions cross until the minutes are over or a promise is broken; return the exit code.

    What crosses is drawn from the seed; how it crosses is a matter of the machine.
    """
    chance = Random(seed)
    names = [name for name, (_, weight) in ACTIONS.items() for _ in range(weight)]
    steps = 0
    with tempfile.TemporaryDirectory(prefix="crossing-") as folder:
        async with world(Path(folder)) as made:
            # From here: on a busy machine hiring and starting may take a minute.
            end_s = time.monotonic() + minutes * 60
            while time.monotonic() < end_s:
                for _ in range(STEPS):
                    chosen = chance.choices(names, k=chance.randint(1, TOGETHER))
                    await made.step([ACTIONS[name][0] for name in chosen], chance.getrandbits(32))
                steps += STEPS
                if findings := await look_at_everything(made):
                    print(*findings, sep="\n")
                    print(f"seed {seed}: broken after {steps} steps")
                    return 1
                erased = sum(talk.erased for talk in made.model.talks.values())
                print(
                    f"{steps} steps: {len(made.model.talks)} conversations, {erased} erased, "
                    f"{len(made.model.backups)} backups",
                    flush=True,
                )
    print(f"seed {seed}: {steps} steps without a finding")
    return 0
