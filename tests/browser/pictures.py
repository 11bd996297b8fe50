"""Takes the pictures of the documentation: `python -m tests.browser.pictures DIALOGUES FOLDER`.

Recorded dialogues are played through a real server, so the texts on the screens are real ones.
Needs Chromium, like the browser tests, and fonts for every script that occurs.
"""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Literal
from unittest.mock import patch

import aiohttp
from playwright.async_api import Browser, FrameLocator, Page, ViewportSize, async_playwright

from chatserver.app import running
from chatserver.composition import clocks
from chatserver.core.people import Rank
from chatserver.replay.dialogues import Dialogue, read_dialogues
from chatserver.settings_file import load_settings
from tests.browser.chromium import FLAGS, find
from tests.browser.scenario import UNLIMITED, Scenario, open_scenario
from tests.wire.client import Client, opened

Scheme = Literal["light", "dark"]
HOUR = 3_600_000
MINUTE = 60_000
HOURS = 7
SCORES = (5, 4, None, 5, 3, None, 5, 4)
"""Ratings that customers give, in a cycle; None gives no rating."""

DESKTOP = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
ANSWER = """Let us look at what the card says:
```
sudo dmesg | grep -i eth
ip link show
```
Does it name a link? https://help.ubuntu.com/community/NetworkDevices shows where to look."""
REAL_CLOCK = clocks.wall_clock


@dataclass(slots=True)
class ShiftedClock:
    """The wall clock, put back by `behind` ms, so that a day can be played in a moment."""

    behind: int = 0
    dice: Random = field(default_factory=lambda: Random(7))

    def __call__(self) -> int:
        return REAL_CLOCK() - self.behind

    def go_on(self) -> None:
        """Move the clock forward by the time it takes to think and to write."""
        self.behind = max(0, self.behind - self.dice.randrange(6_000, 50_000))


@dataclass(slots=True)
class Gallery:
    """Takes the pictures of one running server into a folder."""

    scenario: Scenario
    browser: Browser
    clock: ShiftedClock
    dialogues: Iterator[Dialogue]
    folder: Path

    async def take(self, page: Page, name: str) -> None:
        """Take a picture of a page once its network is idle."""
        await page.wait_for_load_state("networkidle")
        await page.mouse.move(0, 0)
        await page.screenshot(path=self.folder / f"{name}.png", animations="disabled")
        print(f"{name}.png", flush=True)

    async def page(self, size: ViewportSize, scheme: Scheme, locale: str = "en-GB") -> Page:
        """Open a page in a browser profile of its own."""
        context = await self.browser.new_context(
            viewport=size, color_scheme=scheme, locale=locale, device_scale_factor=1
        )
        self.scenario.stack.push_async_callback(context.close)
        return await context.new_page()

    async def panel(self, page: Page, label: str = "Describe your problem") -> FrameLocator:
        """Open the widget on the shop's page."""
        await page.goto(f"{self.scenario.server.url}/demo")
        await page.get_by_role("button", name="Support chat").click()
        panel = page.frame_locator("iframe")
        await panel.get_by_label(label).wait_for()
        return panel

    async def ask(self, panel: FrameLocator, text: str, name: str) -> None:
        """Begin a conversation in the widget."""
        await panel.get_by_label("Describe your problem").fill(text)
        await panel.get_by_label("Your name").fill(name)
        await panel.get_by_role("button", name="Start chat").click()
        await panel.get_by_role("log").get_by_text(text).wait_for()

    async def come(self, name: str, minutes: float, topic: str) -> tuple[Client, Dialogue, str]:
        """Open a conversation some minutes in the past."""
        dialogue = next(self.dialogues)
        customer = await self.scenario.come(name, page="https://shop.example/modems/m200")
        self.clock.behind = round(minutes * MINUTE)
        conversation = await opened(customer, text=dialogue.turns[0].text, topic=topic)
        return customer, dialogue, conversation

    async def talk(self, asks: Client, answers: Client, dialogue: Dialogue, name: str) -> None:
        """Play a dialogue from its second turn on."""
        for turn in dialogue.turns[1:]:
            self.scenario.pause()
            speaker = asks if turn.side == "customer" else answers
            await speaker.ok("send", conversation=name, text=turn.text)


