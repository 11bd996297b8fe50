"""Messages as they are shown: code, commands, long texts, files, and what is new."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import FilePayload, Route, expect

from chatserver.app import RunningServer
from tests.browser.conftest import PersonComes, TechnicianSits, Visitor, VisitorComes
from tests.conftest import StartServer
from tests.wire.administrator import decide
from tests.wire.client import Client, hired, session


@dataclass(frozen=True, slots=True)
class Bob:
    """A technician's session without a browser, in Ann's conversation."""

    client: Client
    server: RunningServer
    token: str
    conversation: str

    async def say(self, text: str) -> None:
        await self.client.ok("send", conversation=self.conversation, text=text)

    async def send_file(self, content: bytes, name: str) -> None:
        async with aiohttp.request(
            "POST",
            f"{self.server.url}/files?conversation={self.conversation}",
            data=content,
            headers={"Authorization": f"Bearer {self.token}", "X-File-Name": name},
        ) as answer:
            file = (await answer.json())["file"]
        await self.client.ok("send", conversation=self.conversation, file=file)

    async def heard_file(self) -> dict[str, object]:
        """Return the attachment of the next file that Ann sends."""
        event = await self.client.receive(lambda frame: "attachment" in frame)
        return dict(event["attachment"])


Talk = tuple[Visitor, Bob]


@asynccontextmanager
async def talking(server: RunningServer, ann: Visitor) -> AsyncIterator[Bob]:
    """Return Bob's session after Ann is assigned to it."""
    token = await hired(server, "bob")
    async with session(server, role="technician", token=token) as client:
        await client.ok("status", status="online")
        await ann.start_chat("My modem blinks red")
        conversation = (await client.event("assigned"))["conversation"]
        yield Bob(client, server, token, conversation)


@pytest_asyncio.fixture(loop_scope="session")
async def talk(visitor: VisitorComes, server: RunningServer) -> AsyncIterator[Talk]:
    """Open the demo shop as Ann, in a conversation with Bob."""
    ann = await visitor()
    async with talking(server, ann) as bob:
        yield ann, bob


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (1200, 800), "tomato").save(made, "PNG")
    return made.getvalue()


async def test_code_commands_and_quotes_are_told_apart(talk: Talk) -> None:
    ann, bob = talk
    await bob.say(
        "> blinks red\nTry `ping`:\n$ sudo apt update\n```\nif x:\n    y\n```\nThen <b>tell</b>"
    )
    bubble = ann.panel.locator(".bubble").last
    await expect(bubble.locator("blockquote")).to_have_text("blinks red")
    await expect(bubble.locator("p code")).to_have_text("ping")
    await expect(bubble.locator("pre").first).to_contain_text("sudo apt update")
    assert await bubble.locator("pre").last.text_content() == "if x:\n    y"
    await expect(bubble.locator("p").last).to_have_text("Then <b>tell</b>")


async def test_a_command_is_copied_without_its_prompt(talk: Talk) -> None:
    ann, bob = talk
    await ann.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await bob.say("Please run:\n$ sudo apt update\n$ sudo reboot")
    await ann.panel.get_by_role("button", name="Copy").click()
    await expect(ann.panel.get_by_role("status").get_by_text("Copied")).to_be_attached()
    await ann.panel.get_by_role("textbox").press("Control+V")
    await expect(ann.panel.get_by_role("textbox")).to_have_value("sudo apt update\nsudo reboot")


async def test_a_long_text_is_folded_until_it_is_opened(talk: Talk) -> None:
    ann, bob = talk
    await bob.say("\n".join(str(number) for number in range(1_500)))
    bubble = ann.panel.locator(".bubble").last
    await expect(bubble).not_to_contain_text("1499")
    await bubble.get_by_role("button", name="Show all").press("Enter")
    await expect(bubble).to_contain_text("1499")
    await expect(bubble).to_be_focused()


async def paste(ann: Visitor, text: str) -> None:
    """Paste a text from the clipboard by keyboard, as a person does."""
    await ann.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await ann.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    await ann.panel.get_by_role("textbox").press("Control+V")


