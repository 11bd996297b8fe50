"""The live administration, and the figures for supervisors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from chatserver.app import RunningServer, running
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from chatserver.store.open import open_store
from tests.conftest import StartServer
from tests.wire.client import customer, opened, technician

WEEK = [[["09:00:00", "12:00:00"], ["13:00:00", "17:00:00"]]] * 5 + [[], []]
WIDGET = {"accent": "#aa3300", "position": "left", "title": "Hello </script>", "language": "de"}


@asynccontextmanager
async def browser(
    server: RunningServer, login: str, rank: Rank
) -> AsyncIterator[aiohttp.ClientSession]:
    """Open an HTTP session that is signed in."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as http:
        hired = await server.accounts.hire(login, TechnicianTerms(login.title(), rank))
        link = (await server.accounts.sign_in_link(hired)).partition("#link=")[2]
        async with http.post("/login", json={"link": link}) as answer:
            assert answer.status == 200
        yield http


@pytest.fixture
async def admin(server: RunningServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with browser(server, "root", Rank.ADMIN) as http:
        yield http


async def post(http: aiohttp.ClientSession, path: str, **body: Any) -> tuple[int, Any]:
    async with http.post(path, json=body) as answer:
        return answer.status, await answer.json(content_type=None)


async def get(http: aiohttp.ClientSession, path: str) -> tuple[int, Any]:
    async with http.get(path) as answer:
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize(
    ("rank", "path", "status"),
    [
        (Rank.TECHNICIAN, "/admin/site", 403),
        (Rank.SUPERVISOR, "/admin/site", 403),
        (Rank.SUPERVISOR, "/admin/technicians", 403),
        (Rank.ADMIN, "/admin/technicians", 200),
        (Rank.TECHNICIAN, "/supervision/figures", 403),
        (Rank.SUPERVISOR, "/supervision/figures", 200),
        (Rank.TECHNICIAN, "/administration", 403),
        (Rank.SUPERVISOR, "/administration", 403),
        (Rank.TECHNICIAN, "/supervision", 403),
    ],
)
async def test_each_rank_has_its_pages(
    server: RunningServer, rank: Rank, path: str, status: int
) -> None:
    async with browser(server, "bob", rank) as http, http.get(path) as answer:
        assert answer.status == status


@pytest.mark.parametrize("path", ["/admin/site", "/admin/technicians", "/supervision/figures"])
async def test_a_request_without_a_session_is_not_signed_in(
    server: RunningServer, path: str
) -> None:
    async with aiohttp.request("GET", server.url + path) as answer:
        assert answer.status == 401


async def test_the_widget_changes_at_once_and_stays(start: StartServer) -> None:
    server = await start()
    async with browser(server, "root", Rank.ADMIN) as http:
        assert (await post(http, "/admin/site", widget=WIDGET))[0] == 200
        async with http.get("/widget.js") as answer:
            loader = await answer.text()
        assert '"accent":"#aa3300","position":"left"' in loader
        async with customer(server) as ann:
            assert ann.welcome["widget"]["title"] == "Hello </script>"
            assert ann.welcome["widget"]["language"] == "de"


async def test_changed_replies_targets_and_priorities_reach_connected_technicians(
    server: RunningServer, admin: aiohttp.ClientSession
) -> None:
    reply = {"id": "1", "shortcut": "hi", "title": "Greeting", "text": "Hello {customer}"}
    async with technician(server) as bob:
        await post(admin, "/admin/site", replies=[reply], targets={"amber": 1_000, "red": 9_000})
        site = await bob.next("site")
        assert site["replies"] == [reply]
        assert site["targets"] == {"amber": 1_000, "red": 9_000}
        await post(admin, "/admin/site", pairing={"topics": {"dsl": {"priority": 2}}})
        assert (await bob.next("site"))["priorities"] == {"dsl": 2}
    async with technician(server) as bob:
        assert bob.welcome["replies"] == [reply]
        assert bob.welcome["priorities"] == {"dsl": 2}


async def test_topics_can_be_added_and_removed(
    server: RunningServer, admin: aiohttp.ClientSession
) -> None:
    for topics in ([{"id": "dsl", "name": "DSL"}, {"id": "mail", "name": "E-mail"}], []):
        status, site = await post(admin, "/admin/site", topics=topics)
        assert (status, site["topics"]) == (200, topics)
        async with customer(server) as ann:
            assert ann.welcome["topics"] == topics


async def test_hours_with_breaks_are_stored_and_holidays_listed(
    server: RunningServer, admin: aiohttp.ClientSession
) -> None:
    schedule = {"timezone": "Europe/Berlin", "week": WEEK, "country": "DE", "region": "BY"}
    status, site = await post(admin, "/admin/site", schedule=schedule)
    assert status == 200
    assert site["schedule"]["week"] == WEEK
    assert {"name", "day"} == set(site["holidays"][0])
    assert (await get(admin, "/admin/site"))[1]["schedule"]["region"] == "BY"


async def test_topics_stay_in_the_order_that_was_chosen(
    server: RunningServer, admin: aiohttp.ClientSession
) -> None:
    topics = [{"id": "z", "name": "Zulu"}, {"id": "a", "name": "Alpha"}]
    await post(admin, "/admin/site", topics=topics)
    await post(admin, "/admin/technicians", login="eve", topics=["a", "new"])
    async with customer(server) as ann:
        assert [each["id"] for each in ann.welcome["topics"]] == ["z", "a", "new"]


async def test_two_administrators_do_not_overwrite_each_other(admin: aiohttp.ClientSession) -> None:
    _, before = await get(admin, "/admin/site")
    seen = {"widget": before["revisions"]["widget"]}
    status, after = await post(admin, "/admin/site", widget=WIDGET, seen=seen)
    assert status == 200
    assert after["revisions"]["widget"] != seen["widget"]
    assert after["revisions"]["topics"] == before["revisions"]["topics"]
    status, problem = await post(admin, "/admin/site", widget=WIDGET | {"title": "x"}, seen=seen)
    assert (status, problem["code"], problem["field"]) == (409, "conflict", "widget")
    assert (await get(admin, "/admin/site"))[1]["widget"]["title"] == "Hello </script>"


async def test_a_concurrent_change_by_a_command_is_not_overwritten(
    admin: aiohttp.ClientSession, tmp_path: Path
) -> None:
    _, seen = await get(admin, "/admin/site")
    async with open_store(tmp_path / "data") as beside:
        await beside.site.save_parts({"pairing": b'{"misses": 5}'})
    known = {"pairing": seen["revisions"]["pairing"]}
    status, problem = await post(admin, "/admin/site", pairing={"misses": 3}, seen=known)
    assert (status, problem["field"]) == (409, "pairing")
    assert (await get(admin, "/admin/site"))[1]["pairing"]["misses"] == 5


async def test_a_new_technician_cannot_take_an_existing_login(admin: aiohttp.ClientSession) -> None:
    status, _ = await post(admin, "/admin/technicians", login="eve", new=True)
    assert status == 200
    status, problem = await post(admin, "/admin/technicians", login="eve", new=True)
    assert (status, problem["field"]) == (409, "login")


async def test_terms_that_changed_meanwhile_are_not_overwritten(
    admin: aiohttp.ClientSession,
) -> None:
    _, hired = await post(admin, "/admin/technicians", login="eve", capacity=2)
    seen = hired["technician"]["revision"]
    terms = {"login": "eve", "capacity": 3, "seen": seen}
    assert (await post(admin, "/admin/technicians", **terms))[0] == 200
    status, problem = await post(admin, "/admin/technicians", **terms)
    assert (status, problem["code"]) == (409, "conflict")


async def test_holidays_are_chosen_by_name(admin: aiohttp.ClientSession) -> None:
    _, known = await get(admin, "/admin/holidays")
    assert {"DE", "AT", "US"} <= set(known["countries"])
    assert known["regions"] == known["days"] == []
    _, german = await get(admin, "/admin/holidays?country=DE&region=BY")
    assert {"id": "BY", "name": "Bayern"} in german["regions"]
    assert "Neujahr" in {each["name"] for each in german["days"]}
    status, problem = await get(admin, "/admin/holidays?country=XX")
    assert (status, problem["field"]) == (422, "country")


async def test_hours_say_what_they_come_to_before_they_are_chosen(
    admin: aiohttp.ClientSession,
) -> None:
    always = {"timezone": "UTC", "week": [[["00:00", "23:59:59.999999"]]] * 7}
    _, outlook = await post(admin, "/admin/outlook", **always)
    assert outlook["open"] is True
    assert 0 < outlook["reply_by"] - outlook["at"] <= 2 * 86_400_000
    assert (await get(admin, "/admin/site"))[1]["schedule"]["week"] != always["week"]
    status, problem = await post(admin, "/admin/outlook", timezone="UTC", week=[[]] * 7)
    assert (status, problem["field"]) == (422, "schedule")


async def test_a_page_for_others_is_refused_in_words(server: RunningServer) -> None:
    async with (
        browser(server, "bob", Rank.TECHNICIAN) as http,
        http.get("/administration") as answer,
    ):
        assert (answer.status, answer.content_type) == (403, "text/html")
        assert "refused.js" in await answer.text()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"widget": {"accent": "red", "position": "left"}}, "widget.accent"),
        ({"widget": {"accent": "#112233", "position": "up"}}, "widget.position"),
        ({"schedule": {"timezone": "Mars", "week": WEEK}}, "schedule.timezone"),
        ({"schedule": {"timezone": "UTC", "week": [[]] * 7}}, "schedule"),
        ({"schedule": {"timezone": "UTC", "week": [[["09:00", "09:00"]]] + [[]] * 6}}, "schedule"),
        ({"schedule": {"timezone": "UTC", "week": WEEK, "country": "XX"}}, "schedule"),
        ({"targets": {"amber": 0, "red": 1_000}}, "targets.amber"),
        ({"replies": [{"id": "1", "shortcut": "a b", "text": "x"}]}, "replies.0.shortcut"),
        (
            {"replies": [{"id": s, "shortcut": s, "text": "x"} for s in ("hi", "Hi")]},
            "replies.1.shortcut",
        ),
        ({"topics": [{"id": "UPPER", "name": "x"}]}, "topics.0.id"),
        ({"topics": [{"id": each, "name": "x"} for each in "ab"]}, "topics.1.name"),
        ({"unknown": 1}, "unknown"),
    ],
)
async def test_invalid_settings_are_refused_with_the_field(
    admin: aiohttp.ClientSession, change: dict[str, Any], field: str
) -> None:
    status, problem = await post(admin, "/admin/site", **change)
    assert (status, problem["field"]) == (422, field)


