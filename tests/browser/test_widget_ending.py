"""The end of a conversation: rating, export, and the way to the archive."""

import pytest
from playwright.async_api import expect

from chatserver.app import RunningServer
from tests.browser.conftest import Visitor, VisitorComes
from tests.wire.client import technician as wire_technician

FORMATS = {
    "Text": (".txt", b"My modem blinks red"),
    "Markdown": (".md", b"My modem blinks red"),
    "Web page": (".html", b"<!doctype html>"),
    "JSON": (".json", b'"My modem blinks red"'),
    "PDF": (".pdf", b"%PDF-"),
    "All (ZIP)": (".zip", b"PK"),
}


async def ended(visitor: VisitorComes, server: RunningServer) -> Visitor:
    """Return a customer after a technician has closed the conversation."""
    async with wire_technician(server) as bob:
        ann = await visitor()
        await ann.start_chat("My modem blinks red")
        conversation = (await bob.event("assigned"))["conversation"]
        await bob.ok("send", conversation=conversation, text="Please restart it.")
        await bob.ok("close", conversation=conversation)
    await expect(ann.panel.get_by_text("This conversation has ended.")).to_be_visible()
    return ann


async def test_one_tap_rates_and_a_comment_may_follow(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    await ann.panel.get_by_role("button", name="4 of 5").click()
    await expect(ann.panel.get_by_text("Thank you for telling us.")).to_be_visible()
    await expect(ann.panel.get_by_text("Rated 4 of 5")).to_be_visible()
    await ann.panel.get_by_label("Anything to add?").fill("quick and kind")
    await ann.panel.get_by_role("button", name="Send", exact=True).click()
    await expect(ann.panel.get_by_label("Anything to add?")).to_be_hidden()
    await expect(ann.panel.get_by_text("Rated 4 of 5")).to_have_text(
        ["Rated 4 of 5: quick and kind"]
    )
    await ann.panel.get_by_role("button", name="Start another conversation").click()
    await expect(ann.panel.get_by_label("Describe your problem")).to_be_focused()


@pytest.mark.parametrize("name", FORMATS)
async def test_it_is_taken_along_in_the_form_of_choice(
    visitor: VisitorComes, server: RunningServer, name: str
) -> None:
    ann = await ended(visitor, server)
    suffix, content = FORMATS[name]
    async with ann.page.expect_download() as download:
        await ann.panel.get_by_role("button", name=name, exact=True).click()
    file = await download.value
    assert file.suggested_filename.endswith(suffix)
    assert content in (await file.path()).read_bytes()
    await expect(ann.panel.get_by_text("Saved to your downloads.")).to_be_visible()


async def test_the_menu_copies_it_with_the_time_of_each_message(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server):
        ann = await visitor()
        await ann.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await ann.start_chat("My modem blinks red")
        await ann.panel.get_by_role("button", name="Menu").click()
        await ann.panel.get_by_role("button", name="Copy as text").click()
        await expect(
            ann.panel.get_by_text("Copied, with the time of each message.")
        ).to_be_visible()
        copied = await ann.page.evaluate("navigator.clipboard.readText()")
        assert "    My modem blinks red" in copied


async def test_the_menu_keeps_sound_and_colours(visitor: VisitorComes) -> None:
    ann = await visitor()
    await ann.open_widget()
    await ann.panel.get_by_role("button", name="Menu").click()
    await ann.panel.get_by_role("switch", name="Sound for new messages").click()
    await ann.panel.get_by_label("Colours").select_option("dark")
    root = ann.panel.locator("html")
    await expect(root).to_have_css("color-scheme", "dark")
    await expect(ann.panel.get_by_role("button", name="End chat")).to_be_hidden()
    stored = (
        "localStorage['chatserver.theme'] === 'dark' && localStorage['chatserver.sound'] === 'off'"
    )
    await ann.page.wait_for_function(stored)
    await ann.page.reload()
    await ann.open_widget()
    await expect(root).to_have_css("color-scheme", "dark")
    await ann.panel.get_by_role("button", name="Menu").click()
    await expect(ann.panel.get_by_role("switch")).not_to_be_checked()


async def test_the_archive_is_searched_by_what_was_said(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    await ann.panel.get_by_role("button", name="Back").click()
    await ann.panel.get_by_role("button", name="Your archive").click()
    await expect(ann.panel.get_by_role("listitem")).to_have_count(1)
    search = ann.panel.get_by_label("Search what was said")
    await search.fill("printer")
    await expect(ann.panel.get_by_text("0 conversations found.")).to_be_visible()
    await search.fill("restart")
    await expect(ann.panel.get_by_text("1 conversation found.")).to_be_visible()
    await expect(ann.panel.locator("mark")).to_have_text("restart")
    await ann.panel.get_by_role("listitem").get_by_role("button").click()
    await expect(ann.panel.get_by_role("log").get_by_text("Please restart it.")).to_be_visible()
    await expect(ann.panel.get_by_role("button", name="PDF")).to_be_visible()
    # The way back leads to the results of the search.
    await ann.panel.get_by_role("button", name="Back").click()
    await expect(search).to_have_value("restart")
    await expect(ann.panel.locator("mark")).to_be_visible()


async def test_the_archive_opens_on_a_page_of_its_own(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    await ann.panel.get_by_role("button", name="Back").click()
    await ann.panel.get_by_role("button", name="Your archive").click()
    async with ann.page.expect_popup() as popup:
        await ann.panel.get_by_role("button", name="Open your archive on a page of its own").click()
    page = await popup.value
    await expect(page.get_by_text("Please restart it.").first).to_be_visible()


async def test_the_reference_is_shown_for_later(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    await expect(ann.panel.get_by_text("Your reference is")).to_be_visible()


async def test_what_is_half_written_at_the_end_is_taken_into_the_next_question(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        await ann.start_chat("My modem blinks red")
        conversation = (await bob.event("assigned"))["conversation"]
        await expect(ann.panel.get_by_text("You are talking to Bob.")).to_be_visible()
        await ann.panel.get_by_role("textbox").fill("and my laptop")
        await bob.ok("close", conversation=conversation)
        await expect(ann.panel.get_by_text("This conversation has ended.")).to_be_visible()
        await expect(ann.panel.locator("message-composer textarea")).to_be_visible()
        await expect(ann.panel.locator("message-composer textarea")).to_have_value("and my laptop")
        await ann.panel.locator(".ended > button.primary").click()
        question = ann.panel.get_by_label("Describe your problem")
        await expect(question).to_have_value("and my laptop")