def suited(dialogues: list[Dialogue]) -> list[Dialogue]:
    """Return the dialogues that look well: the customer asks first, and answers are full."""
    return [
        each
        for each in dialogues
        if each.turns[0].side == "customer"
        and 7 <= len(each.turns) <= 12
        and 60 < len(each.turns[0].text) < 220
        and ":" not in each.turns[0].text.split(" ")[0]
        and all(len(turn.text) < 260 for turn in each.turns)
        and any("sudo" in turn.text or "http" in turn.text for turn in each.turns)
    ]


async def play_the_day(
    scenario: Scenario, clock: ShiftedClock, dialogues: Iterator[Dialogue]
) -> None:
    """Play some hours of work by three technicians before the pictures are taken."""
    colleagues = [await scenario.sit(login, capacity=9) for login in ("bob", "cat", "dan")]
    for hour in range(HOURS, 0, -1):
        for number, colleague in enumerate(colleagues):
            for other in colleagues:
                status = "online" if other is colleague else "away"
                await other.ok("status", status=status)
            clock.behind = hour * HOUR - number * 7 * MINUTE
            some = [next(dialogues) for _ in range(1 + (hour + number) % 4)]
            await scenario.play_day(some, colleague, cycle(SCORES[number:]))
    for colleague in colleagues:
        await colleague.ok("status", status="away")
    clock.behind = 0


async def paint(gallery: Gallery) -> None:
    """Take all pictures, in the order of a morning's work."""
    scenario, clock = gallery.scenario, gallery.clock
    away = await gallery.page(DESKTOP, "dark")
    await gallery.panel(away)
    await away.locator("iframe").screenshot(path=gallery.folder / "panel-away.png")
    console = await gallery.page(DESKTOP, "light")
    await scenario.sign_in(console, "eva", Rank.ADMIN, capacity=4)
    eva = await scenario.sit("eva", rank=Rank.ADMIN, capacity=4)
    shop = await gallery.page(DESKTOP, "light")
    panel = await gallery.panel(shop)
    await panel.get_by_text("We’re online").wait_for()
    await gallery.take(shop, "shop")
    dialogue = next(gallery.dialogues)
    await gallery.ask(panel, dialogue.turns[0].text, "Ann Rowe")
    conversation = (await eva.event("assigned"))["conversation"]
    for turn in dialogue.turns[1:]:
        if turn.side == "technician":
            await eva.ok("send", conversation=conversation, text=turn.text)
        else:
            await panel.get_by_role("textbox").fill(turn.text)
            await panel.get_by_role("textbox").press("Enter")
        await panel.get_by_role("log").get_by_text(turn.text).first.wait_for()
    await gallery.take(shop, "shop-conversation")
    for name, minutes in (("Tom Baker", 9), ("Mia Weiß", 7), ("José García", 4)):
        customer, played, other = await gallery.come(name, minutes, "internet")
        await eva.event("assigned", other)
        await gallery.talk(customer, eva, played, other)
    for name, minutes in (("Li 李", 6), ("فاطمة", 3)):
        await gallery.come(name, minutes, "laptop")
    clock.behind = 0
    waiting = await gallery.page(DESKTOP, "light")
    panel = await gallery.panel(waiting)
    await gallery.ask(panel, next(gallery.dialogues).turns[0].text, "Tim")
    await panel.get_by_text("number 3").wait_for()
    await waiting.locator("iframe").screenshot(path=gallery.folder / "panel-waiting.png")
    await console.locator(".pane").nth(3).wait_for()
    await gallery.take(console, "console")
    await console.keyboard.press("Control+k")
    await console.keyboard.type("a")
    await gallery.take(console, "palette")
    await console.keyboard.press("Escape")
    await console.goto(f"{scenario.server.url}/supervision")
    await console.get_by_text("Mia Weiß").first.wait_for()
    await console.screenshot(
        path=gallery.folder / "supervision.png", animations="disabled", full_page=True
    )
    await console.goto(f"{scenario.server.url}/administration#widget")
    await gallery.take(console, "administration")
    for waits in (await eva.ok("list", status="waiting", whose="all"))["conversations"]:
        await eva.ok("close", conversation=waits["conversation"])
    await serve_one(gallery)
    await keep_them_all(gallery)


