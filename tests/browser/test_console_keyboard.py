"""Every action of the console has a key, and the palette finds customers and commands."""

from playwright.async_api import expect

from chatserver.app import RunningServer
from tests.browser.conftest import TechnicianSits
from tests.browser.console_actions import choose, composer, connected, dialog, pane
from tests.wire.client import customer, opened


async def test_a_customer_is_served_without_the_mouse(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await choose(console, typed="away", option="Status: Away")
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await console.get_by_role("navigation").get_by_text("It blinks").wait_for()
        await console.keyboard.press("Alt+a")
        await expect(composer(console, "Ann")).to_be_focused()
        await console.keyboard.type("Which light?")
        await console.keyboard.press("Enter")
        await ann.next("event", kind="message", text="Which light?")
        await console.keyboard.type("// old firmware")
        await expect(console.get_by_text("A note: customers never see it.")).to_be_visible()
        await console.keyboard.press("Enter")
        await expect(console.locator(".note .bubble")).to_have_text("old firmware")
        await console.keyboard.press("Alt+x")
        await expect(pane(console, "Ann").get_by_role("button", name="End it")).to_be_focused()
        await console.keyboard.press("Enter")
        await ann.event("closed", conversation)
        assert "note" not in {frame.get("kind") for frame in await ann.settle()}


async def test_the_keys_are_shown_by_a_question_mark_where_nobody_writes(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await connected(console)
    await console.get_by_role("button", name="Your settings").focus()
    await console.keyboard.press("?")
    await expect(dialog(console, "Keyboard shortcuts")).to_contain_text("Alt+A")
    # Nothing stands beyond the edge, where it is not seen.
    assert await dialog(console, "Keyboard shortcuts").evaluate(
        "(shown) => shown.scrollWidth <= shown.clientWidth"
    )
    await console.keyboard.press("Escape")
    await expect(dialog(console, "Keyboard shortcuts")).to_be_hidden()
    await expect(console.get_by_role("button", name="Your settings")).to_be_focused()
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        await composer(console, "Ann").focus()
        await console.keyboard.press("?")
        await expect(composer(console, "Ann")).to_have_value("?")
        await console.keyboard.press("Control+/")
        await expect(dialog(console, "Keyboard shortcuts")).to_be_visible()


async def test_the_question_mark_can_be_turned_off(technician: TechnicianSits) -> None:
    console = await technician()
    await choose(console, typed="? key off", option="Turn the ? key off")
    await console.get_by_role("button", name="Your settings").focus()
    await console.keyboard.press("?")
    await choose(console, typed="? key on", option="Turn the ? key on")
    await console.get_by_role("button", name="Your settings").focus()
    await console.keyboard.press("?")
    await expect(dialog(console, "Keyboard shortcuts")).to_be_visible()


async def test_the_palette_goes_to_people_by_name_and_by_reference(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server, name="Ann Lee") as ann, customer(server, name="Bea") as bea:
        await opened(ann, text="It blinks")
        reference = (await bea.ok("open", text="It beeps"))["reference"]
        await pane(console, "Bea").wait_for()
        await choose(console, typed="anl", option="Ann Lee")
        await expect(composer(console, "Ann Lee")).to_be_focused()
        await choose(console, typed=reference.replace("-", "").lower(), option="Bea")
        await expect(composer(console, "Bea")).to_be_focused()


async def test_the_palette_finds_closed_conversations_by_reference_and_name(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await connected(console)
    async with customer(server, name="Ann Lee", email="ann@shop.example") as ann:
        answer = await ann.ok("open", text="It blinks")
        reference, conversation = str(answer["reference"]), str(answer["conversation"])
        await pane(console, "Ann Lee").wait_for()
        await ann.ok("close", conversation=conversation)
        await pane(console, "Ann Lee").get_by_text("Kept for reading.").wait_for()
        await console.reload()
        await connected(console)
        for typed in (reference, "ann lee", "ann@shop.example"):
            await console.keyboard.press("Control+k")
            palette = dialog(console, "Search and commands")
            await palette.get_by_role("combobox").fill(typed)
            found = palette.get_by_role("option").filter(has_text=reference)
            await expect(found).to_contain_text("ended")
            await console.keyboard.press("Escape")
        await choose(console, typed=reference, option=reference)
        await expect(pane(console, "Ann Lee")).to_be_visible()


async def test_the_palette_tells_assistive_technology_where_one_is(
    technician: TechnicianSits,
) -> None:
    console = await technician()
    await connected(console)
    await console.keyboard.press("Control+k")
    palette = dialog(console, "Search and commands")
    field = palette.get_by_role("combobox")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-expanded", "true")
    for key, chosen in {"ArrowDown": 1, "ArrowUp": 0}.items():
        await console.keyboard.press(key)
        option = palette.get_by_role("option").nth(chosen)
        await expect(option).to_have_attribute("aria-selected", "true")
        identifier = await option.get_attribute("id")
        await expect(field).to_have_attribute("aria-activedescendant", str(identifier))
    await field.fill("no such thing at all")
    await expect(palette.get_by_text("No matches.")).to_be_visible()
    await expect(field).to_have_attribute("aria-expanded", "false")
