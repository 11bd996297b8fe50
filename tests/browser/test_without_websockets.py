"""Customer and technician behind a proxy that cuts every WebSocket."""

from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Page, expect

from chatserver.app import RunningServer, running
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from tests.browser.conftest import PersonComes, Visitor, VisitorComes
from tests.browser.proxy import proxy
from tests.browser.sign_in import open_signed_in
from tests.browser.test_two_windows import say
from tests.conftest import steady_port


async def sit(server: RunningServer, page: Page, address: str) -> None:
    await open_signed_in(page, server, "bob", TechnicianTerms("Bob"), site=address)
    await page.get_by_label("Status").select_option("online")


async def test_without_websockets_both_sides_talk_and_a_restart_loses_nothing(
    people: PersonComes, tmp_path: Path
) -> None:
    page, console = await people(), await people()
    ann = Visitor(page, page.frame_locator("iframe"))
    async with AsyncExitStack() as network:
        async with running(load_settings(None, data=tmp_path, port=steady_port())) as server:
            between = await network.enter_async_context(proxy(server.port, websockets=False))
            address = between.url
            await sit(server, console, address)
            await page.goto(f"{address}/demo")
            await ann.start_chat("My modem blinks red")
            await expect(console.locator(".pane").get_by_text("blinks red")).to_be_visible()
            await say(console, "Which light, Ann?")
            await ann.hears("Which light, Ann?")
            # Proof that both sides really use an event stream.
            assert server.metrics.registry.get_sample_value("chat_streams") == 2
        await expect(ann.panel.get_by_text("Connecting… What you type is kept.")).to_be_visible()
        await ann.write("The second")
        async with running(load_settings(None, data=tmp_path, port=server.port)) as server:
            await expect(console.locator(".bubble").last).to_have_text("The second")
            await say(console, "Please restart it")
            await ann.hears("Please restart it")
            await expect(ann.panel.locator(".unsent")).to_have_count(0)
            assert server.metrics.registry.get_sample_value("chat_streams") == 2


async def test_with_websockets_the_event_stream_is_not_loaded(
    visitor: VisitorComes,
) -> None:
    ann = await visitor()
    loaded: list[str] = []
    ann.page.on("request", lambda request: loaded.append(request.url))
    await ann.start_chat("My modem blinks red")
    assert [url for url in loaded if url.endswith("/widget/widget.js")]
    assert not [url for url in loaded if "event-stream" in url or "/live/" in url]
