"""Secrets are masked before a message is sent; one tap sends it unmasked."""

import pytest_asyncio
from playwright.async_api import expect

from chatserver.app import RunningServer
from tests.browser.conftest import VisitorComes
from tests.browser.test_accessibility import clear
from tests.conftest import StartServer
from tests.wire.client import technician

CARD, HIDDEN = "4111 1111 1111 1111", "•••• •••• •••• 1111"


@pytest_asyncio.fixture(loop_scope="session")
async def server(start: StartServer) -> RunningServer:
    return await start(mask=["card", "password"])


async def test_a_card_number_is_hidden_before_it_is_sent(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with technician(server) as bob:
        ann = await visitor()
        await ann.start_chat("hello")
        await bob.event("message")
        await ann.write(f"Pay with {CARD}")
        await expect(
            ann.panel.get_by_text("This looked like a card number, so we hid it.")
        ).to_be_visible()
        field = ann.panel.get_by_role("textbox")
        await expect(field).to_have_value(f"Pay with {HIDDEN}")
        await clear(ann.page, "hidden")
        await field.press("Enter")
        assert (await bob.event("message"))["text"] == f"Pay with {HIDDEN}"
        await expect(ann.panel.get_by_text("so we hid it")).to_be_hidden()
        await expect(ann.panel.get_by_role("log").get_by_text(HIDDEN)).to_have_count(1)


async def test_one_tap_sends_the_secret_unmasked(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with technician(server) as bob:
        ann = await visitor()
        await ann.start_chat("hello")
        await bob.event("message")
        await ann.write(f"Pay with {CARD}")
        await ann.panel.get_by_role("button", name="Send it unhidden").click()
        assert (await bob.event("message"))["text"] == f"Pay with {CARD}"
        await expect(ann.panel.get_by_role("textbox")).to_have_value("")
        # The exception was for that message only.
        await ann.write(CARD)
        await expect(
            ann.panel.get_by_text("This looked like a card number, so we hid it.")
        ).to_be_visible()


async def test_a_harmless_text_is_sent_at_once(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with technician(server) as bob:
        ann = await visitor()
        await ann.start_chat("hello")
        await bob.event("message")
        await ann.write("I forgot my password")
        assert (await bob.event("message"))["text"] == "I forgot my password"
