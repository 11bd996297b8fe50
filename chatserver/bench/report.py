"""Figures for people: what was done, how long it took, how long it delayed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from chatserver.bench.client import Count
    from chatserver.bench.replay import Replay

Key = tuple[str, int]


@dataclass(slots=True)
class Delays:
    """From sending to the `ok`, and to the event at the other side; in seconds."""

    to_ok: list[float] = field(default_factory=list)
    to_other_side: list[float] = field(default_factory=list)
    _started: dict[Key, float] = field(default_factory=dict)

    def sent(self, started: float, answered: float, key: Key) -> None:
        """A message was stored as `key`."""
        self.to_ok.append(answered - started)
        self._started[key] = started

    def arrived(self, arrived: Mapping[Key, float]) -> None:
        """When events were seen at the other side."""
        for key in [key for key in self._started if key in arrived]:
            self.to_other_side.append(arrived[key] - self._started.pop(key))


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def summary(show: "Replay", count: "Count", seconds: float) -> Table:
    """What a replay did."""
    table = Table(title="replay", show_header=False)
    rows = {
        "dialogues": f"{show.dialogues:,}",
        "messages": f"{show.messages:,}",
        "bytes of text": f"{show.size:,}",
        "differences": f"{len(show.faults):,}",
        "duration": f"{seconds:.1f} s",
        "messages a second": f"{show.messages / seconds:,.0f}",
        "delay to the ok": _delay(show.delays.to_ok),
        "delay to the other side": _delay(show.delays.to_other_side),
        "connections lost": f"{count.reconnects:,}",
        "requests repeated": f"{count.repeats:,}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _delay(values: list[float]) -> str:
    p50, p99 = percentile(values, 0.5) * 1_000, percentile(values, 0.99) * 1_000
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
