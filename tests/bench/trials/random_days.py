"""Random days of pairing, in virtual time, one seed after the other."""

import tempfile
from pathlib import Path
from random import Random

from tests.services.pairing.random_backend import ACTIONS, act, random_backend


async def random_days(seed: int, seeds: int, steps: int) -> int:
    """Run some seeds with so many steps each; print the first finding, and return 1 then."""
    names = [name for name, (_, weight) in ACTIONS.items() for _ in range(weight)]
    for each in range(seed, seed + seeds):
        chance = Random(each)
        with tempfile.TemporaryDirectory(prefix="random-days-") as folder:
            async with random_backend(Path(folder)) as backend:
                for step in range(steps):
                    crossing = [chance.choice(names) for _ in range(chance.randint(1, 3))]
                    try:
                        await act(backend, crossing, chance.randrange(2**32))
                    except AssertionError as findings:
                        print(f"seed {each}, step {step}: {findings}")
                        return 1
                print(f"seed {each}: {steps} steps, {backend.opened} conversations, nothing found")
    return 0
