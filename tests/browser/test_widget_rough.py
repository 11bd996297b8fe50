"""The widget on pages that are styled, built and used in ways that reach it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, Route, expect

from chatserver.app import RunningServer
from tests.browser.conftest import PersonComes, Shop, Visitor
from tests.wire.client import technician as wire_technician

BUBBLE = re.compile("Support chat")
RULES = {
    "empty": "div:empty { display: none; }",
    "popover": "[popover] { width: 320px; height: 220px; inset: 0; margin: auto }",
    "pointer": "div { pointer-events: none }",
    "important": "div { transform: scale(0.1) !important; opacity: 0 !important }",
}
LOW = [(667, 375), (844, 190), (320, 256)]
SAME_SCRIPT = """() => {
  const { src } = document.querySelector('script[src]');
  return new Promise((done) => {
    const script = document.createElement('script');
    script.src = src;
    script.onload = done;
    document.body.append(script);
  });
}"""
FOCUS_TRAP = """<div id=trap role=dialog><button onclick="chatserver('open')">Ask us</button></div>
<button>Beside</button>
<script>
  // As libraries for dialogs do: clicks and the focus elsewhere are taken back.
  const isElsewhere = ({ target }) => !trap.contains(target);
  for (const name of ['mousedown', 'click'])
    document.addEventListener(name, (event) => {
      if (!isElsewhere(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
  document.addEventListener('focusin', (event) => {
    if (isElsewhere(event)) trap.firstChild.focus();
  }, true);
</script>"""
HIDE_ALL_BESIDE = """() => {
  for (const each of document.querySelectorAll('body > *, html > div'))
    if (each.id !== 'trap') {
      each.inert = true;
      each.ariaHidden = 'true';
    }
}"""
FIELD = """<label>Your order <input autofocus></label><details id=more>More</details>"""
# An element that unfolds may lie in the top layer, so that the bubble has to be raised above it.
UNFOLD = "new Promise((done) => { more.ontoggle = () => done(); more.open = true; })"
MODAL = """<dialog id=d><button onclick="chatserver('open')">Ask us</button></dialog>"""


@pytest.mark.parametrize("rule", RULES)
async def test_rules_of_the_page_do_not_reach_the_bubble(shop: Shop, rule: str) -> None:
    shop.host.embed(shop.server.url, before=f"<style>{RULES[rule]}</style>")
    ann = await shop.visitor()
    bubble = ann.page.get_by_role("button", name=BUBBLE)
    await expect(bubble).to_be_visible()
    box = await bubble.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (60, 60)
    middle = "document.elementFromPoint(innerWidth / 2, innerHeight / 2).nodeName"
    assert await ann.page.evaluate(middle) != "DIV"
    await ann.start_chat("My modem blinks red")


@pytest.mark.parametrize(("width", "height"), LOW)
async def test_in_a_low_window_two_lines_and_the_field_can_be_seen(
    shop: Shop, width: int, height: int
) -> None:
    async with wire_technician(shop.server):
        ann = await shop.visitor(viewport={"width": width, "height": height})
        await ann.start_chat("one\ntwo\nthree\nfour")
        await expect(ann.panel.get_by_text("You’re chatting with Bob.")).to_be_attached()
        log = ann.panel.locator("message-list")
        assert await log.evaluate("(list) => list.clientHeight") >= 48
        await expect(ann.panel.get_by_role("textbox")).to_be_in_viewport(ratio=1)
        await ann.write("five")
        await expect(ann.panel.get_by_role("log").get_by_text("five")).to_be_in_viewport()


async def test_a_page_that_zooms_shows_all_of_it(shop: Shop) -> None:
    shop.host.embed(shop.server.url, before="<style>html { zoom: 1.5 }</style>")
    ann = await shop.visitor(viewport={"width": 1_280, "height": 720})
    await ann.open_widget()
    await expect(ann.page.locator("iframe")).to_be_in_viewport(ratio=0.99)


async def test_the_widget_is_not_printed(shop: Shop) -> None:
    ann = await shop.visitor()
    bubble = ann.page.get_by_role("button", name=BUBBLE)
    await expect(bubble).to_be_visible()
    await ann.page.emulate_media(media="print")
    await expect(bubble).to_be_hidden()


@pytest.mark.parametrize("tag", ["en-US@posix", "en_US", "x", ""])
async def test_a_language_that_browsers_cannot_read_is_english(shop: Shop, tag: str) -> None:
    page = await shop.people()
    await page.add_init_script(f"""for (const [name, value] of [['languages', ['{tag}']],
        ['language', '{tag}']]) Object.defineProperty(navigator, name, {{ value }});""")
    await page.goto(shop.host.origin)
    await Visitor(page, page.frame_locator("iframe")).start_chat("My modem blinks red")


async def test_the_same_script_again_makes_no_second_bubble(shop: Shop) -> None:
    async with wire_technician(shop.server):
        ann = await shop.visitor()
        await ann.start_chat("My modem blinks red")
        for _ in range(3):
            await ann.page.evaluate(SAME_SCRIPT)
        await ann.page.evaluate("chatserver('close')")
        await expect(ann.page.get_by_role("button", name=BUBBLE)).to_have_count(1)
        await expect(ann.page.locator("iframe")).to_have_count(1)
        sample = shop.server.metrics.registry.get_sample_value
        assert sample("chat_sessions", {"role": "customer"}) == 1


async def test_the_widget_comes_back_when_the_page_replaces_all_its_content(shop: Shop) -> None:
    ann = await shop.visitor()
    await ann.start_chat("My modem blinks red")
    await ann.page.evaluate("document.documentElement.innerHTML = '<body>x'")
    await expect(ann.panel.get_by_role("log").get_by_text("My modem blinks red")).to_be_visible()


async def test_what_hydrates_a_document_finds_the_bubble_at_the_end_of_the_body(
    shop: Shop,
) -> None:
    # React tolerates what it did not render there, and nowhere else in a document.
    ann = await shop.visitor()
    await expect(ann.page.get_by_role("button", name=BUBBLE)).to_be_visible()
    assert await ann.page.evaluate("document.documentElement.lastElementChild.nodeName") == "BODY"


async def test_what_the_parser_adds_later_stands_before_the_bubble(shop: Shop) -> None:
    # React compares its tree with the body, child by child, and tolerates more at the end only.
    late = '<script src="/late.js"></script><p>Late</p>'
    shop.host.embed(shop.server.url)
    shop.host.html = shop.host.html.replace("</body>", f"{late}</body>")
    page = await shop.people()

    async def answer_late(route: Route) -> None:
        await page.wait_for_function(
            "() => performance.getEntriesByType('resource').some((each) => each"
            ".name.endsWith('/widget.js'))"
        )
        await route.fulfill(body="", content_type="text/javascript")

    await page.route("**/late.js", answer_late)
    await page.goto(shop.host.origin)
    await expect(page.get_by_role("button", name=BUBBLE)).to_be_visible()
    last = "[document.body.lastElementChild, document.body.lastElementChild.previousElementSibling]"
    assert await page.evaluate(f"{last}.map(({{ nodeName }}) => nodeName)") == ["DIV", "P"]


async def test_a_dialog_that_keeps_the_focus_lets_the_bubble_be_clicked(shop: Shop) -> None:
    shop.host.embed(shop.server.url, body=FOCUS_TRAP)
    ann = await shop.visitor()
    await ann.page.get_by_role("button", name=BUBBLE).click()
    await write_beside(ann)
    await ann.panel.get_by_role("button", name="Close").click()
    await ann.page.get_by_role("button", name="Beside").focus()
    await expect(ann.page.get_by_role("button", name="Ask us")).to_be_focused()


async def test_the_focus_stays_where_it_is_in_the_page(shop: Shop) -> None:
    shop.host.embed(shop.server.url, body=FIELD)
    ann = await shop.visitor()
    field = ann.page.get_by_label("Your order")
    await expect(ann.page.get_by_role("button", name=BUBBLE)).to_be_visible()
    await expect(field).to_be_focused()
    await ann.page.evaluate(UNFOLD)
    await expect(field).to_be_focused()
    await ann.open_widget()
    await field.focus()
    await ann.page.evaluate("chatserver('close')")
    await expect(field).to_be_focused()


async def test_the_focus_stays_in_the_panel_while_the_page_unfolds_something(shop: Shop) -> None:
    shop.host.embed(shop.server.url, body=FIELD)
    ann = await shop.visitor()
    await ann.open_widget()
    await write_beside(ann)
    await ann.page.evaluate(UNFOLD)
    await ann.page.keyboard.type(" blinks")
    question = ann.panel.get_by_label("Describe your problem")
    await expect(question).to_have_value("My modem blinks")


async def test_a_dialog_that_makes_all_else_inert_spares_the_panel(shop: Shop) -> None:
    shop.host.embed(shop.server.url, body=FOCUS_TRAP)
    ann = await shop.visitor()
    await expect(ann.page.get_by_role("button", name=BUBBLE)).to_be_visible()
    await ann.page.evaluate(HIDE_ALL_BESIDE)
    await ann.page.evaluate("chatserver('open')")
    await write_beside(ann)
    await ann.page.evaluate(HIDE_ALL_BESIDE)
    await expect(ann.page.locator("body > div, html > div").last).not_to_have_attribute("inert", "")


async def write_beside(ann: Visitor) -> None:
    await ann.panel.get_by_label("Describe your problem").click()
    await ann.page.keyboard.type("My modem")
    await expect(ann.panel.get_by_label("Describe your problem")).to_have_value("My modem")


@asynccontextmanager
async def panel_that_loads_late(shop: Shop) -> AsyncIterator[tuple[Visitor, asyncio.Event]]:
    """Open the panel; its script comes when the event is set."""
    page = await shop.people()
    come = asyncio.Event()

    async def answer_late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/widget/widget.js", answer_late)
    await page.goto(shop.host.origin)
    ann = Visitor(page, page.frame_locator("iframe"))
    await page.get_by_role("button", name=BUBBLE).click()
    await expect(ann.panel.locator("header")).to_be_visible()
    yield ann, come


async def test_no_button_of_the_panel_is_shown_before_it_works(shop: Shop) -> None:
    async with panel_that_loads_late(shop) as (ann, come):
        assert await ann.panel.locator("header button").filter(visible=True).count() == 0
        come.set()
        await expect(ann.panel.get_by_role("button", name="Menu")).to_be_visible()
        await ann.panel.get_by_role("button", name="Close").click()
        await expect(ann.page.locator("iframe")).to_be_hidden()


@pytest.mark.parametrize("goes_back", [False, True], ids=["stays", "goes back"])
async def test_a_panel_that_loads_late_takes_no_focus_from_the_page(
    shop: Shop, goes_back: bool
) -> None:
    shop.host.embed(shop.server.url, body=FIELD)
    async with panel_that_loads_late(shop) as (ann, come):
        field = ann.page.get_by_label("Your order")
        if goes_back:
            await field.click()
        come.set()
        question = ann.panel.get_by_label("Describe your problem")
        await expect(question).to_be_visible()
        # The session begins after the form was shown and could take the focus.
        await expect(ann.panel.get_by_text("We’re offline.")).to_be_visible()
        await expect(field if goes_back else question).to_be_focused()


async def test_beside_a_modal_dialog_one_can_write(shop: Shop) -> None:
    shop.host.embed(shop.server.url, body=MODAL)
    ann = await shop.visitor()
    await expect(ann.page.get_by_role("button", name=BUBBLE)).to_be_visible()
    await ann.page.evaluate("d.showModal()")
    await ann.page.get_by_role("button", name="Ask us").click()
    await write_beside(ann)
    await ann.panel.get_by_role("button", name="Close").click()
    await ann.page.get_by_role("button", name="Ask us").click()
    await expect(ann.panel.get_by_role("button", name="Close")).to_be_visible()


async def test_a_modal_dialog_that_opens_over_the_panel_does_not_stop_it(shop: Shop) -> None:
    shop.host.embed(shop.server.url, body=MODAL)
    ann = await shop.visitor()
    await ann.open_widget()
    await ann.page.evaluate("d.showModal()")
    await write_beside(ann)


async def test_in_full_screen_one_can_write(shop: Shop) -> None:
    ann = await shop.visitor()
    await expect(ann.page.get_by_role("button", name=BUBBLE)).to_be_visible()
    await ann.page.evaluate("document.querySelector('h1').requestFullscreen()")
    await ann.page.wait_for_function("() => document.fullscreenElement")
    await ann.page.evaluate("chatserver('open')")
    await write_beside(ann)


async def test_where_the_storage_is_full_the_customer_is_told(shop: Shop) -> None:
    page = await shop.people()
    await page.goto(shop.host.origin)
    await fill_storage(page)
    ann = Visitor(page, page.frame_locator("iframe"))
    await ann.start_chat("My modem blinks red")
    await expect(ann.panel.get_by_text("Your browser isn’t saving data")).to_be_visible()


async def test_where_the_page_clears_the_storage_the_customer_is_told(shop: Shop) -> None:
    ann = await shop.visitor()
    await ann.start_chat("My modem blinks red")
    await ann.page.evaluate("localStorage.clear()")
    await ann.panel.get_by_role("textbox").fill("half")
    await expect(ann.panel.get_by_text("Your browser isn’t saving data")).to_be_visible()


async def fill_storage(page: Page) -> None:
    await page.evaluate("""() => {
      for (let size = 4_194_304; size >= 1; size = size / 2 | 0)
        for (;;) try { localStorage.page = (localStorage.page ?? '') + 'x'.repeat(size); }
        catch { break; }
    }""")


async def test_the_titles_own_number_stays_and_the_button_names_the_unread(
    people: PersonComes, server: RunningServer
) -> None:
    async with wire_technician(server) as bob:
        page = await people()
        await page.goto(f"{server.url}/demo")
        await page.evaluate("document.title = '(3) Orders'")
        ann = Visitor(page, page.frame_locator("iframe"))
        await ann.start_chat("My modem blinks red")
        conversation = (await bob.event("assigned"))["conversation"]
        await ann.panel.get_by_role("button", name="Close").click()
        await bob.ok("send", conversation=conversation, text="Which light?")
        bubble = page.get_by_role("button", name="Support chat (1)", exact=True)
        await expect(bubble).to_be_visible()
        await expect(page).to_have_title("(1) (3) Orders")
        await bubble.click()
        await expect(page).to_have_title("(3) Orders")
        await expect(page.get_by_role("button", name="Support chat", exact=True)).to_be_visible()
