"""The widget in other languages and scripts, on small screens, and by keyboard alone."""

import json

import pytest
from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from chatserver.i18n.languages import static_folder
from tests.browser.axe import barriers_in_both_schemes
from tests.browser.conftest import VisitorComes
from tests.wire.client import technician as wire_technician

ARABIC = "مودمي يومض باللون الأحمر منذ الصباح"
CHINESE = "我的调制解调器从早上开始一直闪红灯"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FACTS = "(field) => [getComputedStyle(field).fontSize, field.labels.length]"
LANGUAGES = static_folder() / "i18n"


async def overflow(page: Page) -> int:
    """Return the pixels by which the panel is wider than its viewport."""
    return int(await page.frames[-1].evaluate(OVERFLOW))


@pytest.mark.parametrize("language", ["de", "es"])
async def test_customers_read_their_language_to_the_end(
    visitor: VisitorComes, server: RunningServer, language: str
) -> None:
    words = json.loads((LANGUAGES / f"{language}.json").read_text(encoding="utf-8"))
    panel, shared, conversation_words = words["widget"], words["shared"], words["conversation"]
    async with wire_technician(server) as bob:
        ann = await visitor(locale=f"{language}-{language.upper()}")
        await ann.page.get_by_role("button", name="Support chat").click()
        await expect(ann.panel.locator("html")).to_have_attribute("lang", language)
        await ann.panel.get_by_label(panel["question"]).fill("Modem 🙂")
        await ann.panel.get_by_role("button", name=panel["start"]).click()
        with_bob = shared["with"].replace("{name}", "Bob")
        await expect(ann.panel.get_by_text(with_bob)).to_be_visible()
        conversation = (await bob.event("assigned"))["conversation"]
        await bob.ok("close", conversation=conversation)
        await expect(ann.panel.get_by_text(conversation_words["howWasIt"])).to_be_visible()
        await ann.panel.get_by_role("button", name=conversation_words["saveCopy"]).click()
        format_field = ann.panel.get_by_label(conversation_words["saveAs"])
        await format_field.select_option(label=shared["format.txt"])
        async with ann.page.expect_download() as download:
            await ann.panel.get_by_role("button", name=conversation_words["saveFormat"]).click()
        text = (await (await download.value).path()).read_text(encoding="utf-8")
        title = words["server"]["transcript.title"].replace(" {reference}", "")
        assert text.startswith(f"{title} ")
        assert await overflow(ann.page) <= 0


@pytest.mark.parametrize("text", [ARABIC, CHINESE], ids=["Arabic", "Chinese"])
async def test_every_script_arrives_as_it_was_written(
    visitor: VisitorComes, server: RunningServer, text: str
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        await ann.start_chat(text)
        assert (await bob.event("message"))["text"] == text
        direction = "rtl" if text == ARABIC else "ltr"
        line = ann.panel.get_by_text(text)
        assert await line.evaluate("(line) => getComputedStyle(line).direction") == direction


async def test_right_to_left_scripts_do_not_overflow(visitor: VisitorComes) -> None:
    ann = await visitor()
    await ann.start_chat(ARABIC)
    await ann.panel.locator("html").evaluate("(root) => { root.dir = 'rtl'; }")
    back = await ann.panel.get_by_role("button", name="Back").bounding_box()
    close = await ann.panel.get_by_role("button", name="Close").bounding_box()
    assert back is not None
    assert close is not None
    assert back["x"] > close["x"]
    assert await overflow(ann.page) == 0


async def test_on_the_smallest_phone_it_fills_the_screen(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        await ann.page.set_viewport_size({"width": 320, "height": 568})
        await ann.open_widget()
        assert await ann.page.locator("iframe").bounding_box() == {
            "x": 0,
            "y": 0,
            "width": 320,
            "height": 568,
        }
        size, labels = await ann.panel.get_by_label("Describe your problem").evaluate(FACTS)
        assert float(size.removesuffix("px")) >= 16
        assert labels == 1
        assert await overflow(ann.page) == 0
        await ann.ask("x" * 400)
        await expect(ann.panel.get_by_role("textbox")).to_be_in_viewport()
        conversation = (await bob.event("assigned"))["conversation"]
        await bob.ok("close", conversation=conversation)
        await expect(ann.panel.get_by_text("How did we do?")).to_be_visible()
        assert await overflow(ann.page) == 0


async def test_the_keyboard_alone_is_enough(visitor: VisitorComes, server: RunningServer) -> None:
    async with wire_technician(server) as bob:
        ann = await visitor()
        keyboard = ann.page.keyboard
        bubble = ann.page.get_by_role("button", name="Support chat")
        await bubble.focus()
        await keyboard.press("Enter")
        await expect(ann.panel.get_by_label("Describe your problem")).to_be_focused()
        await keyboard.type("My modem blinks red")
        await keyboard.press("Tab")
        await keyboard.type("Ann")
        await keyboard.press("Enter")
        await ann.is_chatting_with("Bob")
        await expect(ann.panel.get_by_role("textbox")).to_be_focused()
        await keyboard.type("first")
        await keyboard.press("Shift+Enter")
        await keyboard.type("second")
        await keyboard.press("Enter")
        assert (await bob.next("event", text="first\nsecond"))["author"]["name"] == "Ann"
        await ann.panel.get_by_role("button", name="Menu").focus()
        await keyboard.press("Enter")
        await expect(ann.panel.get_by_role("button", name="Copy as text")).to_be_focused()
        # Escape closes first the menu, then the panel.
        await keyboard.press("Escape")
        await expect(ann.panel.get_by_role("button", name="Menu")).to_be_focused()
        await keyboard.press("Escape")
        await expect(ann.page.locator("iframe")).to_be_hidden()
        await expect(bubble).to_be_focused()


async def test_no_screen_of_the_panel_has_barriers(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await visitor()
    await ann.open_widget()
    assert await barriers_in_both_schemes(ann.page) == []
    await ann.ask("My modem blinks red")
    assert await barriers_in_both_schemes(ann.page) == []
    async with wire_technician(server) as bob:
        conversation = (await bob.event("assigned"))["conversation"]
        await bob.ok("send", conversation=conversation, text="Try https://example.org")
        await expect(ann.panel.get_by_text("Try")).to_be_visible()
        await ann.panel.get_by_role("button", name="Menu").click()
        await expect(ann.panel.get_by_role("switch")).to_be_visible()
        assert await barriers_in_both_schemes(ann.page) == []
        await ann.page.keyboard.press("Escape")
        await bob.ok("close", conversation=conversation)
    await ann.panel.get_by_role("button", name="5 of 5").click()
    await expect(ann.panel.get_by_label("Anything to add?")).to_be_visible()
    assert await barriers_in_both_schemes(ann.page) == []
    await ann.panel.get_by_role("button", name="Back").click()
    await ann.panel.get_by_role("button", name="Your archive").click()
    await ann.panel.get_by_label("Search your conversations").fill("modem")
    await expect(ann.panel.locator("mark")).to_be_visible()
    assert await barriers_in_both_schemes(ann.page) == []
