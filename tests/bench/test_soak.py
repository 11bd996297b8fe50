"""The verdict of a soak on memory."""

import pytest

from tests.bench.soak import EVERY_S, FLAT_BYTES, TOGETHER, WARM_UP_S, Sample, SoakResult

START = 100 * 2**20


def soaked(*minutes: float) -> SoakResult:
    """Return the result of a soak with the memory of each minute after the warm-up."""
    samples = [
        Sample(WARM_UP_S + EVERY_S * number, memory, memory, files=20, tasks=9, conversations=3)
        for number, memory in enumerate(memory for memory in minutes for _ in range(TOGETHER))
    ]
    # What the caches take in the first five minutes does not count.
    begin = Sample(0, START / 2, START / 2, files=20, tasks=9, conversations=3)
    rest = Sample(0, START, START, files=20, tasks=9, conversations=0)
    return SoakResult([begin, *samples], [rest, rest], rounds=2)


@pytest.mark.parametrize(("more", "holds"), [(FLAT_BYTES, True), (FLAT_BYTES + 1, False)])
def test_memory_may_grow_by_two_mebibytes_after_five_minutes(more: int, holds: bool) -> None:
    assert soaked(START, START + more, START).verdict().holds is holds


def test_a_soak_of_less_than_seven_minutes_says_nothing_of_memory() -> None:
    assert soaked(START).verdict().holds is None


def test_one_high_sample_is_not_a_minute() -> None:
    found = soaked(START, START)
    found.samples[-1] = Sample(600, 2 * START, START, files=20, tasks=9, conversations=3)
    assert found.growth() == 0
