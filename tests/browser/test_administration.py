"""Settings of an administrator take effect at once in every open page."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import Page, Route, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.browser.axe import barriers, barriers_in_both_schemes
from tests.browser.conftest import PersonComes
from tests.browser.sign_in import open_signed_in
from tests.wire.client import customer, hired, technician

SECTIONS = ("technicians", "topics", "pairing", "replies", "hours", "widget")
AdminSits = Callable[..., Awaitable[Page]]


@pytest.fixture
def admin(people: PersonComes, server: RunningServer) -> AdminSits:
    """Sign in as an administrator and open a section."""

    async def sit(section: str = "technicians", login: str = "root") -> Page:
        terms = TechnicianTerms(login.title(), Rank.ADMIN)
        page = await people()
        await open_signed_in(page, server, login, terms, path=f"/administration#{section}")
        await page.locator("#places").wait_for()
        return page

    return sit


async def save(page: Page) -> None:
    form = page.locator("form:visible").first
    await form.get_by_role("button", name="Save", exact=True).click()
    await expect(form.get_by_text("Saved.")).to_be_visible()


async def test_a_technician_is_added_and_signs_in_by_the_link(
    admin: AdminSits, people: PersonComes, server: RunningServer
) -> None:
    page = await admin()
    await page.get_by_text("Add a technician").click()
    hire = page.get_by_role("region", name="Add a technician")
    await hire.get_by_label("Login").fill("eve")
    await hire.get_by_role("button", name="Add and get the link").click()
    await expect(hire.get_by_text("A name is missing.")).to_be_visible()
    await expect(hire.get_by_label("Name")).to_be_focused()
    await hire.get_by_label("Name").fill("Eve")
    await hire.get_by_label("Customers at once").fill("2")
    await hire.get_by_label("Name").press("Enter")
    link = await hire.get_by_label("One-time link").input_value()
    eve = page.locator("[data-login=eve]")
    await expect(eve).to_contain_text("2 customers at once")
    console = await people()
    await console.goto(link)
    await console.get_by_role("button", name="Sign in").click()
    await console.get_by_role("button", name="Skip").click()
    await console.get_by_label("Status").select_option("online")
    async with customer(server) as ann:
        if not ann.welcome["available"]:
            await ann.next("presence", available=True)
    await eve.locator("summary").click()
    await eve.get_by_label("Role").select_option("supervisor")
    await expect(page.get_by_role("link", name="Technicians not saved yet")).to_be_visible()
    await eve.get_by_role("button", name="Save").click()
    await expect(eve.locator("summary")).to_contain_text("Supervisor")
    await eve.get_by_role("button", name="Remove…").click()
    await expect(eve.get_by_role("button", name="Cancel")).to_be_focused()
    await eve.get_by_role("button", name="Remove Eve").click()
    await expect(eve).to_have_count(0)
    await console.wait_for_url("**/login*")


async def test_nobody_is_added_under_a_login_that_is_taken(admin: AdminSits) -> None:
    page = await admin()
    await page.get_by_text("Add a technician").press("Enter")
    hire = page.get_by_role("region", name="Add a technician")
    await hire.get_by_label("Login").fill("root")
    await hire.get_by_label("Name").fill("Impostor")
    await hire.get_by_label("Name").press("Enter")
    await expect(hire.get_by_text("This login is already in use.")).to_be_visible()
    await expect(hire.get_by_label("Login")).to_be_focused()
    await expect(hire.get_by_label("Name")).to_have_value("Impostor")


async def test_an_administrator_cannot_dismiss_themselves(admin: AdminSits) -> None:
    page = await admin()
    own = page.locator("[data-login=root]")
    await own.locator("summary").click()
    await own.get_by_role("button", name="Remove…").click()
    await own.get_by_role("button", name="Remove Root").click()
    await expect(own.get_by_text("You can’t remove yourself.")).to_be_visible()


async def test_topics_are_added_ordered_and_removed_by_keyboard(
    admin: AdminSits, server: RunningServer
) -> None:
    await hired(server, "bob", topics=frozenset({"dsl"}))
    page = await admin("topics")
    await page.get_by_role("button", name="Add a topic").press("Enter")
    await page.keyboard.type("E-mail")
    names = page.get_by_role("form", name="Topics").get_by_label("Name")
    await expect(names.last).to_be_focused()
    await page.get_by_role("button", name="Move up").last.press("Enter")
    await expect(page.get_by_role("button", name="Move up").first).to_be_focused()
    await save(page)
    async with customer(server) as ann:
        assert [each["id"] for each in ann.welcome["topics"]] == ["e-mail", "dsl"]
    await page.get_by_role("button", name="Remove").last.press("Enter")
    await expect(page.get_by_text("Assigned to Bob")).to_be_visible()
    await names.first.fill("Mail")
    await names.first.press("Enter")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    async with customer(server) as ann:
        assert ann.welcome["topics"] == [{"id": "e-mail", "name": "Mail"}]


async def test_a_ready_answer_reaches_who_is_connected(
    admin: AdminSits, server: RunningServer
) -> None:
    page = await admin("replies")
    async with technician(server, "bob") as bob:
        for shortcut in ("/hello", "HELLO"):
            await page.get_by_role("button", name="Add a canned reply").click()
            line = page.locator(".replies > li").last
            await line.get_by_label("Shortcut").fill(shortcut)
            await line.get_by_label("Text").fill("Hello ")
            await line.get_by_role("button", name="{first_name}").click()
            await expect(line.get_by_text("Hello Ann", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Save").click()
        wrong = page.get_by_text("This shortcut is already in use.")
        await expect(wrong).to_be_visible()
        await expect(line.get_by_label("Shortcut")).to_be_focused()
        await line.get_by_label("Shortcut").fill("bye")
        await expect(wrong).to_be_hidden()
        await save(page)
        site = await bob.next("site")
        assert [each["shortcut"] for each in site["replies"]] == ["hello", "bye"]
        assert site["replies"][0]["text"] == "Hello {first_name}"


async def test_hours_and_holidays_change_what_is_promised(
    admin: AdminSits, server: RunningServer
) -> None:
    page = await admin("hours")
    zone = ZoneInfo("Europe/Berlin")
    await page.get_by_label("Time zone").fill("Mars")
    await page.get_by_role("button", name="Save").first.click()
    await expect(page.get_by_text("There is no such time zone.")).to_be_visible()
    await page.get_by_label("Time zone").fill("Europe/Berlin")
    await page.get_by_label("Monday: closes").fill("12:00")
    await page.get_by_role("button", name="Monday: Add hours").click()
    await page.get_by_label("Monday: opens").last.fill("11:00")
    await page.get_by_role("button", name="Save").first.click()
    await expect(page.get_by_text("These hours overlap.")).to_be_visible()
    await page.get_by_label("Monday: opens").last.fill("13:00")
    await page.get_by_label("Monday: closes").last.fill("16:30")
    await page.get_by_role("button", name="Monday: Copy to all days").click()
    today = datetime.now(UTC).astimezone(zone).date()
    for ahead in range(3):
        await page.get_by_label("Day", exact=True).fill(f"{today + timedelta(days=ahead)}")
        await page.get_by_role("button", name="Add this day").click()
    await page.get_by_role("combobox", name="Country").select_option(label="Germany")
    await page.get_by_role("combobox", name="Region").select_option(label="Bayern")
    await expect(page.get_by_text("you are closed now")).to_be_visible()
    await save(page)
    async with customer(server) as ann:
        promised = datetime.fromtimestamp(ann.welcome["reply_by"] / 1_000, zone)
    assert promised.date() >= today + timedelta(days=3)
    assert (promised.hour, promised.minute) == (16, 30)
    await page.reload()
    await expect(page.get_by_role("combobox", name="Region")).to_have_value("BY")
    await expect(page.get_by_label("Sunday: closes").last).to_have_value("16:30")


async def test_the_widget_is_seen_while_it_is_chosen(
    admin: AdminSits, server: RunningServer
) -> None:
    page = await admin("widget")
    panel = page.frame_locator("iframe")
    await expect(panel.get_by_role("heading", name="How can we help?")).to_be_visible()
    await page.get_by_label("Title").fill("Ask the workshop")
    await expect(panel.get_by_role("heading", name="Ask the workshop")).to_be_visible()
    await expect(page.get_by_label("Title")).to_be_focused()
    await page.get_by_label("Position").select_option("left")
    accent = page.get_by_label("Accent colour", exact=True)
    await accent.fill("red")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("A colour such as #1a5fcc.")).to_be_visible()
    await expect(accent).to_be_focused()
    await accent.fill("#AA3300")
    await save(page)
    async with aiohttp.request("GET", f"{server.url}/widget.js") as answer:
        assert '"accent":"#aa3300","position":"left"' in await answer.text()
    line = await page.get_by_label("HTML").input_value()
    assert line == f'<script async src="{server.url}/widget.js"></script>'


async def test_of_two_administrators_the_second_is_told_of_the_change(admin: AdminSits) -> None:
    ann, bob = await admin("widget", "ann"), await admin("widget", "bob")
    await ann.get_by_label("Title").fill("Ann's")
    await bob.get_by_label("Title").fill("Bob's")
    await save(ann)
    await bob.get_by_role("button", name="Save", exact=True).click()
    faster = bob.get_by_text("Someone else saved this in the meantime.").locator("visible=true")
    await expect(faster).to_be_visible()
    await expect(bob.get_by_label("Title")).to_have_value("Bob's")
    await bob.get_by_role("button", name="Use theirs").click()
    await expect(bob.get_by_label("Title")).to_have_value("Ann's")
    await bob.get_by_label("Greeting").fill("Bob says hello")
    await ann.get_by_label("Greeting").fill("Ann says hello")
    await save(ann)
    await bob.get_by_role("button", name="Save", exact=True).click()
    await bob.get_by_role("button", name="Overwrite with mine").click()
    await expect(bob.get_by_text("Saved.")).to_be_visible()
    await ann.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(ann.get_by_label("Greeting")).to_have_value("Bob says hello")


async def test_settings_that_could_not_be_saved_stay_in_the_form(admin: AdminSits) -> None:
    page = await admin("hours")
    form: Any = page.locator("form").filter(has_text="Waiting times")
    await form.get_by_label("Amber").fill("0.5")
    await page.context.set_offline(True)
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("We can’t reach the server.")).to_be_visible()
    await expect(form.get_by_text("Not saved yet.")).to_be_visible()
    await page.context.set_offline(False)
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Saved.")).to_be_visible()
    await form.get_by_label("Red").fill("0.1")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Red comes after amber.")).to_be_visible()
    await form.get_by_role("button", name="Undo").click()
    await expect(form.get_by_label("Red")).to_have_value("5")


async def test_a_form_is_shown_with_its_values_and_a_late_answer_never_takes_them_back(
    people: PersonComes, server: RunningServer
) -> None:
    page = await people()
    asked: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def answer_late(route: Route) -> None:
        if route.request.method == "GET":
            answer, release = await route.fetch(), asyncio.Event()
            asked.put_nowait(release)
            await release.wait()
            await route.fulfill(response=answer)
        else:
            await route.continue_()

    await page.route("**/admin/site", answer_late)
    terms = TechnicianTerms("Root", Rank.ADMIN)
    await open_signed_in(page, server, "root", terms, path="/administration#hours")
    first = await asked.get()
    form = page.locator("form").filter(has_text="Waiting times")
    await expect(form).to_be_attached()
    await expect(form).to_be_hidden()
    first.set()
    await expect(form.get_by_label("Red")).to_have_value("5")
    # The page looks again, and is answered after it has saved something newer.
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    second = await asked.get()
    await form.get_by_label("Red").fill("9")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Saved.")).to_be_visible()
    async with page.expect_event("requestfinished", lambda request: "site" in request.url):
        second.set()
    # What is asked later is answered after the page has handled the late answer.
    await page.evaluate("fetch('/account').then((answer) => answer.text())")
    await expect(form.get_by_label("Red")).to_have_value("9")


async def test_the_forms_of_technicians_have_no_barriers(
    admin: AdminSits, server: RunningServer
) -> None:
    await hired(server, "bob", topics=frozenset({"dsl"}))
    page = await admin()
    await page.get_by_text("Add a technician").click()
    await page.locator("[data-login=bob] summary").click()
    assert await barriers_in_both_schemes(page) == []


async def test_every_section_fits_a_small_phone(admin: AdminSits, server: RunningServer) -> None:
    await hired(server, "bob", topics=frozenset({"dsl"}))
    page = await admin()
    await page.get_by_text("Add a technician").click()
    await page.locator("[data-login=bob] summary").click()
    await page.set_viewport_size({"width": 320, "height": 640})
    for section in SECTIONS:
        await page.locator(f"#sections a[href='#{section}']").click()
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, section


async def test_pairing_rules_are_chosen_by_topic(admin: AdminSits, server: RunningServer) -> None:
    await hired(server, "bob", topics=frozenset({"dsl"}))
    page = await admin("pairing")
    form = page.get_by_role("form", name="Pairing")
    await form.get_by_text("dsl").click()
    await form.get_by_label("Required skills", exact=True).fill("Größe")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Small letters, digits, - and _ only.")).to_be_visible()
    await form.get_by_label("Required skills", exact=True).fill("fibre, copper")
    await form.get_by_role("combobox", name="How customers come").select_option("by_hand")
    await form.get_by_label("These customers have priority").fill("3")
    await form.get_by_label("technicians without the required skills are asked").fill("2")
    pause = form.get_by_label("After a new customer, a technician gets no other one for")
    await pause.fill("86401")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("A number from 0 to 86,400.")).to_be_visible()
    await pause.fill("2.5")
    await save(page)
    await page.reload()
    line = form.get_by_role("listitem")
    await expect(line).to_contain_text("accepted by hand · priority 3 · needs copper, fibre")
    await expect(pause).to_have_value("2.5")
    async with customer(server) as ann, technician(server, "bob") as bob:
        await ann.ok("open", topic="dsl", text="hello")
        await bob.next("conversation", status="waiting")
        site = await page.evaluate("fetch('/admin/site').then((answer) => answer.json())")
        assert site["pairing"]["pause"] == 2_500
        rules = site["pairing"]["topics"]["dsl"]
        assert (rules["priority"], rules["capacity"], rules["widen_after"]) == (3, None, 120_000)


async def test_languages_and_skills_of_a_technician_are_stored(
    admin: AdminSits, server: RunningServer
) -> None:
    await server.accounts.hire("bob", TechnicianTerms("Bob"))
    page = await admin()
    bob = page.locator("[data-login=bob]")
    await bob.locator("summary").press("Enter")
    await bob.get_by_label("Languages").fill("de, EN")
    await bob.get_by_label("Skills").fill("fibre")
    await bob.get_by_label("Skills").press("Enter")
    await expect(bob.get_by_text("Saved.")).to_be_visible()
    kept = await server.accounts.find_by_login("bob")
    assert kept is not None
    assert (kept.languages, kept.skills) == (frozenset({"de", "en"}), frozenset({"fibre"}))


async def test_a_topic_gets_hours_of_its_own(admin: AdminSits, server: RunningServer) -> None:
    page = await admin("hours")
    chosen = {"topics": [{"id": "dsl", "name": "DSL"}]}
    origin = {"Origin": server.url}
    await page.request.post(f"{server.url}/admin/site", data=chosen, headers=origin)
    await page.reload()
    form = page.locator("form").filter(has_text="Hours by topic")
    await form.get_by_label("Own hours for DSL").check()
    await expect(form.get_by_label("Monday: opens")).to_have_value("09:00")
    # Earlier would be after midnight; the same time is no period.
    await form.get_by_label("Monday: closes").fill("09:00")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_label("Monday: closes")).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("Monday: closes").fill("12:00")
    await form.get_by_role("button", name="Monday: Copy to all days").click()
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Saved.")).to_be_visible()
    async with customer(server) as ann:
        promised = datetime.fromtimestamp(ann.welcome["promises"]["dsl"] / 1_000, UTC)
        assert 9 <= promised.hour <= 12
    await page.reload()
    await expect(form.get_by_label("Own hours for DSL")).to_be_checked()
    await expect(form.get_by_label("Sunday: closes")).to_have_value("12:00")
    assert await barriers(page) == []
    await form.get_by_label("Own hours for DSL").uncheck()
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Saved.")).to_be_visible()
    async with customer(server) as ann:
        assert ann.welcome["promises"] == {}
