"""The centre of the console: up to four conversations, each with its own composer."""

from contextlib import AsyncExitStack

from playwright.async_api import expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.browser.conftest import TechnicianSits
from tests.browser.console_actions import composer, dialog, pane, set_site
from tests.wire.client import customer, opened
from tests.wire.client import technician as at_work

NAMES = ["Ann", "Bea", "Cleo", "Dee"]


async def test_four_conversations_stand_side_by_side_each_with_its_own_composer(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await console.set_viewport_size({"width": 1600, "height": 900})
    async with AsyncExitStack() as stack:
        customers = []
        for name in NAMES:
            client = await stack.enter_async_context(customer(server, name=name))
            await opened(client, text=f"{name} asks")
            await expect(pane(console, name)).to_be_visible()
            customers.append((name, client))
        boxes = [await pane(console, name).bounding_box() for name in NAMES]
        assert len({box["y"] for box in boxes if box}) == 1
        assert len({box["x"] for box in boxes if box}) == len(NAMES)
        for name in NAMES:
            await composer(console, name).fill(f"for {name}")
        for number, (name, client) in enumerate(customers, 1):
            await console.keyboard.press(f"Alt+{number}")
            await expect(composer(console, name)).to_be_focused()
            await console.keyboard.press("Enter")
            if await pane(console, name).get_by_role("alert").is_visible():
                await console.keyboard.press("Enter")
            answer = await client.next("event", kind="message", text=f"for {name}")
            assert answer["author"]["name"] == "Bob"


async def test_a_fifth_pane_replaces_the_least_recently_used(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician(capacity=5)
    async with AsyncExitStack() as stack:
        for name in [*NAMES, "Eve"]:
            client = await stack.enter_async_context(customer(server, name=name))
            await opened(client, text=f"{name} asks")
            await console.get_by_role("navigation").get_by_text(f"{name} asks").wait_for()
        await expect(console.locator(".pane")).to_have_count(4)
        for name in ["Bea", "Cleo", "Dee", "Ann"]:
            await composer(console, name).focus()
        await console.get_by_role("navigation").get_by_role("button", name="Eve").click()
        await expect(composer(console, "Eve")).to_be_focused()
        await expect(console.locator(".pane")).to_have_count(4)
        await expect(pane(console, "Bea")).to_have_count(0)


async def test_a_reload_opens_what_was_open(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server) as ann, customer(server, name="Bea") as bea:
        await opened(ann, text="It blinks")
        await opened(bea, text="It beeps")
        await pane(console, "Bea").wait_for()
        await composer(console, "Bea").fill("half a sent")
        await console.reload()
        await expect(pane(console, "Ann")).to_be_visible()
        await expect(composer(console, "Bea")).to_have_value("half a sent")


async def test_ending_asks_once_and_what_has_ended_can_only_be_read(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        end = pane(console, "Ann").get_by_role("button", name="End", exact=True)
        await end.click()
        await console.keyboard.press("Escape")
        await expect(composer(console, "Ann")).to_be_focused()
        await end.click()
        await console.keyboard.press("Enter")
        assert (await ann.event("closed", conversation))["reason"] == "technician"
        await expect(composer(console, "Ann")).to_be_hidden()
        await expect(pane(console, "Ann").get_by_text("Kept for reading.")).to_be_visible()


async def test_a_phone_shows_the_lists_or_one_conversation(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await console.set_viewport_size({"width": 390, "height": 844})
    async with customer(server) as ann, customer(server, name="Bea") as bea:
        await opened(ann, text="It blinks")
        await expect(pane(console, "Ann")).to_be_visible()
        await opened(bea, text="It beeps")
        await pane(console, "Ann").get_by_role("button", name="Back").click()
        lists = console.get_by_role("navigation")
        await expect(pane(console, "Ann")).to_be_hidden()
        await lists.get_by_role("button", name="Bea").click()
        await expect(lists).to_be_hidden()
        await expect(composer(console, "Bea")).to_be_focused()
        await pane(console, "Bea").get_by_role("button", name="More").click()
        await pane(console, "Bea").get_by_role("button", name="Details").click()
        await expect(console.locator("#right")).to_be_visible()
        await console.keyboard.press("Escape")
        await expect(console.locator("#right")).to_be_hidden()
        await expect(composer(console, "Bea")).to_be_focused()


async def test_the_head_of_a_pane_is_one_line_whose_actions_fit_or_are_in_a_menu(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        head = pane(console, "Ann").locator("header")
        transfer = head.get_by_role("button", name="Transfer")
        await expect(head.get_by_text("Waits for you")).to_have_class("soft")
        await expect(transfer).to_be_visible()
        for width in (1440, 900, 390):
            await console.set_viewport_size({"width": width, "height": 844})
            box = await head.bounding_box()
            assert box is not None
            assert box["height"] <= 64
        await expect(transfer).to_be_hidden()
        more = head.get_by_role("button", name="More")
        await more.click()
        await expect(transfer).to_be_visible()
        await console.keyboard.press("Escape")
        await expect(more).to_be_focused()
        await more.click()
        await transfer.click()
        await dialog(console, "Transfer").get_by_role("button", name="Cancel").click()
        await expect(more).to_be_focused()
        await expect(transfer).to_be_hidden()


async def test_an_empty_console_says_what_to_do_first(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await expect(console.get_by_role("heading", name="All quiet")).to_be_visible()
    await console.get_by_label("Status").select_option("offline")
    await expect(console.get_by_text("Offline: you won’t get new customers")).to_be_visible()
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        await expect(console.get_by_role("heading", name="Someone is waiting")).to_be_visible()
        await console.get_by_role("button", name="Accept the first").click()
        await expect(composer(console, "Ann")).to_be_focused()
        await pane(console, "Ann").get_by_role("button", name="Hide").click()
        await console.get_by_role("button", name="Go online").click()
        await expect(console.get_by_label("Status")).to_have_value("online")


async def test_files_are_sent_by_dropping_them_anywhere_in_a_conversation(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        files = await console.evaluate_handle(
            """() => {
              const data = new DataTransfer();
              data.items.add(new File(['line 1'], 'modem.log', { type: 'text/plain' }));
              return data;
            }"""
        )
        messages = pane(console, "Ann").get_by_role("log")
        await messages.dispatch_event("dragover", {"dataTransfer": files})
        await expect(pane(console, "Ann")).to_have_class("pane current receives")
        await messages.dispatch_event("drop", {"dataTransfer": files})
        message = await ann.next("event", kind="message", text=None)
        assert message["attachment"]["name"] == "modem.log"


async def test_a_choice_on_one_device_is_seen_on_the_other(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician("bob")
    await expect(console.get_by_label("Status")).to_have_value("online")
    async with at_work(server, "bob", status="away", capacity=7):
        await expect(console.get_by_label("Status")).to_have_value("away")
        await expect(console.get_by_label("Customers at once")).to_have_value("7")


async def test_a_technician_writing_elsewhere_is_not_moved_to_a_viewed_conversation(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician(rank=Rank.ADMIN)
    topics = [{"id": "dsl", "name": "DSL"}]
    await set_site(console, topics=topics, pairing={"topics": {"dsl": {"mode": "by_hand"}}})
    async with customer(server, name="Bea") as bea, customer(server) as ann:
        await opened(bea, text="It beeps")
        await expect(pane(console, "Bea")).to_be_visible()
        await opened(ann, topic="dsl", text="It blinks")
        await console.locator(".queue").get_by_role("button", name="Ann").first.click()
        await expect(pane(console, "Ann")).to_be_visible()
        await composer(console, "Bea").focus()
        await set_site(console, pairing={})
        await expect(composer(console, "Ann")).to_be_enabled()
        await expect(composer(console, "Bea")).to_be_focused()
