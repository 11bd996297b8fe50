"""No screen has a barrier by WCAG 2.2 AA, in light and dark, as far as axe-core finds them."""

import re

import pytest
from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.browser.axe import barriers_in_both_schemes
from tests.browser.conftest import PersonComes, VisitorComes
from tests.browser.scenario import open_scenario
from tests.wire.client import opened, technician

WRITTEN = ["/", "/demo", "/chat/message", "/privacy", "/nothing"]
BUILT = {
    "/login": "Login",
    "/widget": "We’re offline.",
    "/chat": "We’re offline.",
    "/archive": "Your archive isn’t open here",
    "/verify": "Check it yourself",
}
"""Public pages that a script builds, with a text that comes last."""

SECTIONS = ["Technicians", "Topics", "Canned replies", "Opening hours", "Pairing", "Widget"]


async def clear(page: Page, screen: str) -> None:
    """Assert that the page has no barriers, in either colour scheme."""
    assert await barriers_in_both_schemes(page) == [], screen


@pytest.mark.parametrize("path", [*WRITTEN, *BUILT])
async def test_public_pages_have_no_barriers(
    people: PersonComes, server: RunningServer, path: str
) -> None:
    page = await people()
    await page.goto(server.url + path)
    if path in BUILT:
        await expect(page.get_by_text(BUILT[path]).first).to_be_visible()
    await clear(page, path)


async def test_the_panel_has_no_barriers_from_question_to_rating(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await visitor()
    await ann.open_widget()
    await clear(ann.page, "nobody there")
    async with technician(server) as bob:
        await expect(ann.panel.get_by_text("We’re online.")).to_be_visible()
        await clear(ann.page, "home")
        await ann.panel.get_by_label("Describe your problem").fill("It blinks")
        await ann.panel.get_by_role("button", name="Start chat").click()
        await ann.is_chatting_with("Bob")
        conversation = (await bob.event("assigned"))["conversation"]
        text = "> It blinks\nTry this:\n```\nsudo reboot\n```\nor https://help.example/ `now`"
        await bob.ok("send", conversation=conversation, text=text)
        await expect(ann.panel.get_by_role("link", name="https://help.example/")).to_be_visible()
        await clear(ann.page, "conversation")
        await ann.panel.get_by_role("button", name="Menu").click()
        await clear(ann.page, "menu")
        await ann.page.keyboard.press("Escape")
        await bob.ok("close", conversation=conversation)
        await expect(ann.panel.get_by_role("button", name="4 of 5")).to_be_visible()
        await clear(ann.page, "ended")


async def test_the_panel_has_no_barriers_while_a_customer_waits(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with (
        technician(server, status="online", capacity=1) as bob,
        open_scenario(server) as scenario,
    ):
        await opened(await scenario.come("First"))
        await bob.event("assigned")
        ann = await visitor()
        await ann.start_chat("It blinks")
        await expect(ann.panel.get_by_text(re.compile("number 1"))).to_be_visible()
        await clear(ann.page, "waiting")


async def test_the_console_has_no_barriers(people: PersonComes, server: RunningServer) -> None:
    page = await people(viewport={"width": 1440, "height": 900})
    async with open_scenario(server) as scenario:
        await scenario.arrange()
        await scenario.sign_in(page, "bob", Rank.ADMIN, capacity=2)
        await clear(page, "console, empty")
        await page.get_by_label("Status").select_option("online")
        ann, eve, mia = [await scenario.come(name) for name in ("Ann", "Eve", "Mia")]
        for customer in (ann, eve, mia):
            conversation = await opened(customer, text="It blinks", topic="internet")
        await expect(page.locator(".pane")).to_have_count(2)
        await expect(page.get_by_role("button", name="Accept Mia")).to_be_visible()
        await clear(page, "console, two side by side and one waiting")
        field = page.locator(".pane").first.get_by_role("textbox")
        await field.fill("/")
        await expect(page.locator(".pane").get_by_role("option").first).to_be_visible()
        await clear(page, "console, ready answers")
        await field.fill("// a note")
        await field.press("Enter")
        await expect(page.locator(".note").first).to_be_visible()
        await clear(page, "console, note")
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await clear(page, "console, palette")
        await page.keyboard.press("Escape")
        await page.locator(".pane").first.get_by_role("button", name="More").click()
        await clear(page, "console, actions of a pane")
        await page.locator(".pane").first.get_by_role("button", name="Transfer").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await clear(page, "console, transfer")
        await page.keyboard.press("Escape")
        await page.get_by_role("tab", name="Look up").click()
        await clear(page, "console, look up")
        assert conversation


async def test_supervision_has_no_barriers(people: PersonComes, server: RunningServer) -> None:
    page = await people(viewport={"width": 1440, "height": 900})
    async with open_scenario(server) as scenario:
        bob = await scenario.sit("bob", capacity=1)
        ann, eve = await scenario.come("Ann"), await scenario.come("Eve")
        await opened(ann, text="It blinks")
        await bob.event("assigned")
        await opened(eve, text="It hums")
        await scenario.sign_in(page, "sue", Rank.SUPERVISOR)
        await page.goto(f"{server.url}/supervision")
        await expect(page.get_by_text("It hums").first).to_be_visible()
        await clear(page, "supervision")


async def test_administration_has_no_barriers(people: PersonComes, server: RunningServer) -> None:
    page = await people(viewport={"width": 1440, "height": 900})
    async with open_scenario(server) as scenario:
        await scenario.arrange()
        await scenario.sign_in(page, "ada", Rank.ADMIN)
        await page.goto(f"{server.url}/administration")
        for section in SECTIONS:
            name = re.compile(f"^{section}")
            await page.get_by_role("navigation").get_by_role("link", name=name).click()
            await expect(page.get_by_role("heading", name=name).first).to_be_visible()
            await clear(page, f"administration, {section}")
