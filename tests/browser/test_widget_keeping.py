"""The retention notice of a conversation, and deleting it earlier."""

import re

import pytest_asyncio
from playwright.async_api import expect

from chatserver.app import RunningServer
from tests.browser.conftest import VisitorComes
from tests.browser.test_widget_ending import ended
from tests.conftest import StartServer
from tests.wire.client import technician

SECRET = "My modem blinks red"


@pytest_asyncio.fixture(loop_scope="session")
async def server(start: StartServer) -> RunningServer:
    return await start(keep_days=90)


async def test_the_question_says_until_when_it_is_kept_otherwise(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    await ann.panel.get_by_role("button", name="More").click()
    await ann.panel.get_by_role("button", name="Delete this conversation").click()
    kept = ann.panel.get_by_text(re.compile(r"We keep this conversation until \w+ \d+, \d{4}\."))
    await expect(kept).to_be_visible()


async def test_a_conversation_is_deleted_after_being_asked_twice(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await ended(visitor, server)
    await ann.panel.get_by_role("button", name="More").click()
    await ann.panel.get_by_role("button", name="Delete this conversation").click()
    await expect(ann.panel.get_by_text("This can’t be undone.")).to_be_visible()
    await expect(ann.panel.get_by_role("button", name="Keep it")).to_be_focused()
    await ann.panel.get_by_role("button", name="Keep it").click()
    await expect(ann.panel.get_by_text(SECRET).first).to_be_visible()
    await ann.panel.get_by_role("button", name="Delete this conversation").press("Enter")
    await ann.panel.get_by_role("button", name="Delete for good").click()
    await expect(ann.panel.get_by_text(SECRET)).to_have_count(0)
    await expect(ann.panel.get_by_role("button", name="Delete this conversation")).to_be_hidden()
    await expect(ann.panel.get_by_text("How did we do?")).to_be_hidden()
    await expect(ann.panel.locator("message-list")).to_be_focused()


async def test_an_open_conversation_is_ended_and_deleted_from_the_menu(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with technician(server) as bob:
        ann = await visitor()
        await ann.start_chat(SECRET)
        conversation = (await bob.event("assigned"))["conversation"]
        await ann.panel.get_by_role("button", name="Menu").click()
        await ann.panel.get_by_role("button", name="Delete this conversation").click()
        await expect(ann.panel.get_by_text("The conversation will end")).to_be_visible()
        await ann.panel.get_by_role("button", name="Delete for good").click()
        await bob.event("redacted", conversation)
        await expect(ann.panel.get_by_text(SECRET)).to_have_count(0)
        await expect(ann.panel.get_by_text("This conversation has ended.")).to_be_visible()
