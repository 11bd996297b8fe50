"""The administrator's settings are checked, stored and published; hours come from schedules."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from chatserver.core.errors import Code, Refused
from chatserver.core.notifications import SiteChanged
from chatserver.core.people import Topic
from chatserver.core.site import Appearance, Schedule
from chatserver.services.site import TOPICS, revision
from tests.services.backend import Backend

NINE_TO_FIVE = Schedule("UTC", (((time(9), time(17)),),) * 5 + ((), ()))
TUESDAY_NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
GREEN = Appearance(accent="#00aa00")


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)


async def test_a_change_is_in_force_on_disk_and_published(backend: Backend) -> None:
    site = backend.services.site
    await site.change({"widget": GREEN}, None)
    assert site.current.widget == GREEN
    assert "widget" in await backend.store.site.load_parts()
    [news] = backend.published_of(SiteChanged)
    assert isinstance(news, SiteChanged)
    assert news.site.widget == GREEN


async def test_what_was_chosen_is_there_after_a_restart(backend: Backend) -> None:
    site = backend.services.site
    await site.change({"widget": GREEN}, [Topic("dsl", "DSL")])
    site.current = replace(site.current, widget=Appearance())
    await site.load()
    assert site.current.widget == GREEN


async def test_a_part_that_cannot_be_read_counts_as_not_chosen(backend: Backend) -> None:
    site = backend.services.site
    await backend.store.site.save_parts({"widget": b"{", "unknown": b"1", "replies": b"[]"})
    await site.load()
    assert site.current == site.default


async def test_a_change_of_what_somebody_else_has_changed_is_a_conflict(backend: Backend) -> None:
    site = backend.services.site
    seen = await site.revisions()
    await site.change({"widget": GREEN}, None, seen)
    with pytest.raises(Refused) as refused:
        await site.change({"widget": Appearance()}, None, {"widget": seen["widget"]})
    assert (refused.value.code, refused.value.field) == (Code.CONFLICT, "widget")
    assert site.current.widget == GREEN
    await site.change({"targets": site.current.targets}, None, {TOPICS: seen[TOPICS]})


@pytest.mark.parametrize(
    "wrong",
    [
        replace(NINE_TO_FIVE, timezone="Mars/Olympus"),
        replace(NINE_TO_FIVE, week=((),) * 7),
    ],
    ids=["no such time zone", "never open"],
)
async def test_hours_that_make_no_sense_are_refused_and_change_nothing(
    backend: Backend, wrong: Schedule
) -> None:
    site = backend.services.site
    before = site.current
    with pytest.raises(Refused) as refused:
        await site.change({"schedule": wrong}, None)
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "schedule")
    assert site.current == before
    assert backend.published_of(SiteChanged) == []


async def test_a_preview_says_whether_a_schedule_is_open_and_changes_nothing(
    backend: Backend,
) -> None:
    site = backend.services.site
    weekend = Schedule("UTC", ((),) * 5 + (((time(9), time(17)),),) * 2)
    backend.now = ms(TUESDAY_NOON)
    assert not (await site.preview_hours(weekend)).open
    assert (await site.preview_hours(weekend)).reply_by > ms(TUESDAY_NOON.replace(day=28, hour=9))
    assert (await site.preview_hours(NINE_TO_FIVE)).open
    assert site.current == site.default


async def test_a_closed_day_moves_the_promised_answer_to_the_next_open_one(
    backend: Backend,
) -> None:
    site = backend.services.site
    backend.now = ms(TUESDAY_NOON)
    await site.change({"schedule": NINE_TO_FIVE}, None)
    usual = site.reply_by(backend.now)
    closed = replace(NINE_TO_FIVE, closed=(date(2026, 11, 24), date(2026, 11, 25)))
    await site.change({"schedule": closed}, None)
    assert usual < ms(TUESDAY_NOON.replace(day=26)) < site.reply_by(backend.now)


async def test_a_topic_with_hours_of_its_own_promises_by_them(backend: Backend) -> None:
    site = backend.services.site
    backend.now = ms(TUESDAY_NOON)
    weekend = Schedule("UTC", ((),) * 5 + (((time(9), time(17)),),) * 2)
    await site.change({"schedule": NINE_TO_FIVE, "topic_hours": {"dsl": weekend}}, None)
    assert set(site.reply_promises(backend.now)) == {"dsl"}
    assert site.reply_by(backend.now, "dsl") > ms(TUESDAY_NOON.replace(day=28))
    assert site.reply_by(backend.now, "fibre") == site.reply_by(backend.now)


async def test_settings_changed_on_disk_are_reloaded_and_published_once(backend: Backend) -> None:
    site = backend.services.site
    await backend.store.site.save_parts({}, [Topic("dsl", "DSL")])
    await site.reload_settings()
    await site.reload_settings()
    assert len(backend.published_of(SiteChanged)) == 1


def test_a_revision_depends_on_what_is_said_and_not_on_the_order_of_a_set() -> None:
    names = [str(number) for number in range(20)]
    assert revision(frozenset(names)) == revision(frozenset(reversed(names)))
    assert revision(GREEN) != revision(Appearance())
