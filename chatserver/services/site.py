"""The site settings, as the administrator chose them: stored first, then published."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from typing import Protocol
from zoneinfo import ZoneInfo

import orjson
import structlog
from pydantic import TypeAdapter, ValidationError

from chatserver.core.business_hours import BusinessHours, split_at_midnight
from chatserver.core.conversation.promise import Milestones
from chatserver.core.errors import Code, Refused, Unavailable
from chatserver.core.notifications import SiteChanged
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.people import Topic
from chatserver.core.site import Appearance, Reply, Schedule, Site, Targets
from chatserver.services.bus import Bus
from chatserver.services.clock import Clock
from chatserver.services.topics import TopicStore
from chatserver.workers.pool import WorkerJob, WorkerPool

PUBLIC_HOLIDAYS: WorkerJob[[str, str | None, list[int]], dict[date, str]] = WorkerJob(
    "chatserver.workers.holidays", "public_holidays"
)
COUNTRIES: WorkerJob[[], list[str]] = WorkerJob("chatserver.workers.holidays", "countries")
REGIONS: WorkerJob[[str], dict[str, str]] = WorkerJob("chatserver.workers.holidays", "regions")
PART_TYPES: dict[str, TypeAdapter[object]] = {
    "widget": TypeAdapter(Appearance),
    "schedule": TypeAdapter(Schedule),
    "targets": TypeAdapter(Targets),
    "replies": TypeAdapter(tuple[Reply, ...]),
    "pairing": TypeAdapter(PairingRules),
    "topic_hours": TypeAdapter(dict[str, Schedule]),
}
TOPICS = "topics"
"""The part that is stored in a table of its own."""

HOLIDAY_YEARS = 3
"""Years for which holidays are computed, the current one included."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("site")


class SiteStore(Protocol):
    """The administrator's settings as JSON.

    Every method raises Unavailable where the disk fails.
    """

    async def load_parts(self) -> Mapping[str, bytes]:
        """Return every part that was chosen, by its name."""

    async def save_parts(
        self,
        parts: Mapping[str, bytes],
        topics: Sequence[Topic] | None = None,
        check: Callable[[Mapping[str, bytes], Sequence[Topic]], None] | None = None,
    ) -> None:
        """Replace some stored parts; the others stay.

        `topics` take the place of all topics, None leaves them. `check` gets the parts and the
        topics as they are in the same transaction; where it raises, nothing is changed.
        """


@dataclass(frozen=True, slots=True)
class HoursPreview:
    """The effect of some opening hours at this moment: open or not, and the promised reply (ms)."""

    at: int
    open: bool
    reply_by: int


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """The countries with known holidays, and the coming holidays of one country or region."""

    countries: list[str]
    regions: Mapping[str, str]
    days: Mapping[date, str]