async def test_a_technician_is_hired_changed_and_dismissed(
    server: RunningServer, admin: aiohttp.ClientSession
) -> None:
    status, hired = await post(
        admin, "/admin/technicians", login="eve", name="Eve", role="technician", capacity=3
    )
    assert (status, hired["technician"]["capacity"]) == (200, 3)
    assert hired["link"].startswith("/login#link=")
    _, changed = await post(admin, "/admin/technicians", login="eve", name="Eva", topics=["dsl"])
    assert (changed["technician"]["name"], changed["link"]) == ("Eva", None)
    eve = changed["technician"]["id"]
    assert (await post(admin, f"/admin/technicians/{eve}/link"))[1]["link"]
    async with technician(server, "eve") as client:
        assert (await admin.post(f"/admin/technicians/{eve}/dismiss", json={})).status == 204
        assert await client.close_code() == 4501
    _, left = await get(admin, "/admin/technicians")
    assert [each["login"] for each in left["technicians"]] == ["root"]
    link = hired["link"].partition("#link=")[2]
    assert (await post(admin, "/login", link=link))[0] == 401


async def test_an_administrator_is_always_left(admin: aiohttp.ClientSession) -> None:
    _, people = await get(admin, "/admin/technicians")
    own = people["technicians"][0]
    assert (await post(admin, f"/admin/technicians/{own['id']}/dismiss"))[0] == 403
    status, _ = await post(admin, "/admin/technicians", login="root", role="technician")
    assert status == 403


