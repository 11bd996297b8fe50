"""A figure, what it is held against, and whether it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class BudgetVerdict:
    """A figure beside the relay's, with its budget; `holds` is None where there is none.

    `figures` are the same as numbers, for programs and pictures.
    """

    what: str
    ours: str
    relay: str
    ratio: float | None
    budget: str
    holds: bool | None
    figures: Mapping[str, float] = field(default_factory=dict)


def spread(values: Sequence[float], form: str) -> str:
    """The median, and the range of several."""
    middle = format(median(values), form)
    if len(values) == 1:
        return middle
    return f"{middle} ({format(min(values), form)}–{format(max(values), form)})"
