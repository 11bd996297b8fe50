"""Presence follows the page, which the browser may keep when it is left (back/forward cache).

Chromium's shell for tests keeps no pages; so the events of leaving and coming back are dispatched,
as a Chromium with the cache sends them to each frame.
"""

import asyncio
from collections.abc import Callable

from playwright.async_api import Page

from chatserver.app import RunningServer
from tests.browser.conftest import PersonComes, TechnicianSits, Visitor, VisitorComes
from tests.browser.proxy import proxy
from tests.wire.client import technician as wire_technician


def sessions(server: RunningServer, role: str) -> float:
    return server.metrics.registry.get_sample_value("chat_sessions", {"role": role}) or 0


async def until(found: Callable[[], bool]) -> None:
    """Let the server go on until something is so; the test's own time limit ends it."""
    while not found():
        await asyncio.to_thread(lambda: None)


async def dispatch(page: Page, event: str) -> None:
    for frame in page.frames:
        await frame.evaluate(
            "(name) => dispatchEvent(new PageTransitionEvent(name, { persisted: true }))", event
        )


async def leaves_and_comes_back(ann: Visitor, server: RunningServer) -> None:
    await ann.start_chat("My modem blinks red")
    await dispatch(ann.page, "pagehide")
    await until(lambda: sessions(server, "customer") == 0)
    # As every tab that is left becomes hidden, too; nothing of it may connect again.
    await dispatch(ann.page, "visibilitychange")
    await dispatch(ann.page, "pageshow")
    async with wire_technician(server):
        await ann.is_chatting_with("Bob")
    assert sessions(server, "customer") == 1


async def test_a_customer_who_left_is_gone_until_they_are_back(
    visitor: VisitorComes, server: RunningServer
) -> None:
    await leaves_and_comes_back(await visitor(), server)


async def test_leaving_and_coming_back_work_without_websockets(
    people: PersonComes, server: RunningServer
) -> None:
    async with proxy(server.port, websockets=False) as between:
        page = await people()
        await page.goto(f"{between.url}/demo")
        await leaves_and_comes_back(Visitor(page, page.frame_locator("iframe")), server)
        assert server.metrics.registry.get_sample_value("chat_streams") == 1


async def test_a_technician_who_left_the_console_is_gone_until_they_are_back(
    technician: TechnicianSits, server: RunningServer
) -> None:
    bob = await technician()
    await until(lambda: sessions(server, "technician") == 1)
    await dispatch(bob, "pagehide")
    await until(lambda: sessions(server, "technician") == 0)
    await dispatch(bob, "pageshow")
    await until(lambda: sessions(server, "technician") == 1)
