"""The chart of simulated waiting times, as SVG."""

from collections.abc import Sequence

import pygal
from pygal.style import CleanStyle

from chatserver.core.pairing.simulation import SimulationResult

SHARES = (50, 75, 90, 95, 99)
"""Percentiles of customers that the chart shows."""


def draw(names: Sequence[str], outcomes: Sequence[SimulationResult]) -> bytes:
    """Draw the minutes within which each share of the served customers was assigned."""
    chart = pygal.Bar(
        js=[],
        style=CleanStyle,
        title="Minutes until so many of the customers were served",
        legend_at_bottom=True,
        show_minor_y_labels=False,
    )
    chart.x_labels = [f"{share} %" for share in SHARES]
    for name, outcome in zip(names, outcomes, strict=True):
        waits = sorted(wait for wait in outcome.waits if wait is not None)
        chart.add(name, [_minutes(waits, share) for share in SHARES])
    drawn: bytes = chart.render()
    return drawn


def _minutes(waits: Sequence[int], share: int) -> float | None:
    # The nearest-rank percentile: the wait of an actual customer, never a mean of two.
    return round(waits[-(-share * len(waits) // 100) - 1] / 60_000, 2) if waits else None
