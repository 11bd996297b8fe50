"""The widget on host pages: strict policies, hostile scripts, blocked storage, one page."""

import re
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import IDENTITY_SECRET, Shop, Visitor
from tests.wire.client import Client
from tests.wire.client import technician as wire_technician

ON_TOP = """<style>
  * { z-index: 2147483647; }
  .wall { position: fixed; inset: 0; background: white; }
</style>"""
WALL = "<div class=wall>everything is covered</div>"
FORBIDDEN_STORAGE = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('forbidden', 'SecurityError'); },
});"""


def identity(subject: str, **claims: object) -> str:
    """Return an identity token of the shop for a customer."""
    expires = datetime.now(UTC) + timedelta(hours=1)
    return jwt.encode({"sub": subject, "exp": expires, **claims}, IDENTITY_SECRET, "HS256")


async def call(page: Page, *arguments: object) -> None:
    """Call the widget's JavaScript API from the page."""
    await page.evaluate("(given) => window.chatserver(...given)", list(arguments))


async def stored(page: Page) -> list[str]:
    keys: list[str] = await page.evaluate("Object.keys(localStorage)")
    return sorted(keys)


async def talking(shop: Shop, bob: Client) -> tuple[Visitor, str]:
    """Return a customer on the shop's page in a conversation."""
    ann = await shop.visitor()
    await ann.start_chat("My modem blinks red")
    await ann.is_chatting_with("Bob")
    return ann, (await bob.event("assigned"))["conversation"]


async def test_a_page_with_a_strict_policy_needs_two_lines(shop: Shop) -> None:
    shop.host.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {shop.server.url}; frame-src {shop.server.url}"
    )
    # The fixture `people` fails the test for every violation of the policy.
    ann = await shop.visitor()
    await ann.start_chat("My modem blinks red")


