"""What the administrator chooses: how the widget looks, working hours, targets, ready answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from chatserver.core.pairing.rules import PairingRules


@dataclass(frozen=True, slots=True)
class Appearance:
    """The widget on the site's pages. `language` is "auto" for the customer's own."""

    accent: str = "#1a5fcc"
    position: str = "right"
    label: str = ""
    title: str = ""
    greeting: str = ""
    language: str = "auto"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Working hours: periods of the weekdays from Monday on, and the days on which they are off.

    `country` and `region` (ISO 3166) say whose public holidays are kept, None for nobody's.
    """

    timezone: str
    week: tuple[tuple[tuple[time, time], ...], ...]
    country: str | None = None
    region: str | None = None
    closed: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Targets:
    """Waiting times (ms) from which the console warns."""

    amber: int = 120_000
    red: int = 300_000


@dataclass(frozen=True, slots=True)
class Reply:
    """A ready answer, inserted by its shortcut."""

    id: str
    shortcut: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """All of it. `topic_hours` are those of topics that do not keep the site's `schedule`."""

    schedule: Schedule
    widget: Appearance = field(default_factory=Appearance)
    targets: Targets = field(default_factory=Targets)
    pairing: PairingRules = field(default_factory=PairingRules)
    replies: tuple[Reply, ...] = ()
    topic_hours: Mapping[str, Schedule] = field(default_factory=dict)
