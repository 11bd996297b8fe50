"""The statistics of past days are computed from the log, one day at a time."""

import asyncio
from datetime import timedelta

from chatserver.core.conversation.commands import Close, Rate, Send
from chatserver.core.periods import DayPeriod
from chatserver.core.statistics import ConversationFigures
from tests.playbook import NOON
from tests.services.desk import Desk

DAY = 86_400_000
MINUTE = 60_000


async def served(desk: Desk) -> None:
    """Play a conversation of three minutes, which is rated a day later."""
    began = desk.now
    ann, bob = await desk.customer(), await desk.technician()
    conversation = await desk.accepted(bob, await desk.opens(ann))
    desk.now += MINUTE
    conversation = await desk.does(bob, conversation, Send("Which light?"))
    desk.now += 2 * MINUTE
    conversation = await desk.does(bob, conversation, Close())
    desk.now = began + DAY
    await desk.does(ann, conversation, Rate(score=4))


async def test_a_past_day_has_the_figures_of_its_conversations(desk: Desk) -> None:
    statistics = desk.services.statistics
    day = statistics.today()
    await served(desk)
    desk.now = NOON + 5 * DAY
    figures = await statistics.figures(DayPeriod(day, day))
    assert (figures.conversations, figures.until - figures.since) == (1, DAY)
    assert (figures.first_reply.median, figures.duration.median) == (MINUTE, 3 * MINUTE)
    # What was said of it later counts for the day on which it was opened.
    assert figures.rating.average == 4
    after = DayPeriod(day + timedelta(days=1), statistics.today())
    assert (await statistics.figures(after)).conversations == 0


async def test_a_longer_period_is_the_sum_of_its_days(desk: Desk) -> None:
    statistics = desk.services.statistics
    first = statistics.today()
    await served(desk)
    await served(desk)
    figures = await statistics.figures(DayPeriod(first, statistics.today()))
    assert [day.conversations for day in figures.days] == [1, 1, 0]
    assert figures.conversations == 2


async def test_one_day_is_read_at_a_time_however_many_ask(desk: Desk) -> None:
    statistics = desk.services.statistics
    read, busy = statistics.store.figures_between, 0
    most = 0

    class Counting:
        async def figures_between(self, since: int, until: int) -> list[ConversationFigures]:
            nonlocal busy, most
            busy += 1
            most = max(most, busy)
            assert until - since == DAY
            found = list(await read(since, until))
            busy -= 1
            return found

    statistics.store = Counting()  # type: ignore[assignment]
    today = statistics.today()
    period = DayPeriod(today - timedelta(days=3), today)
    await asyncio.gather(*(statistics.figures(period) for _ in range(5)))
    assert most == 1