async def test_a_dismissed_technician_hands_over(start: StartServer) -> None:
    server = await start(technician_grace_s=0)
    async with (
        browser(server, "root", Rank.ADMIN) as http,
        customer(server) as ann,
        technician(server, "bob") as bob,
    ):
        await opened(ann)
        await ann.event("assigned")
        own = bob.welcome["technician"]["id"]
        await http.post(f"/admin/technicians/{own}/dismiss", json={})
        assert (await ann.event("requeued"))["reason"] == "technician_left"


async def test_a_new_password_ends_the_other_sessions(server: RunningServer) -> None:
    async with (
        browser(server, "bob", Rank.TECHNICIAN) as here,
        browser(server, "bob", Rank.TECHNICIAN) as there,
    ):
        await here.post("/password", json={"password": "a long new password"})
        async with here.get("/console") as answer:
            assert answer.url.path == "/console"
        async with there.get("/console") as answer:
            assert answer.url.path == "/login"


async def test_the_figures_count_what_happened_today(server: RunningServer) -> None:
    async with browser(server, "sue", Rank.SUPERVISOR) as http:
        assert (await get(http, "/supervision/figures"))[1]["conversations"] == 0
        async with technician(server) as bob, customer(server) as ann:
            conversation = await opened(ann, text="hello")
            await bob.event("assigned")
            await bob.ok("send", conversation=conversation, text="hi")
            await ann.ok("close", conversation=conversation)
            await ann.ok("rate", conversation=conversation, score=4)
            await opened(ann)
        _, today = await get(http, "/supervision/figures")
        assert today["conversations"] == 2
        assert today["duration"]["count"] == 1
        assert today["first_reply"]["count"] == 1
        assert today["rating"] == {"count": 1, "average": 4.0, "scores": [0, 0, 0, 1, 0]}
        assert today["technicians"][0]["technician"]["name"] == "Bob"
        assert sum(hour["conversations"] for hour in today["hours"]) == 2


