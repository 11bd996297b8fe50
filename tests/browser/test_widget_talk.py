"""Messages in the widget: both ways, across reloads, with files, and the unread count."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from chatserver.app import RunningServer
from tests.browser.conftest import PersonComes, Visitor, VisitorComes
from tests.browser.profiles import Profiles
from tests.wire.client import Client
from tests.wire.client import technician as wire_technician

KEPT = "(name) => Object.keys(localStorage).some((key) => key.startsWith(name))"


async def paired(bob: Client, ann: Visitor, text: str = "My modem blinks red") -> str:
    """Return the conversation once it is assigned."""
    await ann.start_chat(text)
    await ann.is_chatting_with("Bob")
    return str((await bob.event("assigned"))["conversation"])


async def test_both_sides_hear_each_other_and_see_how_far_it_came(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        conversation = await paired(bob, ann)
        assert (await bob.event("message"))["text"] == "My modem blinks red"
        await bob.send({"type": "typing", "conversation": conversation, "on": True})
        await expect(ann.panel.get_by_text("Bob is typing…")).to_be_visible()
        await bob.ok("send", conversation=conversation, text="Which light?")
        await ann.hears("Which light?")
        await ann.write("the second")
        event = await bob.next("event", text="the second")
        await expect(ann.panel.locator(".own .state").last).to_contain_text("Sent")
        await bob.send({"type": "read", "conversation": conversation, "seq": event["seq"]})
        await expect(ann.panel.locator(".own .state").last).to_contain_text("Read")


async def test_a_draft_survives_a_reload(visitor: VisitorComes, server: RunningServer) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        await paired(bob, ann)
        await ann.panel.get_by_role("textbox").fill("half a sent")
        await ann.page.wait_for_function(KEPT, arg="chatserver.draft.")
        await ann.page.reload()
        # With an open conversation the panel loads by itself, without a click.
        await expect(ann.page.locator("iframe")).to_have_count(1)
        await ann.page.get_by_role("button", name="Support chat").click()
        await ann.hears("My modem blinks red")
        await expect(ann.panel.get_by_role("textbox")).to_have_value("half a sent")


async def test_a_question_that_was_not_sent_survives_a_reload(visitor: VisitorComes) -> None:
    ann = await visitor()
    await ann.open_widget()
    await ann.panel.get_by_label("Describe your problem").fill("My mod")
    await ann.page.wait_for_function(KEPT, arg="chatserver.question")
    await ann.page.reload()
    await ann.open_widget()
    await expect(ann.panel.get_by_label("Describe your problem")).to_have_value("My mod")


async def test_a_reload_keeps_the_scroll_position_of_the_log(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        conversation = await paired(bob, ann)
        for number in range(12):
            await bob.ok("send", conversation=conversation, text=f"line {number}\n" * 5)
        await expect(ann.panel.get_by_text("line 11").last).to_be_in_viewport()
        await ann.panel.get_by_text("line 3").first.scroll_into_view_if_needed()
        await expect(ann.panel.get_by_text("line 3").first).to_be_in_viewport()
        await ann.page.wait_for_function(KEPT, arg="chatserver.place.")
        await ann.page.reload()
        await ann.page.get_by_role("button", name="Support chat").click()
        await expect(ann.panel.get_by_text("line 3").first).to_be_in_viewport()
        await expect(ann.panel.get_by_text("line 11").last).not_to_be_in_viewport()


async def test_unread_messages_are_counted_on_the_bubble_and_in_the_title(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        conversation = await paired(bob, ann)
        await ann.panel.get_by_role("button", name="Close").click()
        title = await ann.page.title()
        for text in ("one", "two"):
            await bob.ok("send", conversation=conversation, text=text)
        badge = ann.page.locator("div b")
        await expect(badge).to_have_text("2")
        await expect(ann.page).to_have_title(f"(2) {title}")
        await ann.page.get_by_role("button", name="Support chat").click()
        await ann.hears("two")
        await expect(badge).to_have_text("")
        await expect(ann.page).to_have_title(title)
        seen = await bob.next("read", conversation=conversation)
        assert seen["author"]["role"] == "customer"


async def test_files_go_both_ways(
    visitor: VisitorComes, server: RunningServer, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("what the lights did")
    async with wire_technician(server) as bob:
        ann = await visitor()
        await paired(bob, ann)
        await ann.panel.locator("input[type=file]").set_input_files(notes)
        sent = await bob.next("event", kind="message", text=None)
        assert sent["attachment"]["name"] == "notes.txt"
        await ann.hears("notes.txt")


async def test_a_message_written_without_a_connection_arrives_once(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        conversation = await paired(bob, ann)
        await ann.page.context.set_offline(True)
        await ann.write("from the tunnel")
        await ann.page.context.set_offline(False)
        await bob.next("event", text="from the tunnel")
        await bob.ok("send", conversation=conversation, text="still here?")
        await ann.hears("still here?")
        await expect(ann.panel.get_by_text("from the tunnel")).to_have_count(1)


async def test_two_tabs_of_one_shop_are_one_customer(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        await paired(bob, ann)
        page = await ann.page.context.new_page()
        await page.goto(ann.page.url)
        other = Visitor(page, page.frame_locator("iframe"))
        await page.get_by_role("button", name="Support chat").click()
        await other.hears("My modem blinks red")
        await other.write("from the other tab")
        await ann.hears("from the other tab")


COUNT_NOTES = """(() => {
  const make = BaseAudioContext.prototype.createOscillator;
  window.notes = 0;
  BaseAudioContext.prototype.createOscillator = function () {
    window.notes += 1;
    return make.call(this);
  };
})();"""


async def test_a_new_message_sounds_unless_it_is_seen_or_sound_is_off(
    people: PersonComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        page = await people()
        await page.add_init_script(COUNT_NOTES)
        await page.goto(f"{server.url}/demo")
        ann = Visitor(page, page.frame_locator("iframe"))
        conversation = await paired(bob, ann)
        frame = page.frames[-1]
        assert await frame.evaluate("notes") == 0
        await ann.panel.get_by_role("button", name="Close").click()
        await bob.ok("send", conversation=conversation, text="one")
        await frame.wait_for_function("() => notes === 2")
        await page.get_by_role("button", name="Support chat").click()
        await ann.panel.get_by_role("button", name="Menu").click()
        await ann.panel.get_by_role("switch").click()
        await page.keyboard.press("Escape")
        await ann.panel.get_by_role("button", name="Close").click()
        await bob.ok("send", conversation=conversation, text="two")
        await expect(page.locator("div b")).to_have_text("1")
        assert await frame.evaluate("notes") == 2


COUNT_TURNS = """(() => {
  const request = LockManager.prototype.request;
  window.turns = 0;
  LockManager.prototype.request = function (name, options, run) {
    return request.call(this, name, options, (lock) => {
      window.turns += 1;
      return run(lock);
    });
  };
})();"""


@pytest.mark.parametrize("is_seen", [False, True], ids=["unseen", "seen in one"])
async def test_four_tabs_chime_once_and_not_where_the_message_is_seen(
    people: PersonComes, server: RunningServer, profiles: Profiles, is_seen: bool
) -> None:
    async with wire_technician(server) as bob:
        page = await people()
        profiles.retire(page.context)
        await page.context.add_init_script(COUNT_NOTES)
        await page.context.add_init_script(COUNT_TURNS)
        tabs = [page] + [await page.context.new_page() for _ in range(3)]
        for tab in tabs:
            await tab.goto(f"{server.url}/demo")
        conversation = await paired(bob, Visitor(page, page.frame_locator("iframe")))
        for tab in tabs[1:]:
            await tab.get_by_role("button", name="Support chat").click()
            # A click into the panel allows it to sound.
            await tab.frame_locator("iframe").get_by_role("log").click()
            await tab.frame_locator("iframe").get_by_role("button", name="Close").click()
        if not is_seen:
            await page.frame_locator("iframe").get_by_role("button", name="Close").click()
        frames = [tab.frames[-1] for tab in tabs]
        # The first tab has announced the technician; its turn for that must not count below.
        await frames[0].wait_for_function("() => turns === 1")
        before = [await frame.evaluate("turns") for frame in frames]
        await bob.ok("send", conversation=conversation, text="Which light?")
        for frame, turns in zip(frames, before, strict=True):
            await frame.wait_for_function("(before) => turns === before + 1", arg=turns)
        notes = [await frame.evaluate("notes") for frame in frames]
        assert sum(notes) == (0 if is_seen else 2)


async def test_the_panel_opens_without_a_host_page_too(
    people: PersonComes, server: RunningServer
) -> None:
    page = await people()
    await page.goto(f"{server.url}/widget")
    await page.get_by_label("Describe your problem").fill("My modem blinks red")
    await page.get_by_role("button", name="Leave a message").click()
    await expect(page.get_by_role("log").get_by_text("My modem blinks red")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("log").get_by_text("My modem blinks red")).to_be_visible()
    await expect(page.get_by_role("button", name="Close")).to_be_hidden()


async def test_several_conversations_stand_on_the_first_page(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server, capacity=3) as bob:
        ann = await visitor()
        first = await paired(bob, ann)
        await ann.panel.get_by_role("button", name="Back").click()
        await ann.panel.get_by_label("Describe your problem").fill("And my laptop is slow")
        await ann.panel.get_by_role("button", name="Start chat").click()
        await ann.hears("And my laptop is slow")
        await bob.ok("send", conversation=first, text="Is it better?")
        await ann.panel.get_by_role("button", name="Back").click()
        card = ann.panel.get_by_role("button", name=re.compile("Is it better"))
        await expect(card).to_contain_text("1 new")
        await card.click()
        await ann.hears("Is it better?")
