"""The chart of speed and delay of both servers as one SVG."""

import re
from collections.abc import Sequence

import pygal
from pygal.style import CleanStyle

from tests.bench.verdict import BudgetVerdict

WIDTH, HEIGHT = 480, 360
RIVALS = ("chatserver", "bare relay")
_ROOT = re.compile(r"<\?xml.*?\?>\s*")


class SmallStyle(CleanStyle):  # type: ignore[misc]  # pygal has no types
    """A style with labels small enough for the bars."""

    value_font_size = 9


def draw(verdicts: Sequence[BudgetVerdict]) -> bytes:
    """Draw messages a second on the left and delays on the right, as far as measured."""
    speeds = _picked(verdicts, r"^durable messages a second, ([\d,]+ pairs?), one")
    delays = _picked(verdicts, r"^delay (p[\d.]+) at")
    charts = [
        _bars(title, found)
        for title, found in (
            ("Messages a second", speeds),
            ("Delay in ms at 500 messages a second", delays),
        )
        if found
    ]
    placed = [
        f'<svg x="{number * WIDTH}" y="0" width="{WIDTH}" height="{HEIGHT}" {chart}'
        for number, chart in enumerate(charts)
    ]
    size = f'viewBox="0 0 {WIDTH * len(charts)} {HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} width="{WIDTH * len(charts)}">'
    ground = '<rect width="100%" height="100%" fill="white"/>'
    return f"{head}\n{ground}{''.join(placed)}</svg>\n".encode()


def _picked(verdicts: Sequence[BudgetVerdict], what: str) -> dict[str, BudgetVerdict]:
    found = ((re.search(what, verdict.what), verdict) for verdict in verdicts)
    return {
        match[1]: verdict
        for match, verdict in found
        # A speed is compared with several servers; the chart has the relay's.
        if match and RIVALS[-1] in verdict.figures
    }


def _bars(title: str, found: dict[str, BudgetVerdict]) -> str:
    """Render a chart without the start of its root element, which the caller replaces."""
    chart = pygal.Bar(
        js=[],
        style=SmallStyle,
        title=title,
        width=WIDTH,
        height=HEIGHT,
        legend_at_bottom=True,
        print_values=True,
        print_values_position="top",
        show_y_guides=False,
        max_scale=6,
    )
    chart.x_labels = list(found)
    for rival in RIVALS:
        chart.add(rival, [round(verdict.figures[rival], 1) for verdict in found.values()])
    drawn: str = chart.render(is_unicode=True)
    return _ROOT.sub("", drawn).removeprefix("<svg ")
