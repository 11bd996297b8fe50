"""The waits of several desks side by side, as SVG."""

from collections.abc import Sequence

import pygal
from pygal.style import CleanStyle

from chatserver.core.pairing.simulation import SimulationResult

SHARES = (50, 75, 90, 95, 99)


def draw(names: Sequence[str], outcomes: Sequence[SimulationResult]) -> bytes:
    """Within how many minutes which share of those who were served had been waiting."""
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
    return round(waits[-(-share * len(waits) // 100) - 1] / 60_000, 2) if waits else None
