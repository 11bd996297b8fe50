"""The statistics of past days are computed from the log, one day at a time."""

import asyncio
from datetime import timedelta

from chatserver.core.conversation.commands import Close, Rate, Send
from chatserver.core.periods import DayPeriod
from chatserver.core.statistics import ConversationFigures
from tests.playbook import NOON
from tests.services.backend import Backend

DAY = 86_400_000
MINUTE = 60_000


async def served(backend: Backend) -> None:
    """Play a conversation of three minutes, which is rated a day later."""
    began = backend.now
    ann, bob = await backend.customer(), await backend.technician()
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    backend.now += MINUTE
    conversation = await backend.run_command(bob, conversation, Send("Which light?"))
    backend.now += 2 * MINUTE
    conversation = await backend.run_command(bob, conversation, Close())
    backend.now = began + DAY
    await backend.run_command(ann, conversation, Rate(score=4))


async def test_a_past_day_has_the_figures_of_its_conversations(backend: Backend) -> None:
    statistics = backend.services.statistics
    day = statistics.today()
    await served(backend)
    backend.now = NOON + 5 * DAY
    figures = await statistics.figures(DayPeriod(day, day))
    assert (figures.conversations, figures.until - figures.since) == (1, DAY)
    assert (figures.first_reply.median, figures.duration.median) == (MINUTE, 3 * MINUTE)
    # What was said of it later counts for the day on which it was opened.
    assert figures.rating.average == 4
    after = DayPeriod(day + timedelta(days=1), statistics.today())
    assert (await statistics.figures(after)).conversations == 0


async def test_a_longer_period_is_the_sum_of_its_days(backend: Backend) -> None:
    statistics = backend.services.statistics
    first = statistics.today()
    await served(backend)
    await served(backend)
    figures = await statistics.figures(DayPeriod(first, statistics.today()))
    assert [day.conversations for day in figures.days] == [1, 1, 0]
    assert figures.conversations == 2


async def test_one_day_is_read_at_a_time_however_many_ask(backend: Backend) -> None:
    statistics = backend.services.statistics
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

    statistics.store = Counting()
    today = statistics.today()
    period = DayPeriod(today - timedelta(days=3), today)
    await asyncio.gather(*(statistics.figures(period) for _ in range(5)))
    assert most == 1
