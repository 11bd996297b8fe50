"""Customer and technician in two windows of one browser."""

from pathlib import Path

from playwright.async_api import Page, expect

from chatserver.app import running
from chatserver.settings_file import load_settings
from tests.browser.conftest import PersonComes, TechnicianSits, Visitor, VisitorComes
from tests.conftest import steady_port


async def say(console: Page, text: str, pane: int = 0) -> None:
    field = console.locator(".pane").nth(pane).get_by_role("textbox")
    await field.fill(text)
    await field.press("Enter")


async def test_customer_and_technician_talk(
    visitor: VisitorComes, technician: TechnicianSits
) -> None:
    console = await technician()
    ann = await visitor()
    await ann.start_chat("My modem blinks red")
    await ann.is_chatting_with("Bob")
    await expect(console.locator(".pane").get_by_text("My modem blinks red")).to_be_visible()
    await say(console, "Which light, Ann?")
    await ann.hears("Which light, Ann?")
    # Markup, an ampersand, right-to-left letters and an emoji, all of which must stay text.
    await ann.write("<b>the</b> second & مرحبا 你好 🙂")
    await expect(console.locator(".bubble").last).to_have_text("<b>the</b> second & مرحبا 你好 🙂")
    await expect(ann.panel.locator(".own .state").last).to_contain_text("Read")
    await say(console, "// has the old firmware")
    await expect(console.locator(".note .bubble")).to_have_text("has the old firmware")
    await say(console, "Please restart it")
    await ann.hears("Please restart it")
    await expect(ann.panel.get_by_text("firmware")).to_have_count(0)


async def test_a_customer_sees_the_position_and_a_technician_the_queue(
    visitor: VisitorComes, technician: TechnicianSits
) -> None:
    console = await technician(capacity=1)
    ann, eve = await visitor(), await visitor()
    await ann.start_chat("first", "Ann")
    await ann.is_chatting_with("Bob")
    await eve.start_chat("second", "Eve")
    await expect(eve.panel.get_by_text("You’re number 1 in the queue.")).to_be_visible()
    queue = console.get_by_role("navigation")
    await expect(queue.get_by_text("Waiting 0:")).to_be_visible()
    await queue.get_by_role("button", name="Accept").click()
    await eve.is_chatting_with("Bob")
    await expect(console.locator(".pane")).to_have_count(2)


async def test_the_end_the_rating_and_the_file(
    visitor: VisitorComes, technician: TechnicianSits
) -> None:
    console = await technician()
    ann = await visitor()
    await ann.start_chat("My modem blinks red")
    await ann.is_chatting_with("Bob")
    await ann.end_chat()
    await ann.panel.get_by_role("button", name="4 of 5").click()
    await expect(ann.panel.get_by_text("Thank you for your feedback.")).to_be_visible()
    await expect(console.locator(".pane").get_by_text("Rated 4 of 5")).to_be_visible()
    await ann.panel.get_by_role("button", name="Save a copy").click()
    await ann.panel.get_by_label("Format").select_option(label="Text")
    async with ann.page.expect_download() as download:
        await ann.panel.get_by_role("button", name="Download").click()
    file = await (await download.value).path()
    assert "    My modem blinks red" in file.read_text(encoding="utf-8")


async def test_a_reload_keeps_conversation_draft_and_place(
    visitor: VisitorComes, technician: TechnicianSits
) -> None:
    console = await technician()
    ann = await visitor()
    await ann.start_chat("My modem blinks red")
    await ann.is_chatting_with("Bob")
    await ann.panel.get_by_role("textbox").fill("half a sent")
    # The frame asks the page by a message to store the draft; a person reloads later than that.
    await ann.page.wait_for_function("() => Object.values(localStorage).includes('half a sent')")
    await ann.page.reload()
    await expect(ann.page.locator("iframe")).to_have_count(1)
    await say(console, "Are you still there?")
    await expect(ann.page.locator("div b")).to_have_text("1")
    await ann.page.get_by_role("button", name="Support chat").click()
    await ann.hears("Are you still there?")
    await expect(ann.panel.get_by_role("textbox")).to_have_value("half a sent")


async def test_a_message_written_without_a_server_is_sent_when_it_is_back(
    people: PersonComes, tmp_path: Path
) -> None:
    page = await people()
    ann = Visitor(page, page.frame_locator("iframe"))
    async with running(load_settings(None, data=tmp_path, port=steady_port())) as server:
        await page.goto(f"{server.url}/demo")
        await ann.start_chat("My modem blinks red")
    await expect(ann.panel.get_by_text("Connecting… What you type is kept.")).to_be_visible()
    await ann.write("from the tunnel")
    await expect(ann.panel.locator(".unsent .state")).to_have_text("Sending…")
    # The same port and folder: for the client it is the same server, a moment later.
    async with running(load_settings(None, data=tmp_path, port=server.port)):
        await expect(ann.panel.locator(".own .state").last).to_contain_text("Sent")
        await expect(ann.panel.locator(".own .bubble").last).to_have_text("from the tunnel")
        await expect(ann.panel.locator(".unsent")).to_have_count(0)


async def test_a_colleague_takes_over(visitor: VisitorComes, technician: TechnicianSits) -> None:
    bob = await technician("bob")
    ann = await visitor()
    await ann.start_chat("My modem blinks red")
    await ann.is_chatting_with("Bob")
    cat = await technician("cat")
    await expect(bob.get_by_text("1 colleague, 0 of 4 taken")).to_be_visible()
    await bob.get_by_role("button", name="Transfer").click()
    dialog = bob.get_by_role("dialog")
    await dialog.get_by_role("option", name="Cat").click()
    await dialog.get_by_label("Note").fill("old firmware")
    await dialog.get_by_role("button", name="Transfer").click()
    await ann.is_chatting_with("Cat")
    await expect(cat.locator(".pane").get_by_text("My modem blinks red")).to_be_visible()
    await expect(cat.locator(".note .bubble")).to_have_text("old firmware")


async def test_a_page_without_a_click_loads_nothing_but_the_loader(
    visitor: VisitorComes,
) -> None:
    ann = await visitor()
    await expect(ann.page.get_by_role("button", name="Support chat")).to_be_visible()
    await expect(ann.page.locator("iframe")).to_have_count(0)
    # A visit without a chat stores nothing, so it needs no consent.
    assert await ann.page.context.cookies() == []


async def test_german_customers_read_german(visitor: VisitorComes) -> None:
    ann = await visitor(locale="de-DE")
    await ann.page.get_by_role("button", name="Support chat").click()
    await expect(ann.panel.get_by_role("heading")).to_have_text("Können wir helfen?")