async def test_the_figures_count_promises_and_abandoned_conversations(start: StartServer) -> None:
    server = await start(customer_grace_s=0)
    async with (
        browser(server, "sue", Rank.SUPERVISOR) as http,
        customer(server) as ann,
        technician(server) as bob,
    ):
        await bob.ok("status", status="offline")
        asked = await ann.ok("open", text="hello", written=True)
        _, today = await get(http, "/supervision/figures")
        assert today["promises"] == {"made": 1, "kept": 0, "broken": 0, "due": 1}
        await bob.ok("accept", conversation=asked["conversation"])
        await bob.ok("send", conversation=asked["conversation"], text="hi")
        _, today = await get(http, "/supervision/figures")
        assert today["promises"] == {"made": 1, "kept": 1, "broken": 0, "due": 0}
        assert today["first_reply"]["count"] == 0
        async with customer(server) as eve:
            await opened(eve)
        await bob.next("conversation", status="closed")
        assert (await get(http, "/supervision/figures"))[1]["abandoned"] == 1


async def test_a_topic_with_hours_of_its_own_promises_by_them(
    server: RunningServer, admin: aiohttp.ClientSession
) -> None:
    topics = [{"id": "dsl", "name": "DSL"}, {"id": "laptop", "name": "Laptop"}]
    noon = {"timezone": "UTC", "week": [[["11:00", "12:00"]]] * 7}
    evening = {"timezone": "UTC", "week": [[["20:00", "23:00"]]] * 7}
    status, site = await post(
        admin, "/admin/site", topics=topics, schedule=noon, topic_hours={"dsl": evening}
    )
    assert status == 200
    assert list(site["topic_hours"]) == ["dsl"]
    async with customer(server) as ann:
        assert list(ann.welcome["promises"]) == ["dsl"]
        promised = {}
        for topic in ("dsl", "laptop"):
            left = await ann.ok("open", topic=topic, text="It blinks", written=True)
            promised[topic] = datetime.fromtimestamp(left["reply_by"] / 1_000, UTC)
    assert 20 <= promised["dsl"].hour <= 23
    assert 11 <= promised["laptop"].hour <= 12
    status, problem = await post(
        admin, "/admin/site", topic_hours={"dsl": {"timezone": "UTC", "week": [[]] * 7}}
    )
    assert (status, problem["code"], problem["field"]) == (422, "invalid", "topic_hours.dsl")


async def test_the_hours_of_topics_outlast_a_restart(tmp_path: Path) -> None:
    settings = load_settings(None, data=tmp_path / "elsewhere", port=0)
    evening = {"timezone": "UTC", "week": [[["20:00", "23:00"]]] * 7}
    topics = [{"id": "dsl", "name": "DSL"}]
    async with running(settings) as before, browser(before, "root", Rank.ADMIN) as http:
        await post(http, "/admin/site", topics=topics, topic_hours={"dsl": evening})
    async with running(settings) as after, customer(after) as ann:
        promise = datetime.fromtimestamp(ann.welcome["promises"]["dsl"] / 1_000, UTC)
        assert 20 <= promise.hour <= 23


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=tomorrow", "period"),
        ("from=yesterday", "from"),
        ("from=2026-02-30", "from"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("from=2020-01-01&to=2026-03-01", "to"),
        ("period=today&from=2026-03-01", "period"),
        ("since=2026-03-01", "since"),
    ],
)
@pytest.mark.parametrize("path", ["/supervision/figures", "/supervision/conversations.csv"])
async def test_a_period_that_is_none_is_refused_with_its_field(
    server: RunningServer, path: str, query: str, field: str
) -> None:
    async with browser(server, "sue", Rank.SUPERVISOR) as http:
        status, refused = await get(http, f"{path}?{query}")
    assert (status, refused["field"]) == (422, field)


async def test_the_conversations_of_a_period_are_exported(server: RunningServer) -> None:
    async with browser(server, "sue", Rank.SUPERVISOR) as http, customer(server) as ann:
        opening = await ann.ok("open", text="hello")
        async with http.get("/supervision/conversations.csv?period=last_7_days") as answer:
            assert answer.headers["Content-Type"].startswith("text/csv")
            assert ".csv" in answer.headers["Content-Disposition"]
            heading, line, end = (await answer.text("utf-8-sig")).split("\r\n")
        assert heading.startswith("reference,opened,")
        assert line.startswith(opening["reference"])
        assert end == ""
        _, yesterday = await get(http, "/supervision/figures?period=yesterday")
        assert yesterday["conversations"] == 0
    async with (
        browser(server, "bob", Rank.TECHNICIAN) as http,
        http.get("/supervision/conversations.csv") as answer,
    ):
        assert answer.status == 403
