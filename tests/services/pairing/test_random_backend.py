"""Random days: nobody waits beside a free technician, no capacity is exceeded, no place
sticks, whatever people, rules, clocks, the disk and restarts do to each other."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.pairing.random_backend import ACTIONS, act, random_backend

CROSSING = st.tuples(
    st.lists(
        st.sampled_from([name for name, (_, weight) in ACTIONS.items() for _ in range(weight)]),
        min_size=1,
        max_size=3,
    ),
    st.integers(0, 2**32),
)


@given(st.lists(CROSSING, min_size=60, max_size=120))
# The length of an example counts, not their number: the queue has to fill up first.
@settings(max_examples=8)
async def test_the_promises_of_pairing_hold_on_random_days(
    crossings: list[tuple[list[str], int]],
) -> None:
    with tempfile.TemporaryDirectory(prefix="random-days-") as folder:
        async with random_backend(Path(folder)) as backend:
            for names, seed in crossings:
                await act(backend, names, seed)