async def serve_one(gallery: Gallery) -> None:
    """Take the pictures of a technician in the dark scheme and of a customer on a phone."""
    scenario = gallery.scenario
    console = await gallery.page(DESKTOP, "dark")
    await scenario.sign_in(console, "dan", Rank.TECHNICIAN, capacity=9)
    dan = await scenario.sit("dan", capacity=9)
    phone = await gallery.page(PHONE, "dark")
    panel = await gallery.panel(phone)
    await gallery.ask(panel, next(gallery.dialogues).turns[0].text, "Nora Lind")
    conversation = (await dan.event("opened"))["conversation"]
    await dan.ok("send", conversation=conversation, text=ANSWER)
    await panel.get_by_role("button", name="Copy").first.wait_for()
    await panel.get_by_role("textbox").fill("It says eth1: no link. Is that the cable?")
    await panel.get_by_role("textbox").press("Enter")
    await console.locator(".pane").get_by_text("no link").wait_for()
    await gallery.take(phone, "phone")
    await console.locator(".pane").get_by_role("textbox").click()
    await gallery.take(console, "console-dark")
    await dan.ok("send", conversation=conversation, text="It is. Another one, and it will shine.")
    await dan.ok("close", conversation=conversation)
    await panel.get_by_role("button", name="5 of 5").click()
    await gallery.take(phone, "phone-ended")


async def keep_them_all(gallery: Gallery) -> None:
    """Take the picture of a customer's archive of several years."""
    scenario, clock = gallery.scenario, gallery.clock
    dan, customer = scenario.technicians[-1], await scenario.come("Ann Rowe")
    token = {"Authorization": f"Bearer {customer.welcome['token']}"}
    for weeks in (90, 41, 12, 3):
        clock.behind = weeks * 168 * HOUR
        conversation = await scenario.play(next(gallery.dialogues), customer, dan, topic="laptop")
        await dan.ok("close", conversation=conversation)
    clock.behind = 0
    async with (
        aiohttp.ClientSession(scenario.server.url, headers=token) as http,
        http.post("/archive/link", json={}) as answer,
    ):
        link = (await answer.json())["url"]
    page = await gallery.page(DESKTOP, "light")
    await page.goto(link)
    await page.get_by_role("listitem").first.wait_for()
    await (
        page.locator("main li")
        .first.get_by_role("link")
        .or_(page.locator("main li").first.get_by_role("button"))
        .first.click()
    )
    await gallery.take(page, "archive")


async def main(file: Path, folder: Path) -> None:
    """Take all pictures into a folder that exists."""
    dialogues = cycle(suited(read_dialogues(file)))
    clock = ShiftedClock()
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        chromium = await playwright.chromium.launch(executable_path=find(), args=FLAGS)
        stack.push_async_callback(chromium.close)
        data = Path(stack.enter_context(TemporaryDirectory()))
        stack.enter_context(patch.object(clocks, "wall_clock", clock))
        settings = load_settings(None, data=data, port=0, log_level="error", **UNLIMITED)
        server = await stack.enter_async_context(running(settings))
        scenario = await stack.enter_async_context(open_scenario(server))
        scenario.pause = clock.go_on
        await scenario.arrange()
        await play_the_day(scenario, clock, dialogues)
        await paint(Gallery(scenario, chromium, clock, dialogues, folder))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dialogues", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    asyncio.run(main(options.dialogues, options.folder))
