"""Writing in the console: ready answers, drafts, viewers, and the guard against mix-ups."""

from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.core.site import Reply
from tests.browser.conftest import TechnicianSits
from tests.browser.console_actions import (
    ann_and_bea,
    away,
    choose,
    composer,
    connected,
    pane,
    set_replies,
)
from tests.wire.client import customer, opened
from tests.wire.client import technician as colleague

HELLO = Reply("1", "hello", "Greeting", "Hello {first_name}, {technician} here.")
LIGHT = Reply("2", "light", "Which light", "{first_name}, is the {light} light on? ({reference})")


async def stop_clock(console: Page) -> None:
    """Stop the clock by which the page measures how long ago the technician switched."""
    await console.evaluate(
        "() => { const now = performance.now(); performance.now = () => now; }",
    )


async def test_a_ready_answer_is_inserted_with_its_gaps_filled(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician(rank=Rank.ADMIN)
    await connected(console)
    await set_replies(console, HELLO, LIGHT)
    async with customer(server, name="Ann Lee") as ann:
        reference = (await ann.ok("open", text="It blinks"))["reference"]
        await composer(console, "Ann Lee").focus()
        await console.keyboard.type("/")
        suggestions = pane(console, "Ann Lee").get_by_role("listbox", name="Canned replies")
        await expect(suggestions.get_by_role("option")).to_have_count(2)
        await console.keyboard.type("light")
        await expect(suggestions.get_by_role("option")).to_have_count(1)
        await console.keyboard.press("Tab")
        filled = f"Ann, is the {{light}} light on? ({reference})"
        await expect(composer(console, "Ann Lee")).to_have_value(filled)
        await console.keyboard.type("red")
        await console.keyboard.press("Enter")
        await ann.next("event", kind="message", text=f"Ann, is the red light on? ({reference})")


async def test_ready_answers_change_while_one_works_and_can_be_declined(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician(rank=Rank.ADMIN)
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        await composer(console, "Ann").focus()
        await console.keyboard.type("/hel")
        suggestions = pane(console, "Ann").get_by_role("listbox")
        await expect(suggestions).to_be_hidden()
        await set_replies(console, HELLO)
        await expect(suggestions).to_be_visible()
        await console.keyboard.press("Escape")
        await expect(suggestions).to_be_hidden()
        await console.keyboard.press("Enter")
        await ann.next("event", kind="message", text="/hel")


async def test_a_draft_is_on_the_other_device_and_goes_when_it_is_sent(
    server: RunningServer, technician: TechnicianSits
) -> None:
    computer, phone = await technician("bob"), await technician("bob")
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        await composer(phone, "Ann").wait_for()
        await composer(computer, "Ann").fill("half a sent")
        await expect(composer(phone, "Ann")).to_have_value("half a sent")
        await phone.reload()
        await phone.get_by_role("navigation").get_by_role("button", name="Ann").click()
        await expect(composer(phone, "Ann")).to_have_value("half a sent")
        await composer(phone, "Ann").fill("half a sentence")
        await composer(phone, "Ann").press("Enter")
        await ann.next("event", kind="message", text="half a sentence")
        await expect(composer(computer, "Ann")).to_have_value("")


async def test_who_reads_along_is_named_and_sees_who_writes(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician("sue", rank=Rank.SUPERVISOR)
    await away(console)
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await console.get_by_role("navigation").get_by_role("button", name="Ann").first.click()
        async with colleague(server) as bob:
            await bob.event("assigned", conversation)
            why = pane(console, "Ann").get_by_text("Bob has this conversation.")
            await expect(why).to_be_visible()
            viewers = await bob.next("viewers", conversation=conversation)
            assert [each["name"] for each in viewers["viewers"]] == ["Sue"]
            await bob.send({"type": "viewing", "conversation": conversation})
            await expect(pane(console, "Ann").get_by_text("Bob is viewing")).to_be_visible()
            await bob.send({"type": "typing", "conversation": conversation, "on": True})
            await expect(pane(console, "Ann").get_by_text("Bob is typing…")).to_be_visible()
            await bob.ok("send", conversation=conversation, text="Which light?")
            await expect(pane(console, "Ann").get_by_role("log")).to_contain_text("Which light?")
            await pane(console, "Ann").get_by_role("button", name="Take over").click()
            await expect(composer(console, "Ann")).to_be_focused()


async def test_a_note_is_not_signalled_as_typing(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        await composer(console, "Ann").press_sequentially("// secret")
        await composer(console, "Ann").fill("")
        await composer(console, "Ann").press_sequentially("Hi")
        await ann.next("typing", on=True)
        signals = [frame for frame in await ann.settle() if frame["type"] == "typing"]
        assert all(not signal["on"] for signal in signals)


async def test_a_message_sent_right_after_switching_needs_confirmation(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await connected(console)
    async with ann_and_bea(server, console) as (_, bea):
        await stop_clock(console)
        await composer(console, "Ann").click()
        await composer(console, "Bea").click()
        await console.keyboard.insert_text("Your password is secret")
        await console.keyboard.press("Enter")
        question = pane(console, "Bea").get_by_role("alert").filter(has_text="Send this to Bea?")
        await expect(question).to_be_visible()
        await expect(composer(console, "Bea")).to_have_value("Your password is secret")
        await console.keyboard.press("Escape")
        await expect(question).to_be_hidden()
        await composer(console, "Bea").fill("Hello Bea")
        await console.keyboard.press("Enter")
        await expect(question).to_be_visible()
        await console.keyboard.press("Enter")
        await bea.next("event", kind="message", text="Hello Bea")


async def test_after_switching_by_key_no_confirmation_is_asked(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await connected(console)
    async with ann_and_bea(server, console) as (ann, bea):
        await stop_clock(console)
        await composer(console, "Ann").click()
        for number, text in {"2": "Hello Bea", "1": "Hello Ann"}.items():
            await console.keyboard.press(f"Alt+{number}")
            await console.keyboard.type(text)
            await console.keyboard.press("Enter")
        await bea.next("event", kind="message", text="Hello Bea")
        await ann.next("event", kind="message", text="Hello Ann")


async def test_unsent_messages_are_marked_in_list_and_pane_after_a_reload_too(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await connected(console)
    async with ann_and_bea(server, console) as (_, bea):
        row = console.get_by_role("navigation").get_by_role("button", name="Bea")
        await expect(row).not_to_contain_text("Not sent yet")
        await composer(console, "Bea").fill("half a sent")
        await expect(row).to_contain_text("Not sent yet")
        mark = pane(console, "Bea").get_by_text("Not sent yet")
        await expect(mark).to_be_hidden()
        await composer(console, "Ann").focus()
        await expect(mark).to_be_visible()
        await console.reload()
        await expect(row).to_contain_text("Not sent yet")
        await expect(mark).to_be_visible()
        await console.keyboard.press("Alt+2")
        await expect(composer(console, "Bea")).to_be_focused()
        await console.keyboard.press("Enter")
        await bea.next("event", kind="message", text="half a sent")
        await expect(row).not_to_contain_text("Not sent yet")
        await expect(mark).to_be_hidden()


async def test_the_warning_comes_no_more_once_it_is_turned_off(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await choose(console, typed="warning off", option="Turn the warning after switching off")
    async with ann_and_bea(server, console) as (_, bea):
        await composer(console, "Ann").click()
        await composer(console, "Bea").click()
        await console.keyboard.insert_text("Hello Bea")
        await console.keyboard.press("Enter")
        await bea.next("event", kind="message", text="Hello Bea")
