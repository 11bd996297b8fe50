"""The end of a conversation: rating, export, and the way to the archive."""

import re

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
    "With all files (ZIP)": (".zip", b"PK"),
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
    await expect(ann.panel.get_by_text("Thank you for your feedback.")).to_be_visible()
    await expect(ann.panel.get_by_text("Rated 4 of 5")).to_be_visible()
    await ann.panel.get_by_label("Anything to add?").fill("quick and kind")
    await ann.panel.get_by_role("button", name="Send", exact=True).click()
    await expect(ann.panel.get_by_label("Anything to add?")).to_be_hidden()
    await expect(ann.panel.get_by_text("Rated 4 of 5")).to_have_text(
        ["Rated 4 of 5: quick and kind"]
    )
    await ann.panel.get_by_role("button", name="Start another").click()
    await expect(ann.panel.get_by_label("Describe your problem")).to_be_focused()


@pytest.mark.parametrize("name", FORMATS)
async def test_a_transcript_is_saved_in_the_chosen_format(
    visitor: VisitorComes, server: RunningServer, name: str
) -> None:
    ann = await ended(visitor, server)
    suffix, content = FORMATS[name]
    await ann.panel.get_by_role("button", name="Save a copy").click()
    await ann.panel.get_by_label("Format").select_option(label=name)
    async with ann.page.expect_download() as download:
        await ann.panel.get_by_role("button", name="Download").click()
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
        await expect(ann.panel.get_by_text("Copied to the clipboard.")).to_be_visible()
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
    await expect(ann.panel.get_by_role("button", name="End conversation")).to_be_hidden()
    stored = (
        "() => localStorage['chatserver.theme'] === 'dark'"
        " && localStorage['chatserver.sound'] === 'off'"
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
    search = ann.panel.get_by_label("Search your conversations")
    await search.fill("printer")
    await expect(ann.panel.get_by_text("0 conversations found.")).to_be_visible()
    await search.fill("restart")
    await expect(ann.panel.get_by_text("1 conversation found.")).to_be_visible()
    await expect(ann.panel.locator("mark")).to_have_text("restart")
    await ann.panel.get_by_role("listitem").get_by_role("button").click()
    await expect(ann.panel.get_by_role("log").get_by_text("Please restart it.")).to_be_visible()
    await expect(ann.panel.get_by_role("button", name="Save a copy")).to_be_visible()
    # The way back leads to what was found.
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
        await ann.panel.get_by_role("button", name="Open your archive in a new tab").click()
    page = await popup.value
    await expect(page.get_by_text("Please restart it.").first).to_be_visible()


async def test_the_reference_stands_beside_the_end(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    await expect(ann.panel.get_by_text(re.compile(r"^Reference [0-9A-Z-]{9}$"))).to_be_visible()


async def test_the_end_asks_for_a_rating_before_it_offers_four_buttons(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    offered = ann.panel.locator(".ended").get_by_role("button")
    stars = [f"{score} of 5" for score in range(1, 6)]
    names = [*stars, "Save a copy", "Continue this one", "Start another", "More"]
    await expect(offered).to_have_count(len(names))
    for place, name in enumerate(names):
        await expect(offered.nth(place)).to_have_accessible_name(name)


async def test_an_ended_conversation_goes_on_where_it_was_left(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    await ann.panel.get_by_role("button", name="Continue this one").click()
    # With no technician at work it is a left message, and the field for it has the focus.
    await expect(ann.panel.get_by_text("The conversation was reopened")).to_be_visible()
    await expect(ann.panel.get_by_label("Write a message")).to_be_focused()


async def test_more_opens_the_menu_that_can_end_nothing_any_more(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    await ann.panel.get_by_role("button", name="More").click()
    menu = ann.panel.get_by_role("region", name="Menu")
    await expect(menu.get_by_role("button", name="Copy as text")).to_be_focused()
    await expect(menu.get_by_role("button", name="Delete this conversation")).to_be_visible()
    await expect(menu.get_by_role("button", name="End conversation")).to_be_hidden()
    await menu.get_by_role("button", name="Your archive").click()
    await expect(ann.panel.get_by_label("Search your conversations")).to_be_focused()


async def test_a_page_of_the_menu_leads_back_to_the_button_that_opened_it(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server):
        ann = await visitor(viewport={"width": 667, "height": 375})
        await ann.start_chat("My modem blinks red")
        await ann.panel.get_by_role("button", name="Menu").click()
        menu = ann.panel.get_by_role("region", name="Menu")
        await menu.get_by_role("button", name="Save a copy").click()
        await expect(menu.get_by_label("Format")).to_be_focused()
        await expect(menu.get_by_role("button", name="Download")).to_be_in_viewport(ratio=1)
        await menu.get_by_role("button", name="All options").click()
        await expect(menu.get_by_role("button", name="Save a copy")).to_be_focused()


async def test_a_second_click_on_the_button_closes_the_menu(visitor: VisitorComes) -> None:
    ann = await visitor()
    await ann.open_widget()
    button = ann.panel.get_by_role("button", name="Menu")
    await button.click()
    await expect(ann.panel.get_by_role("switch")).to_be_visible()
    await button.click()
    await expect(ann.panel.get_by_role("switch")).to_be_hidden()


async def test_the_heading_is_the_technician_while_there_is_one(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        await ann.start_chat("My modem blinks red")
        heading = ann.panel.get_by_role("heading", level=1)
        await expect(heading).to_have_text("Bob")
        await expect(heading).to_have_attribute("data-initials", "B")
        conversation = (await bob.event("assigned"))["conversation"]
        await bob.ok("close", conversation=conversation)
        await expect(heading).to_have_text("How can we help?")


async def test_what_is_half_written_at_the_end_is_taken_into_the_next_question(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        await ann.start_chat("My modem blinks red")
        conversation = (await bob.event("assigned"))["conversation"]
        await ann.is_chatting_with("Bob")
        await ann.panel.get_by_role("textbox").fill("and my laptop")
        await bob.ok("close", conversation=conversation)
        await expect(ann.panel.get_by_text("This conversation has ended.")).to_be_visible()
        await expect(ann.panel.locator("message-composer textarea")).to_be_visible()
        await expect(ann.panel.locator("message-composer textarea")).to_have_value("and my laptop")
        await ann.panel.get_by_role("button", name="Start another").click()
        question = ann.panel.get_by_label("Describe your problem")
        await expect(question).to_have_value("and my laptop")
