"""A measured figure with its budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class BudgetVerdict:
    """A figure, and what it is measured beside; `holds` is None without a budget.

    `figures` are the same values as numbers, for programs and charts.
    """

    what: str
    ours: str
    beside: str
    ratio: float | None
    budget: str
    holds: bool | None
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Budget:
    """The least or the most that a ratio may be, and the words after the number."""

    least: float | None = None
    most: float | None = None
    of: str = ""

    def __str__(self) -> str:
        sign, number = ("≥", self.least) if self.most is None else ("≤", self.most)
        return f"{sign} {number:g} {self.of}".rstrip()

    def holds(self, ratio: float) -> bool:
        """Return True for a ratio within the budget."""
        return (self.least is None or ratio >= self.least) and (
            self.most is None or ratio <= self.most
        )


def spread(values: Sequence[float], form: str) -> str:
    """Format the median, and the range if there are several values."""
    middle = format(median(values), form)
    if len(values) == 1:
        return middle
    return f"{middle} ({format(min(values), form)}–{format(max(values), form)})"
