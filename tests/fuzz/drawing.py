"""Values of a Hypothesis strategy for tests that await what they do with them."""

from collections.abc import Iterator
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Value = TypeVar("Value")

AT_ONCE = 20
"""Values of one drawing; the event loop does nothing else meanwhile."""


def drawn(strategy: st.SearchStrategy[Value], count: int) -> Iterator[Value]:
    """Yield `count` values, drawn a few at a time in the thread of the event loop.

    Hypothesis compares the state of the module `random` before and after it draws. A draw in a
    thread beside the event loop fails when a keepalive ping falls into it, because `websockets`
    takes the payload of a ping from that module.
    """
    while count > 0:
        some = _draw(strategy, min(count, AT_ONCE))
        count -= len(some)
        yield from some


def _draw(strategy: st.SearchStrategy[Value], count: int) -> list[Value]:
    found: list[Value] = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        derandomize=False,
        suppress_health_check=[*HealthCheck],
    )
    @given(strategy)
    def keep(value: Value) -> None:
        found.append(value)

    keep()
    return found[:count]
