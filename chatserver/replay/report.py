"""The figures of a replay: counts, durations and delays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.table import Table

MessageKey = tuple[str, int]


@dataclass(slots=True)
class Delays:
    """Seconds from sending a message to its `ok` and to its event at the other side."""

    to_ok: list[float] = field(default_factory=list)
    to_other_side: list[float] = field(default_factory=list)
    _started: dict[MessageKey, float] = field(default_factory=dict)

    def sent(self, started: float, answered: float, key: MessageKey) -> None:
        """Record a message that was stored as `key`."""
        self.to_ok.append(answered - started)
        self._started[key] = started

    def arrived(self, arrived: Mapping[MessageKey, float]) -> None:
        """Record the times at which events were received by the other side."""
        for key in [key for key in self._started if key in arrived]:
            self.to_other_side.append(arrived[key] - self._started.pop(key))


def percentile(values: list[float], share: float) -> float:
    """Return the value below which the given share of `values` lies; 0 without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def rows(title: str, figures: Mapping[str, str]) -> Table:
    """Return a table of named figures, one for each row."""
    table = Table(title=title, show_header=False)
    for name, value in figures.items():
        table.add_row(name, value)
    return table


def format_delay(values: list[float]) -> str:
    """Format the median and 99th percentile of `values` (s) in ms."""
    p50, p99 = percentile(values, 0.5) * 1_000, percentile(values, 0.99) * 1_000
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
