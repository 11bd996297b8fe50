"""A connection that is dead without an error, as after a tunnel, sleep or a new network."""

import pytest
from playwright.async_api import expect

from chatserver.app import RunningServer
from tests.browser.conftest import PersonComes, TechnicianSits, Visitor
from tests.browser.proxy import proxy
from tests.browser.test_two_windows import say


@pytest.mark.parametrize("websockets", [True, False], ids=["websocket", "stream"])
async def test_after_a_dead_connection_nothing_is_missed(
    people: PersonComes, technician: TechnicianSits, server: RunningServer, websockets: bool
) -> None:
    console, page = await technician(), await people()
    ann = Visitor(page, page.frame_locator("iframe"))
    async with proxy(server.port, websockets=websockets) as between:
        await page.goto(f"{between.url}/demo")
        await ann.start_chat("My modem blinks red")
        await ann.is_chatting_with("Bob")
        # The proxy keeps the connections open but forwards nothing: neither side gets an error.
        between.open.clear()
        await say(console, "Are you in a tunnel?")
        # The event makes the page test its connection at once; otherwise the heartbeat would.
        await page.frames[-1].evaluate("dispatchEvent(new Event('online'))")
        lost = ann.panel.get_by_text("Connecting… What you type is kept.")
        # Only then open the line: before it, the page may not have noticed anything.
        await expect(lost).to_be_visible()
        between.open.set()
        await ann.hears("Are you in a tunnel?")
        await expect(lost).to_be_hidden()