async def test_a_cross_origin_isolated_page_may_show_the_widget(shop: Shop) -> None:
    shop.host.headers |= {
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    ann = await shop.visitor()
    await ann.start_chat("My modem blinks red")


async def test_no_element_of_the_page_covers_the_widget(shop: Shop) -> None:
    shop.host.embed(shop.server.url, before=ON_TOP, body=WALL)
    ann = await shop.visitor()
    await ann.start_chat("My modem blinks red")


async def test_a_page_that_handles_all_messages_does_not_disturb_the_widget(shop: Shop) -> None:
    shop.host.embed(shop.server.url)
    ann = await shop.visitor()
    # Added after the widget's listener, which is therefore called first and not stopped.
    mine = "() => { window.onmessage = (event) => event.stopImmediatePropagation(); }"
    await ann.page.evaluate(mine)
    await ann.start_chat("My modem blinks red")


async def test_only_messages_of_the_panel_are_trusted(shop: Shop) -> None:
    ann = await shop.visitor()
    await ann.open_widget()
    # The page itself sends a message that looks like one of the panel's.
    forged = "window.postMessage({ chatserver: 'store', value: ['chatserver.token', 'x'] }, '*')"
    await ann.page.evaluate(forged)
    await call(ann.page, "close")
    await expect(ann.page.locator("iframe")).to_be_hidden()
    assert await ann.page.evaluate("localStorage['chatserver.token']") != "x"


async def test_a_page_of_a_foreign_origin_cannot_show_the_widget(
    shop: Shop, browser: Browser
) -> None:
    page = await browser.new_page()
    # The same page under a name that the server's settings do not allow.
    await page.goto(shop.host.origin.replace("localhost", "127.0.0.1"))
    async with (
        page.expect_console_message(lambda line: "frame-ancestors" in line.text),
        page.expect_console_message(lambda line: "CHATSERVER_ALLOWED_ORIGINS" in line.text),
    ):
        await page.get_by_role("button", name="Support chat").click()
    await expect(page.get_by_role("button", name="Support chat")).to_be_hidden()
    await page.close()


async def test_storage_is_the_pages_own_and_unused_before_a_click(
    shop: Shop,
) -> None:
    async with wire_technician(shop.server) as bob:
        page = await shop.people()
        await page.goto(shop.host.origin)
        await expect(page.get_by_role("button", name="Support chat")).to_be_visible()
        assert await stored(page) == []
        ann, _ = await talking(shop, bob)
        assert {"chatserver.open", "chatserver.token"} <= set(await stored(ann.page))
        assert await ann.page.context.cookies() == []


async def test_with_blocked_storage_one_can_chat_and_is_warned(shop: Shop) -> None:
    async with wire_technician(shop.server):
        page = await shop.people()
        await page.add_init_script(FORBIDDEN_STORAGE)
        await page.goto(shop.host.origin)
        ann = Visitor(page, page.frame_locator("iframe"))
        await ann.start_chat("My modem blinks red")
        notice = ann.panel.get_by_text("Your browser isn’t saving data")
        await expect(notice).to_be_visible()


async def test_calls_before_the_loader_are_not_lost(shop: Shop) -> None:
    stub = """<script>
      window.chatserver = function () { (chatserver.q = chatserver.q || []).push(arguments); };
      chatserver('set', { label: 'Ask us', title: 'Ask the shop' });
      chatserver('open');
    </script>"""
    shop.host.embed(shop.server.url, before=stub)
    ann = await shop.visitor()
    await expect(ann.panel.get_by_role("heading", name="Ask the shop")).to_be_visible()
    await expect(ann.page.get_by_role("button", name="Ask us")).to_be_visible()


async def test_the_line_of_html_says_how_it_looks(shop: Shop) -> None:
    chosen = {
        "data-accent": "#7a1fa2",
        "data-position": "left",
        "data-label": "Hilfe",
        "data-language": "de",
        "data-greeting": "Schön, dass Sie da sind.",
        "data-theme": "dark",
    }
    attributes = " ".join(f'{name}="{value}"' for name, value in chosen.items())
    shop.host.embed(shop.server.url, attributes=attributes)
    ann = await shop.visitor()
    bubble = ann.page.get_by_role("button", name="Hilfe")
    await expect(bubble).to_have_css("background-color", "rgb(122, 31, 162)")
    box = await bubble.bounding_box()
    assert box is not None
    assert box["x"] == 20
    await bubble.click()
    await expect(ann.panel.get_by_text("Schön, dass Sie da sind.")).to_be_visible()
    await expect(ann.panel.locator("html")).to_have_css("color-scheme", "dark")
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
    frame = ann.page.frames[-1]
    await frame.wait_for_function(f"() => {accent}.includes('#7a1fa2')")


async def test_a_single_page_application_opens_closes_and_hears(shop: Shop) -> None:
    async with wire_technician(shop.server) as bob:
        ann = await shop.visitor()
        await ann.page.evaluate("""() => {
          window.heard = [];
          for (const name of ['open', 'close', 'unread'])
            chatserver('on', name, (value) => heard.push([name, value ?? null]));
        }""")
        await call(ann.page, "open")
        await ann.panel.get_by_label("Describe your problem").wait_for()
        await ann.ask("My modem blinks red")
        conversation = (await bob.event("assigned"))["conversation"]
        # The application replaces the whole body, as routers of single-page applications may do.
        await ann.page.evaluate("document.body.replaceWith(document.createElement('body'))")
        await ann.hears("My modem blinks red")
        async with ann.panel_hears("shown"):
            await call(ann.page, "toggle")
        await bob.ok("send", conversation=conversation, text="Which light?")
        await expect(ann.page.locator("div b")).to_have_text("1")
        heard = await ann.page.evaluate("heard.filter(([name, value]) => value !== 0)")
        assert heard == [["open", None], ["close", None], ["unread", 1]]


@pytest.mark.parametrize("tells", [True, False], ids=["tells", "does not tell"])
async def test_the_technician_sees_the_address_on_which_the_customer_asked(
    shop: Shop, tells: bool
) -> None:
    async with wire_technician(shop.server) as bob:
        page = await shop.people()
        if not tells:
            # Browsers without the navigation API.
            await page.add_init_script("Object.defineProperty(window, 'navigation', {})")
        await page.goto(f"{shop.host.origin}/cart")
        ann = Visitor(page, page.frame_locator("iframe"))
        await ann.open_widget()
        async with ann.panel_hears("page", f"{shop.host.origin}/returns"):
            await page.evaluate("history.pushState({}, '', '/returns?order=7')")
            if not tells:
                # Then it is told with what the panel stores.
                await ann.panel.get_by_label("Describe your problem").fill("My parcel")
        await ann.ask("My parcel is broken")
        conversation = (await bob.event("assigned"))["conversation"]
        context = (await bob.ok("customer", conversation=conversation))["context"]
        assert context["page"] == f"{shop.host.origin}/returns"


async def test_the_technician_sees_the_systems_true_version(shop: Shop) -> None:
    async with wire_technician(shop.server) as bob:
        page = await shop.people()
        await page.add_init_script("""Object.defineProperty(navigator, 'userAgentData', { value: {
          getHighEntropyValues: async () => ({ platform: 'Android', platformVersion: '16.0.0' }),
        } });""")
        await page.goto(shop.host.origin)
        ann = Visitor(page, page.frame_locator("iframe"))
        await ann.start_chat("My modem blinks red")
        conversation = (await bob.event("assigned"))["conversation"]
        # Requests are answered in order: this one comes after the one that names the system.
        await ann.write("Are you there?")
        await bob.next("event", text="Are you there?")
        context = (await bob.ok("customer", conversation=conversation))["context"]
        assert context["device"].endswith("on Android 16")


async def test_what_the_page_tells_of_its_customer_reaches_the_technician(shop: Shop) -> None:
    async with wire_technician(shop.server) as bob:
        shop.host.embed(shop.server.url, attributes="""data-attributes='{"plan": "gold"}'""")
        ann, conversation = await talking(shop, bob)
        told = await bob.ok("customer", conversation=conversation)
        assert told["context"]["attributes"] == {"plan": "gold"}
        assert told["context"]["page"].startswith(shop.host.origin)
        async with ann.panel_hears("set"):
            await call(ann.page, "set", {"attributes": {"plan": "silver", "cart": 3}})
        await ann.is_chatting_with("Bob")
        await ann.write("there?")
        await bob.next("event", text="there?")
        told = await bob.ok("customer", conversation=conversation)
        assert told["context"]["attributes"] == {"plan": "silver", "cart": "3"}


async def test_logging_out_leaves_nothing_in_any_tab(shop: Shop) -> None:
    async with wire_technician(shop.server) as bob:
        ann, _ = await talking(shop, bob)
        other = await ann.page.context.new_page()
        await other.goto(shop.host.origin)
        # By then it has stored what it stores, and hears what other tabs do.
        said = other.frame_locator("iframe").get_by_role("log").get_by_text("My modem blinks red")
        await expect(said).to_be_attached()
        await call(ann.page, "logout")
        # Tabs of one site share storage, and the event of a change reaches the other tab.
        for page in (ann.page, other):
            await expect(page.locator("iframe")).to_have_count(0)
            await page.wait_for_function("() => Object.keys(localStorage).length === 0")
        await ann.open_widget()
        await expect(ann.panel.get_by_text("My modem blinks red")).to_have_count(0)


async def test_an_identified_customer_is_never_mixed_up_with_another(shop: Shop) -> None:
    async with wire_technician(shop.server, capacity=3) as bob:
        # An anonymous visitor talks first, in the same browser.
        ann, _ = await talking(shop, bob)
        await call(ann.page, "identify", identity("7", name="Ann Miller"))
        await ann.panel.get_by_label("Describe your problem").wait_for()
        await expect(ann.panel.get_by_text("My modem blinks red")).to_have_count(0)
        await ann.panel.get_by_label("Describe your problem").fill("And my laptop")
        await ann.panel.get_by_role("button", name="Start chat").click()
        conversation = (await bob.next("event", kind="assigned"))["conversation"]
        told = await bob.ok("customer", conversation=conversation)
        assert (told["customer"]["name"], told["customer"]["verified"]) == ("Ann Miller", True)
        assert told["earlier"] == []
        # A new token for the same person changes nothing; another person sees nothing of it.
        await call(ann.page, "identify", identity("7", name="Ann Miller", nbf=1))
        await expect(ann.panel.get_by_role("log").get_by_text("And my laptop")).to_be_visible()
        await call(ann.page, "identify", identity("8"))
        await ann.panel.get_by_label("Describe your problem").wait_for()
        await expect(ann.panel.get_by_text("And my laptop")).to_have_count(0)


async def test_a_forged_identity_token_is_refused_and_reported_to_the_page(shop: Shop) -> None:
    ann = await shop.visitor()
    await ann.page.evaluate("chatserver('on', 'identity', (why) => { window.why = why; })")
    # Signed with a key that is not the shop's.
    await call(ann.page, "identify", jwt.encode({"sub": "1"}, "x" * 32, "HS256"))
    async with ann.page.expect_console_message(lambda line: "signature" in line.text):
        await call(ann.page, "open")
    await ann.page.wait_for_function("() => window.why")
    assert "signature" in await ann.page.evaluate("why")
    await expect(ann.panel.get_by_text(re.compile("Your session has ended"))).to_be_visible()
