"""The statistics of past days, computed from the events of their conversations."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from chatserver.core.periods import DayPeriod
from chatserver.core.statistics import ConversationFigures, PeriodFigures, period_figures
from chatserver.services.clock import Clock
from chatserver.services.site import SiteSettings


class StatisticsStore(Protocol):
    """The figures of single conversations; raises Unavailable where the disk fails."""

    async def figures_between(self, since: int, until: int) -> Sequence[ConversationFigures]:
        """Return the figures of the conversations opened from `since` to before `until` (ms)."""


@dataclass(slots=True)
class Statistics:
    """Reads the figures of conversations, one day at a time.

    However many supervisors ask for however long a period, one of the store's read connections is
    busy with it, and no longer than one day takes.
    """

    store: StatisticsStore
    site: SiteSettings
    clock: Clock
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone by whose calendar days are counted."""
        return ZoneInfo(self.site.current.schedule.timezone)

    def today(self) -> date:
        """Return the date in the site's time zone."""
        return datetime.fromtimestamp(self.clock() / 1_000, UTC).astimezone(self.zone).date()

    async def figures(self, period: DayPeriod) -> PeriodFigures:
        """Return the statistics of a period; days to come have none yet."""
        cases = [each async for day in self.conversations_by_day(period) for each in day]
        return period_figures(
            cases, period.midnights(self.zone), self.clock(), timezone=self.zone.key
        )

    async def conversations_by_day(
        self, period: DayPeriod
    ) -> AsyncIterator[Sequence[ConversationFigures]]:
        """Yield the figures of the conversations that were opened on each day of a period."""
        for since, until in pairwise(period.midnights(self.zone)):
            async with self._turn:
                found = await self.store.figures_between(since, until)
            yield found
