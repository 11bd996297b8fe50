"""A key that writes a character in a text field is no shortcut of the console."""

import pytest
from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from tests.browser.conftest import TechnicianSits
from tests.browser.console_actions import ann_and_bea, composer, connected, dialog, pane
from tests.wire.client import customer, opened

OPTION_WITH_GERMAN_KEYS = [("@", "KeyL"), ("[", "Digit5"), ("®", "KeyR"), ("å", "KeyA")]
PRESS = """(element, press) => element.dispatchEvent(
    new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...press}))"""


async def press(page: Page, **event: object) -> bool:
    """Press a key as another system reports it; return True if it still writes a character."""
    allowed: bool = await page.locator("*:focus").evaluate(PRESS, event)
    return allowed


async def test_a_character_code_of_the_number_pad_stays_in_its_conversation(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await connected(console)
    async with ann_and_bea(server, console) as (ann, _):
        await composer(console, "Ann").fill("price is 20 ")
        for digit in "0128":
            assert await press(console, key=digit, code=f"Numpad{digit}", altKey=True)
        await expect(composer(console, "Ann")).to_be_focused()
        await console.keyboard.insert_text("€")
        await console.keyboard.press("Enter")
        await ann.next("event", kind="message", text="price is 20 €")


@pytest.mark.parametrize(("key", "code"), OPTION_WITH_GERMAN_KEYS)
async def test_the_option_key_of_a_mac_writes(
    server: RunningServer, technician: TechnicianSits, key: str, code: str
) -> None:
    console = await technician()
    await connected(console)
    async with ann_and_bea(server, console):
        await composer(console, "Ann").fill("price is 20 ")
        assert await press(console, key=key, code=code, altKey=True)
        await expect(composer(console, "Ann")).to_be_focused()
        await expect(composer(console, "Ann")).to_have_value("price is 20 ")


async def test_shortcuts_still_act_while_one_writes(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await connected(console)
    async with ann_and_bea(server, console):
        await composer(console, "Ann").fill("price is 20 ")
        await console.keyboard.press("Alt+2")
        await expect(composer(console, "Bea")).to_be_focused()


async def test_the_enter_key_of_an_input_method_chooses_no_colleague(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await connected(console)
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        await composer(console, "Ann").focus()
        await console.keyboard.press("Alt+t")
        field = dialog(console, "Transfer").get_by_role("combobox")
        await field.focus()
        assert await press(console, key="Enter", code="Enter", isComposing=True)
        assert await press(console, key="Process", code="Enter", keyCode=229)


async def test_the_escape_key_of_an_input_method_leaves_the_details_open(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await connected(console)
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        await console.set_viewport_size({"width": 900, "height": 800})
        await composer(console, "Ann").wait_for()
        await console.keyboard.press("Alt+i")
        await expect(console.locator("body.details")).to_be_visible()
        await console.locator("#right").dispatch_event(
            "keydown", {"key": "Escape", "keyCode": 229, "bubbles": True}
        )
        await expect(console.locator("body.details")).to_be_visible()
        await console.keyboard.press("Escape")
        await expect(console.locator("body.details")).to_be_hidden()
        await expect(pane(console, "Ann")).to_be_visible()
