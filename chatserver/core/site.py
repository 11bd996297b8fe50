"""The administrator's settings: widget, business hours, targets, pairing, canned replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from chatserver.core.pairing.rules import PairingRules


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """The limits of what an administrator may choose, told to the pages; the body limit follows.

    `reply_text` is in characters of one canned reply, `replies_text` of all together: each
    technician is sent all of them at every welcome. `periods` are those of one day.
    """

    replies: int = 500
    reply_text: int = 8_000
    replies_text: int = 262_144
    topics: int = 200
    periods: int = 24
    closed_days: int = 500


SITE_LIMITS = SiteLimits()

SITE_BODY_BYTES = 12 << 20
"""The largest body that changes the site settings: all that `SITE_LIMITS` allows, as JSON."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """The appearance of the widget; `language` "auto" stands for the customer's own.

    `accent` is a CSS colour; empty texts stand for the defaults of the language.
    """

    accent: str = "#1a5fcc"
    position: str = "right"
    label: str = ""
    title: str = ""
    greeting: str = ""
    language: str = "auto"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Business hours: the periods of each weekday from Monday on, except on the `closed` days.

    `timezone` is an IANA name. `country` and `region` (ISO 3166) select the public holidays on
    which support is closed, None for none.
    """

    timezone: str
    week: tuple[tuple[tuple[time, time], ...], ...]
    country: str | None = None
    region: str | None = None
    closed: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Targets:
    """The waiting times (ms) above which the console shows a warning."""

    amber: int = 120_000
    red: int = 300_000


@dataclass(frozen=True, slots=True)
class Reply:
    """A canned reply, inserted by its shortcut."""

    id: str
    shortcut: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """All settings of the administrator.

    `topic_hours` are those of the topics, by id, that differ from the `schedule` of the site.
    """

    schedule: Schedule
    widget: Appearance = field(default_factory=Appearance)
    targets: Targets = field(default_factory=Targets)
    pairing: PairingRules = field(default_factory=PairingRules)
    replies: tuple[Reply, ...] = ()
    topic_hours: Mapping[str, Schedule] = field(default_factory=dict)
