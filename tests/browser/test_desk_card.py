"""The right side of the console: the customer's card, and similar conversations."""

import time
from pathlib import Path

import aiohttp
import jwt
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from chatserver.app import RunningServer
from chatserver.services.accounts import TechnicianTerms
from tests.browser.axe import barriers_in_both_schemes
from tests.browser.conftest import TechnicianSits
from tests.browser.stored_conversations import store_conversations
from tests.conftest import StartServer
from tests.wire.client import Client, customer, hired, opened
from tests.wire.client import technician as colleague

SECRET = "the host page knows it, and so does the server"
VISIT = {
    "page": "https://shop.example/cart",
    "locale": "de-DE",
    "timezone": "Asia/Tokyo",
    "attributes": {"plan": "gold"},
}


@pytest_asyncio.fixture(loop_scope="session")
async def server(start: StartServer) -> RunningServer:
    return await start(identity_secret=SECRET)


def card(console: Page) -> Locator:
    return console.get_by_role("region", name="Customer")


def fact(console: Page, name: str) -> Locator:
    return card(console).locator(f"dt:text-is('{name}') + dd")


def earlier(console: Page) -> Locator:
    heading = console.get_by_role("heading", name="Earlier conversations")
    return card(console).locator("section").filter(has=heading)


async def test_the_card_shows_the_customer_and_the_page_they_came_from(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server, name="Ann", email="ann@example.org", **VISIT) as ann:
        await opened(ann, text="hello", subject="My invoice", product="Router 7")
        await expect(card(console).get_by_role("heading", name="Ann")).to_be_visible()
        await expect(card(console).get_by_text("Not verified")).to_be_visible()
        page = card(console).get_by_role("link", name="shop.example/cart")
        await expect(page).to_have_attribute("rel", "noopener noreferrer")
        expected = {
            "E-mail": "ann@example.org",
            "Product": "Router 7",
            "Subject": "My invoice",
            "Language": "German (Germany)",
            "plan": "gold",
        }
        for name, value in expected.items():
            await expect(fact(console, name)).to_have_text(value)
        day = await console.evaluate(
            "new Intl.DateTimeFormat('en', {timeZone: 'Asia/Tokyo', weekday: 'short'}).format()"
        )
        await expect(fact(console, "Local time")).to_contain_text(day)


async def test_a_page_that_is_none_is_no_link(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server, page="javascript:alert(1)") as ann:
        await opened(ann, text="hello")
        await expect(fact(console, "Page")).to_have_text("javascript:alert(1)")
        await expect(fact(console, "Page").get_by_role("link")).to_have_count(0)


