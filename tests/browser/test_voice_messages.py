"""Voice messages are recorded and played in the page, by customers and technicians."""

import io
import math
import re
import wave
from array import array
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from chatserver.app import RunningServer
from tests.browser.conftest import Shop, Visitor, VisitorComes
from tests.browser.test_messages import Talk, talking

RATE = 8_000

FORBID = """() => {
    const forbidden = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    navigator.mediaDevices.getUserMedia = forbidden;
}"""
"""Refuses the page's microphone, as a customer may when asked."""


@pytest_asyncio.fixture(loop_scope="session")
async def talk(visitor: VisitorComes, server: RunningServer) -> AsyncIterator[Talk]:
    """Open the demo shop as Ann, in a conversation with Bob."""
    ann = await visitor()
    async with talking(server, ann) as bob:
        yield ann, bob


def beep() -> bytes:
    """Return one second of sound (WAVE)."""
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        samples = (round(9_000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(RATE))
        sound.writeframes(array("h", samples).tobytes())
    return made.getvalue()


async def test_a_voice_message_is_played_where_it_stands(talk: Talk) -> None:
    ann, bob = talk
    await bob.send_file(beep(), "beep.wav")
    await ann.panel.get_by_role("button", name="Play beep.wav").press("Enter")
    player = ann.panel.locator("audio")
    await expect(player).to_have_js_property("duration", 1)
    await expect(player).to_have_js_property("ended", True)
    await expect(player).to_be_focused()


async def test_nothing_is_fetched_before_it_is_played(talk: Talk) -> None:
    ann, bob = talk
    fetched: list[str] = []
    ann.page.on("request", lambda request: fetched.append(request.url))
    await bob.send_file(beep(), "beep.wav")
    await expect(ann.panel.get_by_role("button", name="Play beep.wav")).to_be_visible()
    assert not [url for url in fetched if "/files/" in url]


async def test_other_files_have_no_player(talk: Talk) -> None:
    ann, bob = talk
    await bob.send_file(b"eth0 is down", "log.txt")
    await expect(ann.panel.get_by_role("button", name="Save log.txt")).to_be_visible()
    await expect(ann.panel.locator(".play")).to_have_count(0)


async def test_a_customer_records_a_voice_message(talk: Talk) -> None:
    ann, bob = talk
    await ann.panel.get_by_role("button", name="Record a voice message").click()
    bar = ann.panel.locator(".recording")
    await expect(bar).to_contain_text(re.compile("Recording 0:0[1-9]"))
    await bar.get_by_role("button", name="Send").click()
    heard = await bob.heard_file()
    assert (heard["name"], heard["type"]) == ("Voice message.webm", "audio/webm")
    await expect(bar).to_have_count(0)
    await expect(ann.panel.get_by_role("button", name="Play Voice message.webm")).to_be_visible()


async def test_a_recording_can_be_discarded(talk: Talk) -> None:
    ann, _ = talk
    record = ann.panel.get_by_role("button", name="Record a voice message")
    await record.click()
    await expect(record).to_be_disabled()
    await ann.panel.locator(".recording").get_by_role("button", name="Discard").click()
    await expect(record).to_be_enabled()
    await expect(ann.panel.locator(".file-card")).to_have_count(0)


async def test_what_is_recorded_when_the_conversation_ends_is_not_sent(talk: Talk) -> None:
    ann, bob = talk
    await ann.panel.get_by_role("button", name="Record a voice message").click()
    await expect(ann.panel.locator(".recording")).to_be_visible()
    await bob.client.ok("close", conversation=bob.conversation)
    await expect(ann.panel.locator(".recording")).to_have_count(0)
    await expect(ann.panel.locator(".file-card")).to_have_count(0)


async def test_a_microphone_that_is_forbidden_is_explained(talk: Talk) -> None:
    ann, _ = talk
    record = ann.panel.get_by_role("button", name="Record a voice message")
    await record.evaluate(FORBID)
    await record.click()
    await expect(ann.panel.get_by_text("We can’t use your microphone.")).to_be_visible()


async def test_pages_of_other_sites_let_the_panel_ask_for_the_microphone(shop: Shop) -> None:
    page = await shop.people()
    await page.goto(shop.host.origin)
    await Visitor(page, page.frame_locator("iframe")).open_widget()
    (panel,) = (frame for frame in page.frames if frame.url.startswith(shop.server.url))
    assert await panel.evaluate("document.featurePolicy.allowsFeature('microphone')")
    assert not await panel.evaluate("document.featurePolicy.allowsFeature('camera')")
