"""Actions of a technician in the console that many tests share."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict

from playwright.async_api import Locator, Page, WebSocketRoute, expect

from chatserver.app import RunningServer
from chatserver.core.site import Reply
from tests.wire.client import Client, customer, opened


def pane(console: Page, name: str) -> Locator:
    """Return the pane of the conversation with a customer."""
    return console.get_by_role("region", name=re.compile(f"^{name} · "))


def composer(console: Page, name: str) -> Locator:
    """Return the text box in which a technician writes to a customer."""
    return pane(console, name).get_by_role("textbox")


@asynccontextmanager
async def ann_and_bea(server: RunningServer, console: Page) -> AsyncIterator[tuple[Client, Client]]:
    """Open the conversations of two customers, and wait for their panes in the console."""
    async with customer(server) as ann, customer(server, name="Bea") as bea:
        await opened(ann, text="It blinks")
        await opened(bea, text="It beeps")
        await composer(console, "Ann").wait_for()
        await composer(console, "Bea").wait_for()
        yield ann, bea


def dialog(console: Page, name: str) -> Locator:
    return console.get_by_role("dialog", name=name)


async def away(console: Page) -> None:
    """Set the status to away, so that new customers wait."""
    await console.get_by_label("Status").select_option("away")
    await expect(console.get_by_text("Away: you won’t get new customers.")).to_be_visible()


async def set_site(console: Page, **parts: object) -> None:
    """Store parts of the site; the console must be an administrator's."""
    site = console.url.removesuffix("/console")
    answer = await console.request.post(f"{site}/admin/site", data=parts, headers={"Origin": site})
    assert answer.ok, await answer.text()


async def set_replies(console: Page, *replies: Reply) -> None:
    """Store ready answers as an administrator."""
    await set_site(console, replies=[asdict(reply) for reply in replies])


async def connected(console: Page) -> None:
    """Wait until the console has its live session."""
    await expect(console.get_by_text("Connected", exact=True)).to_be_visible()


async def choose(console: Page, *, typed: str, option: str) -> None:
    """Find a command in the palette and run it."""
    await console.keyboard.press("Control+k")
    palette = dialog(console, "Search and commands")
    await palette.get_by_role("combobox").fill(typed)
    await expect(palette.get_by_role("option").first).to_contain_text(option)
    await console.keyboard.press("Enter")
    await expect(palette).to_be_hidden()


async def hold_session(page: Page) -> Callable[[], None]:
    """Hold back all frames to the next live session of a page; return what lets them through."""
    held: list[tuple[WebSocketRoute, str | bytes]] | None = []

    def hold(line: WebSocketRoute) -> None:
        def pass_on(frame: str | bytes) -> None:
            if held is None:
                line.send(frame)
            else:
                held.append((line, frame))

        line.connect_to_server().on_message(pass_on)

    def let_through() -> None:
        nonlocal held
        frames, held = held or [], None
        for line, frame in frames:
            line.send(frame)

    await page.route_web_socket(re.compile("/live$"), hold)
    return let_through
