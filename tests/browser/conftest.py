"""Fixtures of the browser tests: a Chromium, customers and technicians in it.

Each worker starts one Chromium, and each person has a profile of their own in it, which is handed
on to the next test. That is why these tests and their fixtures share one event loop.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FrameLocator, Page, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.browser.chromium import launched
from tests.browser.host_page import HostPage, serve_host_page
from tests.browser.profiles import Profiles, kept_profiles
from tests.browser.sign_in import open_signed_in
from tests.conftest import StartServer, starting

# The time until an element appears measures the load of the machine, not the product; the
# default of 5 s is too short while four browsers share two cores.
expect.set_options(timeout=20_000)

IDENTITY_SECRET = "a secret of the shop and the server, 32 bytes or more"


HEAR = """([name, value]) => {
  window.heard = new Promise((done) => addEventListener('message', ({ data }) => {
    if (data?.chatserver === name && (value === null || data.value === value)) done();
  }));
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this folder in the event loop of their Chromium."""
    here = Path(__file__).parent
    shared = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if item.path.is_relative_to(here) and pytest_asyncio.is_async_test(item):
            item.add_marker(shared, append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def start(tmp_path: Path) -> AsyncIterator[StartServer]:
    """Start servers in the event loop of the browser; they stop with the test."""
    async with starting(tmp_path / "data") as start_one:
        yield start_one


@pytest_asyncio.fixture(loop_scope="session")
async def server(start: StartServer) -> RunningServer:
    """A server with the default settings."""
    return await start()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as chromium:
        yield chromium


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def profiles(browser: Browser) -> AsyncIterator[Profiles]:
    async with kept_profiles(browser) as profiles:
        yield profiles


@dataclass(frozen=True, slots=True)
class Visitor:
    """A customer in the demo shop: the page, and the panel of the widget in it."""

    page: Page
    panel: FrameLocator

    async def open_widget(self) -> None:
        await self.page.get_by_role("button", name="Support chat").click()
        await self.panel.get_by_label("Describe your problem").wait_for()

    async def start_chat(self, text: str, name: str = "Ann") -> None:
        await self.open_widget()
        await self.ask(text, name)

    async def ask(self, text: str, name: str = "Ann") -> None:
        await self.panel.get_by_label("Describe your problem").fill(text)
        # A returning customer is not asked for the name again.
        if await self.panel.get_by_label("Your name").is_visible():
            await self.panel.get_by_label("Your name").fill(name)
        # With every technician away, the button leaves a message instead.
        await self.panel.get_by_role(
            "button", name=re.compile("Start chat|Leave a message")
        ).click()
        await self.panel.get_by_role("log").get_by_text(text).wait_for()

    async def end_chat(self) -> None:
        await self.panel.get_by_role("button", name="Menu").click()
        await self.panel.get_by_role("button", name="End conversation").click()
        await self.panel.get_by_role("button", name="Yes, end it").click()
        await self.panel.get_by_text("This conversation has ended.").wait_for()

    async def hears(self, text: str) -> None:
        """Wait until the conversation shows a text."""
        await expect(self.panel.get_by_role("log").get_by_text(text)).to_be_visible()

    async def is_chatting_with(self, technician: str) -> None:
        """Wait until the panel says that a technician is there."""
        await expect(self.panel.get_by_text(f"You’re chatting with {technician}.")).to_be_visible()

    @asynccontextmanager
    async def panel_hears(self, name: str, value: object = None) -> AsyncIterator[None]:
        """Wait until the panel has heard its host page say `name`, and `value` if it is given.

        The message is on its way while the block already goes on: what the server sends in the
        meantime would still be handled as before.
        """
        panel = self.page.frames[-1]
        await panel.evaluate(HEAR, [name, value])
        yield
        await panel.evaluate("window.heard")

    async def write(self, text: str) -> None:
        await self.panel.get_by_role("textbox").fill(text)
        await self.panel.get_by_role("textbox").press("Enter")


PersonComes = Callable[..., Awaitable[Page]]
VisitorComes = Callable[..., Awaitable[Visitor]]
TechnicianSits = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def people(profiles: Profiles, start: StartServer) -> AsyncIterator[PersonComes]:
    """Opens a page in a browser profile of its own; a page that reports an error fails the test.

    Depends on `start`, so that pages are closed before the servers stop that they talk to.
    """
    problems: list[str] = []
    async with AsyncExitStack() as stack:

        async def person(locale: str = "en-US", **options: Any) -> Page:
            context = await stack.enter_async_context(profiles.lend(locale=locale, **options))
            page = await context.new_page()
            # What a test still holds back is not answered any more once its page is closed.
            stack.push_async_callback(page.unroute_all, behavior="ignoreErrors")
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on(
                "console",
                lambda line: (
                    problems.append(line.text) if "Content Security Policy" in line.text else None
                ),
            )
            return page

        yield person
        # A page that is closed while it asks for something reports that as an error, too.
        reported = list(problems)
    assert not reported


@pytest.fixture
def visitor(people: PersonComes, server: RunningServer) -> VisitorComes:
    """A customer opens the demo shop."""

    async def come(locale: str = "en-US", **options: Any) -> Visitor:
        page = await people(locale, **options)
        await page.goto(f"{server.url}/demo")
        return Visitor(page, page.frame_locator("iframe"))

    return come


@dataclass(frozen=True, slots=True)
class Shop:
    """A site of another origin, and a server that allows it to embed the widget."""

    host: HostPage
    server: RunningServer
    people: PersonComes

    async def visitor(self, path: str = "/", **person: Any) -> Visitor:
        """A customer opens a page of it."""
        page = await self.people(**person)
        await page.goto(self.host.origin + path)
        return Visitor(page, page.frame_locator("iframe"))


@pytest_asyncio.fixture(loop_scope="session")
async def shop(people: PersonComes, start: StartServer) -> AsyncIterator[Shop]:
    """A site of another origin, with the widget embedded and nothing else."""
    async with serve_host_page() as host:
        server = await start(allowed_origins=[host.origin], identity_secret=IDENTITY_SECRET)
        host.embed(server.url)
        yield Shop(host, server, people)


@pytest.fixture
def technician(people: PersonComes, server: RunningServer) -> TechnicianSits:
    """A technician opens the console, signed in, and goes online."""

    async def sit(login: str = "bob", capacity: int = 4, rank: Rank = Rank.TECHNICIAN) -> Page:
        terms = TechnicianTerms(login.title(), rank, capacity)
        page = await people()
        await open_signed_in(page, server, login, terms)
        await page.get_by_label("Status").select_option("online")
        return page

    return sit