async def test_a_verified_customer_has_a_badge(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    claims = {"sub": "ann@shop", "name": "Ann Archer", "exp": int(time.time()) + 600}
    async with customer(server, identity=jwt.encode(claims, SECRET, "HS256")) as ann:
        await opened(ann, text="hello")
        await expect(card(console).get_by_role("heading", name="Ann Archer")).to_be_visible()
        await expect(card(console).get_by_text("Verified by your website")).to_be_visible()


async def test_a_solved_conversation_is_read_and_quoted(
    server: RunningServer, technician: TechnicianSits, tmp_path: Path
) -> None:
    console = await technician()
    bob = await server.accounts.hire("bob", TechnicianTerms())
    said = [(f"hello, printer {number} burns", "run") for number in range(4)]
    said.append(("hello, my modem blinks", "Press the <b>small</b> button"))
    await store_conversations(tmp_path / "data", bob, said)
    async with customer(server, name="Eve") as eve:
        now = await opened(eve, text="hello")
        await expect(card(console).get_by_role("heading", name="Eve")).to_be_visible()
        await eve.ok("send", conversation=now, text="my modem blinks again")
        best = console.locator(".similar li").first
        await expect(best.locator("mark").first).to_have_text("modem")
        await best.get_by_role("button").click()
        reader = console.locator(".reader")
        await expect(reader.get_by_text("hello, my modem blinks")).to_be_visible()
        await reader.get_by_role("button", name="Quote").click()
        field = console.locator(".pane").get_by_role("textbox")
        await expect(field).to_have_value("Press the <b>small</b> button")
        await expect(field).to_be_focused()
        await reader.get_by_role("button", name="Back to the customer").click()
        await expect(card(console).get_by_role("heading", name="Eve")).to_be_visible()


async def asked_before(ann: Client, bob: Client) -> None:
    """Play a conversation of Ann's with Bob, from question to end."""
    conversation = await opened(ann, text="My modem blinks red")
    await bob.event("assigned")
    await bob.ok("send", conversation=conversation, text="Press the small button")
    await bob.ok("close", conversation=conversation)


async def test_files_of_the_customer_can_be_saved(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server, name="Ann") as ann:
        conversation = await opened(ann, text="My invoice")
        await expect(card(console).get_by_role("heading", name="Ann")).to_be_visible()
        headers = {"Authorization": f"Bearer {ann.welcome['token']}", "X-File-Name": "invoice.txt"}
        url = f"{server.url}/files?conversation={conversation}"
        async with aiohttp.request("POST", url, data=b"42 euros", headers=headers) as answer:
            file = (await answer.json())["file"]
        await ann.ok("send", conversation=conversation, file=file)
        async with console.expect_download() as download:
            await card(console).get_by_role("link", name="invoice.txt").click()
        assert (await (await download.value).path()).read_bytes() == b"42 euros"


async def test_earlier_conversations_are_read_beside_the_present_one(
    server: RunningServer, technician: TechnicianSits
) -> None:
    async with customer(server, name="Ann") as ann:
        async with colleague(server) as bob:
            await asked_before(ann, bob)
        console = await technician("bob")
        async with colleague(server, "cat", status="away") as cat:
            now = await opened(ann, text="It blinks again")
            await expect(console.locator(".pane")).to_have_count(1)
            await earlier(console).get_by_role("button", name="My modem blinks red").click()
            await expect(console.locator(".pane")).to_have_count(2)
            await expect(console.locator(".pane.current")).to_contain_text("Kept for reading.")
            await console.locator(".pane").first.get_by_role("textbox").click()
            await console.keyboard.press("Alt+t")
            await console.get_by_role("option", name="Cat").click()
            await console.get_by_role("dialog").get_by_role("button", name="Transfer").click()
            await cat.event("assigned", now)


async def test_what_a_colleague_solved_is_shown_without_their_notes(
    server: RunningServer, technician: TechnicianSits
) -> None:
    async with customer(server, name="Ann") as ann:
        async with colleague(server, "cat") as cat:
            await asked_before(ann, cat)
        console = await technician("bob")
        await opened(ann, text="It blinks again")
        await earlier(console).get_by_role("button", name="My modem blinks red").click()
        await expect(console.locator(".reader")).to_contain_text("My modem blinks red")
        await expect(console.locator(".pane")).to_have_count(1)


async def test_the_transcript_has_notes_only_where_that_is_chosen(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        field = console.locator(".pane").get_by_role("textbox")
        await field.fill("// old firmware")
        await field.press("Enter")
        await expect(console.locator(".pane").get_by_text("old firmware")).to_be_visible()
        await card(console).get_by_label("Format").select_option("Text")
        texts = []
        for with_notes in (False, True):
            await card(console).get_by_label("With internal notes").set_checked(with_notes)
            async with console.expect_download() as download:
                await card(console).get_by_role("link", name="Download").click()
            texts.append((await (await download.value).path()).read_text(encoding="utf-8"))
        assert ["old firmware" in text for text in texts] == [False, True]
        assert all("It blinks" in text for text in texts)


async def test_a_conversation_goes_to_the_least_busy_by_keyboard(
    server: RunningServer, technician: TechnicianSits
) -> None:
    topics = frozenset({"dsl"})
    await hired(server, "dan", topics=topics)
    console = await technician()
    async with (
        customer(server, name="Ann") as ann,
        customer(server, name="Eve") as eve,
        colleague(server, "cat", status="away", capacity=1) as cat,
        colleague(server, "dan", status="away", capacity=3, topics=topics) as dan,
    ):
        conversation = await opened(ann, text="It blinks")
        await expect(console.locator(".pane")).to_have_count(1)
        await console.get_by_label("Status").select_option("away")
        await expect(console.get_by_text("Away: you won’t get new customers.")).to_be_visible()
        full = await opened(eve, text="hello")
        await cat.ok("accept", conversation=full)
        await cat.ok("status", status="online")
        await dan.ok("status", status="online")
        await console.get_by_role("button", name="Transfer").click()
        options = console.get_by_role("dialog").get_by_role("option")
        await expect(options).to_have_count(3)
        await expect(options.nth(0)).to_contain_text("Dan0 of 3dsl")
        await expect(options.nth(1)).to_contain_text("Cat1 of 1full")
        await expect(options.nth(2)).to_contain_text("Topic: dsl")
        search = console.get_by_role("combobox", name="Transfer to")
        await expect(search).to_be_focused()
        await search.press_sequentially("cat")
        await expect(options.first).to_contain_text("Cat")
        await search.press("Enter")
        note = console.get_by_label("Note for your colleague")
        await expect(note).to_be_focused()
        await note.press_sequentially("please")
        await note.press("Tab")
        await console.keyboard.press("Tab")
        await console.keyboard.press("Enter")
        await cat.event("assigned", conversation)
        assert (await cat.event("note", conversation))["text"] == "please"


async def test_the_side_panels_have_no_barriers(
    server: RunningServer, technician: TechnicianSits, tmp_path: Path
) -> None:
    console = await technician()
    bob = await server.accounts.hire("bob", TechnicianTerms())
    said = [(f"hello, printer {number} burns", "run") for number in range(4)]
    await store_conversations(
        tmp_path / "data", bob, [*said, ("my modem blinks", "Press the small button")]
    )

    async with customer(server, **VISIT) as ann, colleague(server, "cat", status="away"):
        await opened(ann, text="my modem blinks again")
        await console.locator(".similar li button").first.click()
        await console.get_by_role("tab", name="Look up").click()
        await console.get_by_label("Search words, name, address, reference").fill("button")
        await expect(console.locator("virtual-list mark")).to_have_text("button")
        assert await barriers_in_both_schemes(console) == []
        await console.locator(".reader").get_by_role("heading").press("Escape")
        await console.get_by_role("button", name="Transfer").click()
        await expect(console.get_by_role("dialog").get_by_role("option")).to_have_count(1)
        assert await barriers_in_both_schemes(console) == []
