"""A supervisor sees what goes on, reads along and takes over."""

from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.browser.axe import barriers, barriers_in_both_schemes
from tests.browser.conftest import PersonComes
from tests.browser.sign_in import open_signed_in
from tests.wire.client import customer, opened, technician

SOCKETS = """
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...given) { super(...given); window.sockets.push(this); }
  };
"""
"""Keeps the sockets that the page opens, so that a test can cut them."""


async def staff(people: PersonComes, server: RunningServer, path: str, rank: Rank) -> Page:
    """Open a page, signed in."""
    page = await people()
    await open_signed_in(page, server, "sue", TechnicianTerms("Sue", rank), path=path)
    return page


async def test_a_supervisor_sees_who_waits_and_reads_along(
    people: PersonComes, server: RunningServer
) -> None:
    page = await staff(people, server, "/supervision", Rank.SUPERVISOR)
    waiting = page.get_by_role("region", name="Waiting now")
    await expect(waiting.get_by_text("No one is waiting.")).to_be_visible()
    async with customer(server, name="Ann") as ann, technician(server, "bob") as bob:
        await bob.ok("status", status="away")
        conversation = await opened(ann, text="My modem blinks")
        await expect(waiting.get_by_role("button", name="Ann")).to_contain_text("0:0")
        await waiting.get_by_role("button", name="Ann").click()
        reading = page.get_by_role("complementary")
        await expect(reading.get_by_role("heading", name="Ann")).to_be_focused()
        await expect(reading.get_by_text("My modem blinks")).to_be_visible()
        await bob.ok("accept", conversation=conversation)
        active = page.get_by_role("region", name="Open conversations")
        await expect(active.get_by_role("button", name="Ann")).to_contain_text("with Bob")
        # The button was made while Ann waited; she is not taken from Bob by one click.
        await reading.get_by_role("button", name="Take over").click()
        await reading.get_by_role("button", name="Cancel").click()
        await bob.ok("send", conversation=conversation, text="Which light?")
        await bob.ok("note", conversation=conversation, text="old firmware")
        await expect(reading.get_by_text("Which light?")).to_be_visible()
        await expect(reading.get_by_text("old firmware")).to_be_visible()
        await ann.ok("close", conversation=conversation)
        await expect(reading.get_by_text("Ended ·")).to_be_visible()
        await expect(reading.get_by_role("button", name="Take over")).to_have_count(0)
        await expect(active.get_by_text("No open conversations.")).to_be_visible()


async def test_a_supervisor_takes_over_after_being_asked_twice(
    people: PersonComes, server: RunningServer
) -> None:
    page = await staff(people, server, "/supervision", Rank.SUPERVISOR)
    async with customer(server, name="Ann") as ann, technician(server, "bob") as bob:
        conversation = await opened(ann, text="My modem blinks")
        await bob.event("assigned")
        await page.get_by_role("button", name="Ann").click()
        await page.get_by_role("button", name="Take over").press("Enter")
        await expect(page.get_by_role("button", name="Yes, take over")).to_be_focused()
        # From before the click: the console takes the conversation out of its address at once.
        async with page.expect_navigation(url=f"**/console#conversation={conversation}"):
            await page.get_by_role("button", name="Yes, take over").press("Enter")
        await ann.event("assigned")
        taken = await ann.event("assigned")
        assert taken["technician"]["name"] == "Sue"


async def test_a_supervisor_helps_who_waits_with_one_click(
    people: PersonComes, server: RunningServer
) -> None:
    page = await staff(people, server, "/supervision", Rank.SUPERVISOR)
    async with customer(server, name="Ann") as ann:
        conversation = await opened(ann, text="My modem blinks")
        await page.get_by_role("button", name="Ann").click()
        async with page.expect_navigation(url=f"**/console#conversation={conversation}"):
            await page.get_by_role("button", name="Take over").click()
        assert (await ann.event("assigned"))["technician"]["name"] == "Sue"


async def test_what_is_read_goes_on_after_the_line_was_lost(
    people: PersonComes, server: RunningServer
) -> None:
    page = await staff(people, server, "/supervision", Rank.SUPERVISOR)
    await page.add_init_script(SOCKETS)
    await page.reload()
    async with customer(server, name="Ann") as ann, technician(server, "bob") as bob:
        conversation = await opened(ann, text="My modem blinks")
        await bob.event("assigned")
        await page.get_by_role("button", name="Ann").click()
        reading = page.get_by_role("complementary")
        await expect(reading.get_by_text("My modem blinks")).to_be_visible()
        await page.evaluate("window.sockets.at(-1).close()")
        await bob.ok("send", conversation=conversation, text="meanwhile")
        await expect(reading.get_by_text("meanwhile")).to_be_visible()
        await bob.ok("send", conversation=conversation, text="and live again")
        await expect(reading.get_by_text("and live again")).to_be_visible()
        await expect(reading.get_by_text("meanwhile")).to_have_count(1)


