"""What a technician does in the console, over and over."""

import re
from dataclasses import asdict

from playwright.async_api import Locator, Page, expect

from chatserver.core.site import Reply


def pane(console: Page, name: str) -> Locator:
    """The conversation with a customer, side by side with others."""
    return console.get_by_role("region", name=re.compile(f"^{name} · "))


def composer(console: Page, name: str) -> Locator:
    """Where one writes to a customer."""
    return pane(console, name).get_by_role("textbox")


def dialog(console: Page, name: str) -> Locator:
    return console.get_by_role("dialog", name=name)


async def away(console: Page) -> None:
    """Nobody is given to this technician; who comes waits."""
    await console.get_by_label("Status").select_option("away")
    await expect(console.get_by_text("Away: you get no new customers.")).to_be_visible()


async def set_site(console: Page, **parts: object) -> None:
    """An administrator, who sits here, chooses parts of the site."""
    site = console.url.removesuffix("/console")
    answer = await console.request.post(f"{site}/admin/site", data=parts, headers={"Origin": site})
    assert answer.ok, await answer.text()


async def set_replies(console: Page, *replies: Reply) -> None:
    """An administrator writes the ready answers."""
    await set_site(console, replies=[asdict(reply) for reply in replies])


async def connected(console: Page) -> None:
    """The console is welcome at the server."""
    await expect(console.get_by_text("Connected", exact=True)).to_be_visible()


async def choose(console: Page, *, typed: str, option: str) -> None:
    """Find something in the palette and do it."""
    await console.keyboard.press("Control+k")
    palette = dialog(console, "Search and commands")
    await palette.get_by_role("combobox").fill(typed)
    await expect(palette.get_by_role("option").first).to_contain_text(option)
    await console.keyboard.press("Enter")
    await expect(palette).to_be_hidden()