async def test_five_thousand_pasted_lines_do_not_break_the_layout(talk: Talk) -> None:
    ann, _ = talk
    await paste(ann, "\n".join("x" * 60 for _ in range(5_000)))
    await expect(ann.panel.get_by_text("This message is too long")).to_be_visible()
    await expect(ann.panel.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await ann.panel.get_by_role("textbox").fill("")
    await paste(ann, "x" * 7_999)
    await ann.panel.get_by_role("textbox").press("Enter")
    await expect(ann.panel.get_by_role("button", name="Show all")).to_be_visible()
    body = ann.panel.locator("body")
    assert await body.evaluate("body => body.scrollWidth <= body.clientWidth")


async def test_the_technician_is_seen_writing(talk: Talk) -> None:
    ann, bob = talk
    typing = {"type": "typing", "conversation": bob.conversation, "on": True}
    await bob.client.send(typing)
    await expect(ann.panel.get_by_text("Bob is typing…")).to_be_visible()
    await bob.say("done")
    await expect(ann.panel.get_by_text("Bob is typing…")).to_have_count(0)


async def test_a_reader_of_older_messages_sees_the_number_of_new_ones(talk: Talk) -> None:
    ann, bob = talk
    for number in range(12):
        await bob.say(f"step {number}\n\nand its details")
    log = ann.panel.locator("message-list")
    await expect(log.get_by_text("step 11")).to_be_visible()
    await log.evaluate("list => list.scrollTop = 0")
    await expect(ann.panel.get_by_role("button", name="Jump to the latest message")).to_be_visible()
    await bob.say("one more")
    await bob.say("and another")
    await expect(ann.panel.locator(".divider + .message")).to_contain_text("one more")
    await ann.panel.get_by_role("button", name="2 new messages").press("Enter")
    await expect(log.get_by_text("and another")).to_be_in_viewport()
    await expect(log).to_be_focused()
    await expect(ann.panel.locator(".jump")).to_be_hidden()


async def test_messages_received_while_the_panel_was_closed_are_marked_new(talk: Talk) -> None:
    ann, bob = talk
    await bob.say("seen at once")
    await expect(ann.panel.get_by_text("seen at once")).to_be_visible()
    toggle = ann.page.get_by_role("button", name="Support chat")
    async with ann.panel_hears("shown"):
        await toggle.click()
    await bob.say("while you were away")
    await expect(ann.page.locator("div b")).to_have_text("1")
    await toggle.click()
    await expect(ann.panel.locator(".divider + .message")).to_contain_text("while you were away")
    await ann.write("I am back")
    await expect(ann.panel.locator(".divider")).to_have_count(0)


async def test_earlier_messages_come_without_moving_what_is_read(
    people: PersonComes, start: StartServer
) -> None:
    server = await start(rate=0)
    page = await people()
    await page.goto(f"{server.url}/demo")
    ann = Visitor(page, page.frame_locator("iframe"))
    async with talking(server, ann) as bob:
        for number in range(205):
            await bob.say(f"step {number}")
    await expect(ann.panel.get_by_text("step 204", exact=True)).to_be_visible()
    await ann.page.reload()
    await ann.page.get_by_role("button", name="Support chat").click()
    log = ann.panel.locator("message-list")
    await expect(log.get_by_text("step 204", exact=True)).to_be_in_viewport()
    await expect(log.get_by_text("My modem")).to_have_count(0)
    earlier = log.get_by_role("button", name="Show earlier messages")
    first = log.locator("[data-seq]").first
    while not await log.get_by_text("My modem").count():
        # The log begins with the newest 200 events or the newest 50, so the number of steps varies.
        read = await first.get_attribute("data-seq")
        assert read is not None
        await earlier.press("Enter")
        await expect(first).not_to_have_attribute("data-seq", read)
        await expect(log.locator(f"[data-seq='{read}']")).to_be_in_viewport()
    await expect(log).to_be_focused()
    await expect(log.get_by_text("Today")).to_have_count(1)


async def test_a_picture_is_previewed_enlarged_and_saved(talk: Talk, tmp_path: Path) -> None:
    ann, bob = talk
    await bob.send_file(picture(), "the light.png")
    preview = ann.panel.get_by_role("button", name="Enlarge the light.png")
    await expect(preview.locator("img")).to_have_js_property("naturalWidth", 640)
    await preview.press("Enter")
    large = ann.panel.get_by_role("dialog", name="the light.png")
    await expect(large.get_by_role("img")).to_have_js_property("naturalWidth", 1200)
    await ann.page.keyboard.press("Escape")
    await expect(large).to_have_count(0)
    await expect(preview).to_be_focused()
    async with ann.page.expect_download() as download:
        await ann.panel.get_by_role("button", name="Save the light.png").click()
    assert (await download.value).suggested_filename == "the light.png"
    await (await download.value).save_as(tmp_path / "saved.png")
    with Image.open(tmp_path / "saved.png") as saved:
        assert saved.size == (1200, 800)


async def test_a_chosen_file_arrives_and_is_shown(talk: Talk) -> None:
    ann, bob = talk
    async with ann.page.expect_file_chooser() as chooser:
        await ann.panel.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files(
        [
            FilePayload(name="light.png", mimeType="image/png", buffer=picture()),
            FilePayload(name="log.txt", mimeType="text/plain", buffer=b"eth0 is down"),
        ]
    )
    assert (await bob.heard_file())["name"] == "light.png"
    assert (await bob.heard_file())["type"] == "text/plain"
    cards = ann.panel.locator(".own .file-card")
    await expect(cards).to_have_count(2)
    await expect(cards.first.locator("img")).to_have_js_property("naturalWidth", 640)
    await expect(cards.last).to_contain_text("12 byte")
    await expect(ann.panel.locator(".unsent")).to_have_count(0)


async def test_a_file_goes_from_one_browser_to_the_other_and_back(
    visitor: VisitorComes, technician: TechnicianSits
) -> None:
    console, ann = await technician(), await visitor()
    await ann.start_chat("My modem blinks red")
    pane = console.locator(".pane")
    await pane.get_by_role("textbox").wait_for()
    light = FilePayload(name="light.png", mimeType="image/png", buffer=picture())
    await ann.panel.locator("input[type=file]").set_input_files([light])
    await expect(pane.locator("img")).to_have_js_property("naturalWidth", 640)
    guide = FilePayload(name="guide.txt", mimeType="text/plain", buffer=b"turn it off and on")
    await pane.locator("input[type=file]").set_input_files([guide])
    async with ann.page.expect_download() as download:
        await ann.panel.get_by_role("button", name="Save guide.txt").click()
    path = await (await download.value).path()
    assert path.read_text(encoding="utf-8") == "turn it off and on"


async def test_an_upload_on_its_way_can_be_cancelled(talk: Talk) -> None:
    ann, bob = talk
    release = asyncio.Event()

    async def hold(route: Route) -> None:
        await release.wait()
        await route.abort()

    await ann.page.route("**/files?*", hold)
    log = FilePayload(name="log.txt", mimeType="text/plain", buffer=b"eth0 is down")
    await ann.panel.locator("input[type=file]").set_input_files([log])
    await expect(ann.panel.get_by_role("progressbar", name="Uploading log.txt")).to_be_visible()
    await ann.write("never mind")
    await expect(ann.panel.locator(".unsent")).to_have_count(2)
    await ann.panel.get_by_role("button", name="Cancel").click()
    assert (await bob.client.next("event", text="never mind"))["kind"] == "message"
    await expect(ann.panel.locator(".unsent")).to_have_count(0)
    release.set()


@pytest.mark.parametrize("place", ["message-composer", "message-list"])
async def test_a_file_dropped_on_a_conversation_is_sent(talk: Talk, place: str) -> None:
    ann, bob = talk
    drag = await ann.panel.locator("body").evaluate_handle(
        """() => {
            const drag = new DataTransfer();
            drag.items.add(new File(['eth0 is down'], 'log.txt', { type: 'text/plain' }));
            return drag;
        }"""
    )
    conversation = ann.panel.locator(".conversation")
    await ann.panel.locator(place).dispatch_event("dragover", {"dataTransfer": drag})
    await expect(conversation).to_have_attribute("data-hint", "Drop files here to send them")
    await ann.panel.locator(place).dispatch_event("drop", {"dataTransfer": drag})
    assert (await bob.heard_file())["name"] == "log.txt"
    await expect(conversation).to_have_attribute("data-hint", "")
    await expect(ann.panel.locator(".own .file-card")).to_have_count(1)


async def test_a_text_that_is_too_long_can_go_as_a_file(talk: Talk) -> None:
    ann, bob = talk
    await paste(ann, "\n".join(f"line {number}" for number in range(5_000)))
    await ann.panel.get_by_role("button", name="Send as a text file").click()
    assert (await bob.heard_file())["size"] == 48_889
    await expect(ann.panel.get_by_role("textbox")).to_have_value("")
    await expect(ann.panel.get_by_role("textbox")).to_be_focused()


async def test_a_file_that_is_refused_says_why_and_can_be_discarded(talk: Talk) -> None:
    ann, _ = talk
    await ann.panel.locator("input[type=file]").set_input_files(
        [
            FilePayload(
                name="setup.exe", mimeType="application/x-msdownload", buffer=b"MZ\0program"
            ),
            FilePayload(name="broken.png", mimeType="image/png", buffer=picture()[:200]),
        ]
    )
    unsent = ann.panel.locator(".unsent")
    await expect(unsent.first).to_contain_text("Files of this type can’t be sent here.")
    await expect(unsent.last).to_contain_text("We couldn’t read this file.")
    for _ in range(2):
        await unsent.first.get_by_role("button", name="Discard").click()
    await expect(unsent).to_have_count(0)
    await expect(ann.panel.locator("message-list")).to_be_focused()


async def test_a_transfer_names_the_topic(visitor: VisitorComes, server: RunningServer) -> None:
    await decide(server)
    ann = await visitor()
    async with talking(server, ann) as bob:
        await bob.client.ok("transfer", conversation=bob.conversation, topic="dsl")
        await expect(ann.panel.get_by_text("Transferring to DSL")).to_be_visible()
