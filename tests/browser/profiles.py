"""Browser profiles that one test hands on to the next."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page

from tests.browser.host_page import HostPage, serve_host_page

USUAL: dict[str, Any] = {"locale": "en-US", "reduced_motion": "reduce"}
"""Movements decide nothing that a test asks for, and each of their frames is drawn."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile with one empty page, which keeps its renderer process alive between tests."""

    context: BrowserContext
    empty: Page
    developer_tools: CDPSession

    async def forget(self) -> None:
        """Close what a test opened, and delete all that its pages have left behind."""
        for page in self.context.pages:
            if page is not self.empty:
                await page.close()
        await self.context.set_offline(False)
        await self.context.clear_permissions()
        await self.context.clear_cookies()
        # The ports of servers come again, and with them the addresses of what a browser caches.
        await self.developer_tools.send("Network.clearBrowserCache")
        everywhere = {"origin": "*", "storageTypes": "all"}
        await self.developer_tools.send("Storage.clearDataForOrigin", everywhere)


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of one browser.

    A new profile starts a network stack and a renderer process, and closing it ends them: 28 tests
    of the widget and the console took 38.9 s of CPU time, with kept profiles 35.8 s.
    """

    browser: Browser
    host: HostPage
    idle: list[Profile] = field(default_factory=list)
    retired: list[BrowserContext] = field(default_factory=list)

    @asynccontextmanager
    async def lend(self, **options: Any) -> AsyncIterator[BrowserContext]:
        """Yield a profile without memory: a kept one, or a new one if `options` are unusual.

        A test that gives its profile a clock, or a script for all its pages, has to call `retire`.
        """
        chosen = USUAL | options
        if chosen != USUAL:
            async with await self.browser.new_context(**chosen) as context:
                yield context
            return
        profile = self.idle.pop() if self.idle else await self._make()
        yield profile.context
        if profile.context in self.retired:
            await profile.context.close()
        else:
            await profile.forget()
            self.idle.append(profile)

    def retire(self, context: BrowserContext) -> None:
        """Let a profile end with its test, because it will never be as new again."""
        self.retired.append(context)

    async def _make(self) -> Profile:
        context = await self.browser.new_context(**USUAL)
        empty = await context.new_page()
        # Of the servers' site, which is an address without a port.
        await empty.goto(self.host.origin.replace("localhost", "127.0.0.1"))
        return Profile(context, empty, await context.new_cdp_session(empty))


@asynccontextmanager
async def kept_profiles(browser: Browser) -> AsyncIterator[Profiles]:
    """Yield the profiles of a browser; those that are idle are closed at the end."""
    async with serve_host_page() as host:
        profiles = Profiles(browser, host)
        yield profiles
        for profile in profiles.idle:
            await profile.context.close()
