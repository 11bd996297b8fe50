"""The chat as a page of its own, for links and QR codes, with and without scripts."""

import pytest
from playwright.async_api import Browser, expect

from chatserver.app import RunningServer
from tests.browser.conftest import PersonComes
from tests.wire.client import hired
from tests.wire.client import technician as wire_technician

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1_440, "height": 900}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_link_opens_the_chat_about_its_topic(
    people: PersonComes, server: RunningServer, size: dict[str, int]
) -> None:
    async with wire_technician(server, topics=frozenset({"dsl", "billing"})) as bob:
        page = await people(viewport=size)
        await page.goto(f"{server.url}/chat?topic=dsl")
        await expect(page.get_by_role("radio", name="dsl")).to_be_checked()
        await expect(page.get_by_role("button", name="Close")).to_be_hidden()
        await page.get_by_label("Describe your problem").fill("My modem blinks red")
        await page.get_by_role("button", name="Start chat").click()
        await expect(page.get_by_text("You’re chatting with Bob.")).to_be_visible()
        conversation = (await bob.event("assigned"))["conversation"]
        assert (await bob.ok("history", conversation=conversation))["events"][0]["topic"] == "dsl"
        await page.reload()
        await expect(page.get_by_role("log").get_by_text("My modem blinks red")).to_be_visible()


async def test_on_a_wide_screen_the_menu_opens_below_its_button(
    people: PersonComes, server: RunningServer
) -> None:
    page = await people(viewport=DESKTOP)
    await page.goto(f"{server.url}/chat")
    button = page.get_by_role("button", name="Menu")
    await button.click()
    menu = page.get_by_role("region", name="Menu")
    await expect(menu).to_be_visible()
    at, below = await button.bounding_box(), await menu.bounding_box()
    assert at is not None
    assert below is not None
    assert below["x"] <= at["x"] <= below["x"] + below["width"]


async def test_a_link_chooses_the_language(people: PersonComes, server: RunningServer) -> None:
    page = await people()
    await page.goto(f"{server.url}/chat?language=de")
    await expect(page.get_by_role("link", name="Datenschutz")).to_be_visible()


async def test_without_scripts_a_message_reaches_the_desk(
    browser: Browser, server: RunningServer
) -> None:
    await hired(server, "cat", topics=frozenset({"dsl"}))
    context = await browser.new_context(java_script_enabled=False, locale="en-US")
    async with wire_technician(server) as bob:
        page = await context.new_page()
        await page.goto(f"{server.url}/chat?topic=dsl")
        await page.get_by_label("Describe your problem").fill("My modem blinks red")
        await expect(page.get_by_label("What is it about?")).to_have_value("dsl")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("heading", name="Your message has arrived")).to_be_visible()
        conversation = (await bob.event("assigned"))["conversation"]
        await bob.ok("send", conversation=conversation, text="Press the button.")
        await page.get_by_role("link", name="Read the conversation").click()
        await expect(page.get_by_text("Press the button.")).to_be_visible()
    await context.close()


async def test_the_panel_leads_to_the_privacy_page(
    people: PersonComes, server: RunningServer
) -> None:
    page = await people("de-DE")
    await page.goto(f"{server.url}/chat")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Datenschutz").click()
    privacy = await opened.value
    await expect(privacy.get_by_role("heading", name="Was gespeichert wird")).to_be_visible()
    await page.get_by_role("button", name="Menü").click()
    menu = page.get_by_role("region", name="Menü")
    await expect(menu.get_by_role("link", name="Datenschutz")).to_be_visible()
