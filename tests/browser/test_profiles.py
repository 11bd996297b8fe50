"""A browser profile that a test hands on is as empty as a new one."""

from playwright.async_api import BrowserContext, Page

from tests.browser.host_page import HostPage, serve_host_page
from tests.browser.profiles import Profiles

KEEP = """async () => {
  localStorage.kept = 'yes';
  await caches.open('kept');
  await new Promise((resolve) => { indexedDB.open('kept').onsuccess = resolve; });
}"""
KEPT = """async () => [
  ...Object.keys(localStorage),
  ...(await caches.keys()),
  ...(await indexedDB.databases()).map(({ name }) => name),
]"""


async def site_with_a_frame(context: BrowserContext, host: HostPage) -> Page:
    """Open a page with a frame of another site, as the widget is one."""
    frame = host.origin.replace("localhost", "127.0.0.1")
    host.html = f"<!doctype html><title>A shop</title><iframe src='{frame}/frame'></iframe>"
    page = await context.new_page()
    await page.goto(host.origin)
    await page.wait_for_function("() => frames.length === 1")
    return page


async def test_a_profile_is_handed_on_without_memory(profiles: Profiles) -> None:
    async with serve_host_page() as host:
        async with profiles.lend() as first:
            page = await site_with_a_frame(first, host)
            for frame in page.frames[:2]:
                await frame.evaluate(KEEP)
            await first.add_cookies([{"name": "kept", "value": "yes", "url": host.origin}])
            await first.set_offline(True)
        async with profiles.lend() as second:
            assert second is first
            assert len(second.pages) == 1
            page = await site_with_a_frame(second, host)
            assert [await frame.evaluate(KEPT) for frame in page.frames[:2]] == [[], []]
            assert await second.cookies() == []


async def test_a_retired_profile_is_not_handed_on(profiles: Profiles) -> None:
    async with profiles.lend() as first:
        profiles.retire(first)
    async with profiles.lend() as second:
        assert second is not first


async def test_an_unusual_profile_is_not_handed_on(profiles: Profiles) -> None:
    async with profiles.lend(locale="de-DE") as german:
        pass
    async with profiles.lend() as english:
        assert english is not german
