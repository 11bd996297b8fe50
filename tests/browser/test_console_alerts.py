"""Alerts for new customers, and the state of the connection, which is always shown."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from chatserver.app import RunningServer, running
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from tests.browser.conftest import PersonComes, TechnicianSits
from tests.browser.console_actions import composer, connected, dialog, pane
from tests.browser.profiles import Profiles
from tests.browser.sign_in import open_signed_in
from tests.conftest import steady_port
from tests.wire.client import customer, opened

RECORD = """() => {
  globalThis.shown = [];
  globalThis.Notification = class extends EventTarget {
    static permission = 'granted';
    constructor(title, options) {
      super();
      shown.push({ title, ...options, notification: this });
    }
    close() {}
  };
}"""
# Headless Chromium shows no notifications and always has the focus, so both are simulated.
LOOK_ELSEWHERE = "() => { document.hasFocus = () => false; }"
COME_BACK = "() => { document.hasFocus = () => true; }"
SHOWN = "() => shown.map(({ title, body, tag }) => ({ title, body, tag }))"


async def nobody_is_looking(console: Page) -> None:
    """Hide the window and record the notifications that the page asks the system to show."""
    await connected(console)
    await console.evaluate(RECORD)
    await console.evaluate(LOOK_ELSEWHERE)


async def test_the_test_says_what_works_and_what_the_browser_blocks(
    technician: TechnicianSits,
) -> None:
    console = await technician()
    await console.evaluate("() => { Notification = { permission: 'denied' }; }")
    await console.get_by_role("button", name="Test my alerts").click()
    result = dialog(console, "Test my alerts")
    await expect(result.get_by_text("Sound: on.")).to_be_visible()
    await expect(result.get_by_text("Notifications: the browser blocks them.")).to_be_visible()
    await result.get_by_role("button", name="Close").click()
    await console.evaluate(RECORD)
    await console.get_by_role("button", name="Test my alerts").click()
    await expect(result.get_by_text("Notifications: on.")).to_be_visible()
    assert await console.evaluate("() => shown[0].title") == "New customer"


async def test_until_a_click_the_console_says_that_sound_is_off(
    people: PersonComes, server: RunningServer
) -> None:
    page = await people()
    await open_signed_in(page, server, "bob", TechnicianTerms("Bob"))
    locked = page.get_by_role("button", name="Sound is off until you click")
    await locked.click()
    await expect(locked).to_be_hidden()


async def test_an_alert_is_repeated_until_the_technician_looks(
    server: RunningServer, technician: TechnicianSits, profiles: Profiles
) -> None:
    console = await technician()
    profiles.retire(console.context)
    # The installed clock drives only timers that start after it, hence the reload.
    await console.clock.install()
    await console.reload()
    await nobody_is_looking(console)
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await pane(console, "Ann").wait_for()
        await console.wait_for_function("() => shown.length === 1")
        await console.clock.fast_forward(25_000)
        await console.wait_for_function("() => shown.length === 2")
        for shown in await console.evaluate(SHOWN):
            assert shown == {"title": "New customer", "body": "Ann: It blinks", "tag": conversation}
        await console.evaluate(COME_BACK)
        await console.clock.fast_forward(2_000)
        await console.evaluate(LOOK_ELSEWHERE)
        await console.clock.fast_forward(25_000)
        # The technician has looked once, so the alert is not repeated any more.
        assert await console.evaluate("() => shown.length") == 2


async def test_a_click_on_the_notification_opens_the_conversation(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await nobody_is_looking(console)
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        await console.wait_for_function("() => shown.length === 1")
        await pane(console, "Ann").get_by_role("button", name="Hide").click()
        await expect(pane(console, "Ann")).to_have_count(0)
        await console.evaluate("() => shown[0].notification.dispatchEvent(new Event('click'))")
        await expect(composer(console, "Ann")).to_be_focused()


async def test_the_tab_shows_the_number_of_waiting_customers(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician(capacity=1)
    async with customer(server) as ann, customer(server, name="Bea") as bea:
        await opened(ann, text="It blinks")
        await pane(console, "Ann").wait_for()
        await expect(console).to_have_title("Console")
        waiting = await opened(bea, text="It beeps")
        await expect(console).to_have_title("(1) Console")
        icon = console.locator('link[rel="icon"]')
        await expect(icon).to_have_attribute("href", re.compile("^data:image/svg"))
        await bea.ok("close", conversation=waiting)
        await expect(console).to_have_title("Console")
        await expect(icon).to_have_attribute("href", re.compile("icon.svg$"))


async def test_unsent_messages_are_counted_until_the_server_is_back(
    people: PersonComes, tmp_path: Path
) -> None:
    console = await people()
    async with running(load_settings(None, data=tmp_path, port=steady_port())) as server:
        await open_signed_in(console, server, "bob", TechnicianTerms("Bob"))
        await console.get_by_label("Status").select_option("online")
        async with customer(server) as ann:
            await opened(ann, text="It blinks")
            await composer(console, "Ann").wait_for()
    await expect(console.get_by_text("Connecting", exact=True)).to_be_visible()
    await composer(console, "Ann").fill("from the tunnel")
    await composer(console, "Ann").press("Enter")
    await expect(console.get_by_text("1 not sent yet")).to_be_visible()
    async with running(load_settings(None, data=tmp_path, port=server.port)):
        await expect(console.get_by_text("Connected", exact=True)).to_be_visible()
        await expect(console.get_by_text("1 not sent yet")).to_have_count(0)
        await expect(pane(console, "Ann").get_by_role("log")).to_contain_text("from the tunnel")


COUNT_TONES = """() => {
  globalThis.tones = 0;
  const make = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () {
    tones += 1;
    return make.call(this);
  };
}"""


async def test_a_customer_is_called_out_by_one_of_the_open_tabs(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    tabs = [console, await console.context.new_page()]
    await tabs[1].goto(console.url)
    for tab in tabs:
        await nobody_is_looking(tab)
        await tab.get_by_role("heading", name="All quiet").click()
        await tab.evaluate(COUNT_TONES)
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        for tab in tabs:
            await tab.wait_for_function("() => shown.length > 0")
            # Asked for after the sound was: what was asked for before is granted or refused by now.
            await tab.evaluate("() => navigator.locks.request('other', () => undefined)")
        assert sum([await tab.evaluate("tones") for tab in tabs]) == 2
