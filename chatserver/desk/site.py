"""The administrator's choices in force: kept first, then told to everybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import orjson
import structlog
from pydantic import TypeAdapter, ValidationError

from chatserver.core.errors import Code, Refused, Unavailable
from chatserver.core.figures import Figures, figures
from chatserver.core.news import SiteChanged
from chatserver.core.people import Topic
from chatserver.core.site import Appearance, Reply, Schedule, Site, Targets
from chatserver.core.worktime import Hours
from chatserver.desk.ports import Bus, Clock, DayBook, People, SiteStore
from chatserver.workshop import Craft, Workshop

CLOSING_DAYS: Craft[[str, str | None, list[int]], dict[date, str]] = Craft(
    "chatserver.closing_days", "closing_days"
)
PARTS: dict[str, TypeAdapter[object]] = {
    "widget": TypeAdapter(Appearance),
    "schedule": TypeAdapter(Schedule),
    "targets": TypeAdapter(Targets),
    "replies": TypeAdapter(tuple[Reply, ...]),
}
YEARS = 3
"""Years, this one included, whose holidays are known."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("site")


@dataclass(slots=True)
class Settled:
    """The site as it is chosen now. `default` counts until something was chosen."""

    store: SiteStore
    people: People
    days: DayBook
    bus: Bus
    workshop: Workshop
    clock: Clock
    default: Site
    site: Site = field(init=False)
    hours: Hours = field(init=False)
    holidays: Mapping[date, str] = field(init=False)

    def __post_init__(self) -> None:
        self.site, self.holidays = self.default, {}
        self.hours = _hours(self.default.schedule, {})

    async def load(self) -> None:
        """Take up what was chosen; a part that cannot be read counts as not chosen."""
        chosen: dict[str, object] = {}
        for part, content in (await self.store.parts()).items():
            try:
                chosen[part] = PARTS[part].validate_json(content)
            except (KeyError, ValidationError) as error:
                _log.warning("site setting unreadable", part=part, error=type(error).__name__)
        self.site = _with(self.default, chosen)
        try:
            self.holidays = await self._holidays(self.site.schedule)
            self.hours = _hours(self.site.schedule, self.holidays)
        except (ValueError, Unavailable):
            _log.warning("holidays unknown", country=self.site.schedule.country)

    async def change(self, parts: Mapping[str, object], topics: list[Topic] | None) -> None:
        """Choose some parts, each of its own type, and the topics.

        Raises Refused `invalid` for hours that make no sense.
        """
        site = _with(self.site, parts)
        try:
            holidays = await self._holidays(site.schedule)
            hours = _hours(site.schedule, holidays)
            hours.reply_by(datetime.fromtimestamp(self.clock() / 1_000, UTC))
        except (ValueError, KeyError):
            raise Refused(Code.INVALID, field="schedule") from None
        await self.store.keep({part: orjson.dumps(value) for part, value in parts.items()})
        if topics is not None:
            await self._keep_topics(topics)
        self.site, self.hours, self.holidays = site, hours, holidays
        self.bus.publish(SiteChanged(site, tuple(await self.people.topics())))

    def reply_by(self, now: int) -> int:
        """The moment (ms) by which what is asked at `now` (ms) is answered."""
        asked = datetime.fromtimestamp(now / 1_000, UTC)
        return round(self.hours.reply_by(asked).timestamp() * 1_000)

    async def today(self) -> Figures:
        """The figures since midnight where the site is."""
        now = self.clock()
        local = datetime.fromtimestamp(now / 1_000, ZoneInfo(self.site.schedule.timezone))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        since = round(midnight.timestamp() * 1_000)
        return figures(await self.days.since(since), since, now)

    async def _keep_topics(self, topics: list[Topic]) -> None:
        wanted = {topic.id for topic in topics}
        for topic in await self.people.topics():
            if topic.id not in wanted:
                await self.people.remove_topic(topic.id)
        for topic in topics:
            await self.people.save_topic(topic)

    async def _holidays(self, schedule: Schedule) -> Mapping[date, str]:
        if schedule.country is None:
            return {}
        year = datetime.fromtimestamp(self.clock() / 1_000, UTC).year
        years = [year + number for number in range(YEARS)]
        return await self.workshop.do(CLOSING_DAYS, schedule.country, schedule.region, years)


def _with(site: Site, parts: Mapping[str, object]) -> Site:
    return replace(site, **parts) if parts else site  # type: ignore[arg-type]  # by PARTS


def _hours(schedule: Schedule, holidays: Mapping[date, str]) -> Hours:
    """Raises ValueError for hours that make no sense, KeyError for a zone that is none."""
    return Hours(
        dict(enumerate(schedule.week)),
        ZoneInfo(schedule.timezone),
        frozenset(schedule.closed) | frozenset(holidays),
    )
