"""A measured figure with its budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class BudgetVerdict:
    """A figure beside the relay's; `holds` is None without a budget.

    `figures` are the same values as numbers, for programs and charts.
    """

    what: str
    ours: str
    relay: str
    ratio: float | None
    budget: str
    holds: bool | None
    figures: Mapping[str, float] = field(default_factory=dict)


def spread(values: Sequence[float], form: str) -> str:
    """Format the median, and the range if there are several values."""
    middle = format(median(values), form)
    if len(values) == 1:
        return middle
    return f"{middle} ({format(min(values), form)}–{format(max(values), form)})"