@dataclass(slots=True)
class SiteSettings:
    """The settings in force. `default` counts for every part that was not chosen yet."""

    store: SiteStore
    topic_store: TopicStore
    bus: Bus
    workers: WorkerPool
    clock: Clock
    default: Site
    current: Site = field(init=False)
    hours: BusinessHours = field(init=False)
    holidays: Mapping[date, str] = field(init=False)
    _topic_hours: Mapping[str, BusinessHours] = field(default_factory=dict)
    _topics: tuple[Topic, ...] = ()
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.current, self.holidays = self.default, {}
        self.hours = _hours(self.default.schedule, {})

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Return all topics, as the administrator chose them last."""
        return self._topics

    async def load(self) -> None:
        """Load the stored settings; a part that cannot be read counts as not chosen."""
        self.current, self._topics = await self._load_chosen()
        await self._compute_hours()

    async def reload_settings(self) -> None:
        """Reload settings that another program has stored, and announce the change."""
        async with self._turn:
            await self._reload_if_changed()

    async def change(
        self,
        parts: Mapping[str, object],
        topics: list[Topic] | None,
        expected_revisions: Mapping[str, str] | None = None,
    ) -> None:
        """Store some parts, each of its own type, and the topics, and announce the change.

        `expected_revisions` are those that the administrator's page shows. Raises Refused
        `conflict` when one of them is out of date, `invalid` for hours that make no sense; nothing
        is changed then.
        """
        async with self._turn:
            await self._reload_if_changed()
            self._check_current(
                expected_revisions or {}, await self.store.load_parts(), self._topics
            )
            site = _replace_parts(self.current, parts)
            hours, holidays = await self._checked_hours(site.schedule)
            topic_hours = {
                topic: (await self._checked_hours(each, f"topic_hours.{topic}"))[0]
                for topic, each in site.topic_hours.items()
            }
            await self.store.save_parts(
                {part: as_json(value) for part, value in parts.items()},
                topics,
                partial(self._check_current, expected_revisions or {}),
            )
            self.current, self.hours, self.holidays = site, hours, holidays
            self._topic_hours, self._topics = (
                topic_hours,
                tuple(await self.topic_store.list_topics()),
            )
            self.bus.publish(SiteChanged(site, self._topics))

    async def revisions(self) -> dict[str, str]:
        """Return the revision of each part, which changes exactly when its content does."""
        return _revisions(self.current, await self.topic_store.list_topics())

    async def preview_hours(self, schedule: Schedule) -> HoursPreview:
        """Return the effect of some hours now; raises Refused `invalid` for impossible ones."""
        hours, _ = await self._checked_hours(schedule)
        now = self.clock()
        asked = datetime.fromtimestamp(now / 1_000, UTC)
        reply_by = round(hours.reply_by(asked).timestamp() * 1_000)
        return HoursPreview(now, hours.is_open(asked), reply_by)

    async def holiday_calendar(self, country: str | None, region: str | None) -> HolidayCalendar:
        """Return the coming holidays; raises Refused `invalid` for an unknown country or region."""
        countries = await self.workers.run(COUNTRIES)
        if country is None:
            return HolidayCalendar(countries, {}, {})
        try:
            regions = await self.workers.run(REGIONS, country)
            days = await self.workers.run(PUBLIC_HOLIDAYS, country, region, self._years())
        except ValueError:
            raise Refused(Code.INVALID, field="country") from None
        return HolidayCalendar(countries, regions, self.upcoming_days(days))

    def upcoming_days(self, days: Mapping[date, str]) -> Mapping[date, str]:
        """Return the days that are not over yet in the site's time zone."""
        zone = ZoneInfo(self.current.schedule.timezone)
        today = datetime.fromtimestamp(self.clock() / 1_000, zone).date()
        return {day: name for day, name in days.items() if day >= today}

    def reply_by(self, now: int, topic: str | None = None) -> int:
        """Return the moment (ms) by which a message left at `now` (ms) is promised an answer."""
        hours = self._topic_hours.get(topic or "", self.hours)
        asked = datetime.fromtimestamp(now / 1_000, UTC)
        return round(hours.reply_by(asked).timestamp() * 1_000)

    def milestones(self, since: int, topic: str | None = None) -> Milestones:
        """Return the milestones of the promise for words that arrived at `since` (ms)."""
        hours = self._topic_hours.get(topic or "", self.hours)
        reply_by = self.reply_by(since, topic)
        half_at, late_at = (hours.moment_of_share(since, reply_by, each) for each in (50, 80))
        return Milestones(since, half_at, late_at)

    def reply_promises(self, now: int) -> dict[str, int]:
        """Return the promised reply time (ms) of each topic with opening hours of its own."""
        return {topic: self.reply_by(now, topic) for topic in self._topic_hours}

    async def _load_chosen(self) -> tuple[Site, tuple[Topic, ...]]:
        parts = await self.store.load_parts()
        return self._read(parts), tuple(await self.topic_store.list_topics())

    def _read(self, parts: Mapping[str, bytes]) -> Site:
        chosen: dict[str, object] = {}
        for part, content in parts.items():
            try:
                chosen[part] = PART_TYPES[part].validate_json(content)
            except (KeyError, ValidationError) as error:
                _log.warning("site setting unreadable", part=part, error=type(error).__name__)
        return _replace_parts(self.default, chosen)

    async def _reload_if_changed(self) -> None:
        site, topics = await self._load_chosen()
        if (site, topics) == (self.current, self._topics):
            return
        keeps_hours = site.schedule == self.current.schedule
        keeps_hours &= site.topic_hours == self.current.topic_hours
        self.current, self._topics = site, topics
        if not keeps_hours:
            await self._compute_hours()
        self.bus.publish(SiteChanged(site, topics))

    async def _compute_hours(self) -> None:
        """Compute the opening hours from the schedules; one that makes no sense changes nothing."""
        try:
            self.holidays = await self._holidays(self.current.schedule)
            self.hours = _hours(self.current.schedule, self.holidays)
        except (ValueError, Unavailable):
            _log.warning("holidays unknown", country=self.current.schedule.country)
        computed: dict[str, BusinessHours] = {}
        for topic, schedule in self.current.topic_hours.items():
            try:
                computed[topic] = _hours(schedule, await self._holidays(schedule))
            except (ValueError, KeyError, Unavailable):
                _log.warning("hours of a topic unreadable", topic=topic)
        self._topic_hours = computed

    def _check_current(
        self,
        expected_revisions: Mapping[str, str],
        parts: Mapping[str, bytes],
        topics: Sequence[Topic],
    ) -> None:
        """Raise Refused `conflict` if a stored part is not the one that the page has shown."""
        current = _revisions(self._read(parts), topics) if expected_revisions else {}
        for part, known in expected_revisions.items():
            if current.get(part) != known:
                raise Refused(Code.CONFLICT, field=part)

    async def _checked_hours(
        self, schedule: Schedule, field: str = "schedule"
    ) -> tuple[BusinessHours, Mapping[date, str]]:
        try:
            holidays = await self._holidays(schedule)
            hours = _hours(schedule, holidays)
            hours.reply_by(datetime.fromtimestamp(self.clock() / 1_000, UTC))
        except (ValueError, KeyError):
            raise Refused(Code.INVALID, field=field) from None
        return hours, holidays

    async def _holidays(self, schedule: Schedule) -> Mapping[date, str]:
        if schedule.country is None:
            return {}
        asked = (schedule.country, schedule.region, self._years())
        return await self.workers.run(PUBLIC_HOLIDAYS, *asked)

    def _years(self) -> list[int]:
        year = datetime.fromtimestamp(self.clock() / 1_000, UTC).year
        return [year + number for number in range(HOLIDAY_YEARS)]


def _revisions(site: Site, topics: Sequence[Topic]) -> dict[str, str]:
    chosen: dict[str, object] = {part: getattr(site, part) for part in PART_TYPES}
    return {part: revision(value) for part, value in (chosen | {TOPICS: list(topics)}).items()}


def revision(chosen: object) -> str:
    """Return a short name of some settings: equal for equal content, else different."""
    return sha256(as_json(chosen)).hexdigest()[:16]


def as_json(chosen: object) -> bytes:
    """Return settings as JSON; sets are sorted, so that equal settings give equal bytes."""
    return orjson.dumps(chosen, default=sorted)


def _replace_parts(site: Site, parts: Mapping[str, object]) -> Site:
    return replace(site, **parts) if parts else site  # type: ignore[arg-type]  # by PARTS


def _hours(schedule: Schedule, holidays: Mapping[date, str]) -> BusinessHours:
    """Return a schedule's opening hours; raises ValueError, and KeyError for an unknown zone."""
    return BusinessHours(
        split_at_midnight(schedule.week),
        ZoneInfo(schedule.timezone),
        frozenset(schedule.closed) | frozenset(holidays),
    )