async def test_the_day_is_shown_as_a_chart_and_as_a_table(
    people: PersonComes, server: RunningServer
) -> None:
    page = await staff(people, server, "/supervision", Rank.SUPERVISOR)
    today = page.get_by_role("region", name="Figures")
    await expect(today.get_by_text("No conversations yet today.")).to_be_visible()
    async with customer(server, name="Ann") as ann, technician(server, "bob") as bob:
        conversation = await opened(ann, text="My modem blinks")
        await bob.event("assigned")
        await bob.ok("send", conversation=conversation, text="Which light?")
        await ann.ok("close", conversation=conversation)
        await ann.ok("rate", conversation=conversation, score=4)
        chart = today.get_by_role("img", name="Conversations per hour")
        await expect(chart).to_be_visible()
        # Any hour but the last one, which may have ended since.
        await expect(chart.locator("rect.bar[height='162']")).to_have_count(1)
        await today.get_by_text("As a table").click()
        await expect(today.get_by_role("row", name="Bob")).to_contain_text("1")
    assert await barriers(page) == []


async def test_the_figures_of_a_past_period_are_shown_and_exported(
    people: PersonComes, server: RunningServer
) -> None:
    page = await staff(people, server, "/supervision", Rank.SUPERVISOR)
    figures = page.get_by_role("region", name="Figures")
    async with customer(server, name="Ann") as ann:
        await opened(ann, text="My modem blinks")
        await figures.get_by_label("Period").select_option("Last 7 days")
        await expect(figures.get_by_role("img", name="Conversations per day")).to_be_visible()
        await figures.get_by_label("Period").select_option("Yesterday")
        await expect(figures.get_by_text("No conversations in this period.")).to_be_visible()
        await figures.get_by_label("Period").select_option("From … to …")
        assert await barriers(page) == []
        await figures.get_by_label("From", exact=True).fill("2026-01-02")
        await figures.get_by_label("To", exact=True).fill("2026-01-01")
        await expect(figures.get_by_role("alert")).to_have_text(
            "Something is missing or isn’t filled in correctly."
        )
        await figures.get_by_label("Period").select_option("Today")
        async with page.expect_download() as waiting:
            await figures.get_by_role("link", name="Export as CSV").click()
        table = await (await waiting.value).path()
        assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 2


async def test_people_are_shown_with_their_load(people: PersonComes, server: RunningServer) -> None:
    page = await staff(people, server, "/supervision", Rank.SUPERVISOR)
    async with customer(server, name="Ann") as ann, technician(server, "bob"):
        await opened(ann, text="My modem blinks")
        crew = page.get_by_role("region", name="Technicians")
        bob = crew.get_by_role("listitem").filter(has_text="Bob")
        await expect(bob).to_contain_text("Online")
        await expect(bob).to_contain_text("1 of 2")
        await page.get_by_role("button", name="Ann").press("Enter")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Ann")).to_be_focused()


async def test_without_the_rank_the_supervision_says_so(
    people: PersonComes, server: RunningServer
) -> None:
    await server.accounts.hire("sue", TechnicianTerms("Sue", Rank.TECHNICIAN))
    page = await staff(people, server, "/console", Rank.TECHNICIAN)
    await page.goto(f"{server.url}/supervision")
    await expect(
        page.get_by_role("heading", name="You don’t have access to this page")
    ).to_be_visible()
    assert await barriers(page) == []
    await page.get_by_role("link", name="To the console").click()
    await page.wait_for_url("**/console")


async def test_every_state_is_accessible(people: PersonComes, server: RunningServer) -> None:
    page = await staff(people, server, "/supervision", Rank.ADMIN)
    async with customer(server, name="محمد") as ann, technician(server, "bob") as bob:
        await bob.ok("status", status="away")
        conversation = await opened(ann, text="x" * 300)
        await ann.ok("open", text="second", written=True)
        await bob.ok("accept", conversation=conversation)
        await page.get_by_text("As a table").click()
        await page.get_by_role("button", name="with Bob").click()
        await expect(page.get_by_role("complementary").get_by_role("log")).to_be_visible()
        await expect(page.get_by_text("reply by")).to_be_visible()
        assert await barriers_in_both_schemes(page) == []
        await page.set_viewport_size({"width": 320, "height": 640})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        await page.keyboard.press("Escape")
        assert await barriers(page) == []


async def test_an_answer_is_noticed_without_any_part_in_it(
    people: PersonComes, server: RunningServer
) -> None:
    page = await staff(people, server, "/supervision", Rank.SUPERVISOR)
    async with customer(server, name="Ann") as ann, technician(server, "bob") as bob:
        conversation = await opened(ann, text="My modem blinks")
        active = page.get_by_role("region", name="Open conversations")
        row = active.get_by_role("button", name="Ann")
        await expect(row).to_contain_text("waits for an answer")
        await bob.ok("send", conversation=conversation, text="Which light?")
        await expect(row).to_contain_text("answered")
