"""Stored XSS in a browser: hostile texts in every field are shown as text on every page."""

import aiohttp
from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.browser.conftest import PersonComes, TechnicianSits
from tests.browser.test_archive import invitation
from tests.wire.client import Client, customer

VECTORS = [
    "<script>window.owned=1</script>",
    "<img src=x onerror=window.owned=1>",
    "<svg onload=window.owned=1>",
    "</textarea></title></style><iframe srcdoc='<script>parent.owned=1</script>'>",
    "javascript:window.owned=1//",
    "[x](javascript:window.owned=1) http://x/\"onmouseover='window.owned=1'",
    "`<b onclick=window.owned=1>` {{constructor.constructor('window.owned=1')()}}",
]
HOSTILE = " ".join(VECTORS)
# A script that the policy stops would otherwise go unnoticed: the policy is the second line of
# defence, and must not be needed.
WATCH = """
  window.violations = [];
  addEventListener('securitypolicyviolation', (event) => violations.push(event.blockedURI));
"""
HELLO = {
    "name": HOSTILE[:190],
    "email": "<img/src=x/onerror=owned=1>@example.org",
    "page": "javascript:window.owned=1",
    "locale": "<b>",
    "timezone": "<img src=x>",
    "attributes": {"<b>plan": VECTORS[1], "link": VECTORS[4]},
}


async def spoken(server: RunningServer, ann: Client) -> str:
    """Open a conversation with hostile texts in every field of a customer's; return its id."""
    asked = {"text": HOSTILE, "subject": HOSTILE[:190], "product": VECTORS[1]}
    conversation = str((await ann.ok("open", **asked))["conversation"])
    for text in VECTORS:
        await ann.ok("send", conversation=conversation, text=text)
    name = "".join(f"%{byte:02X}" for byte in f"{VECTORS[1]}.txt".encode())
    headers = {"Authorization": f"Bearer {ann.welcome['token']}", "X-File-Name": name}
    url = f"{server.url}/files?conversation={conversation}"
    async with aiohttp.request("POST", url, data=HOSTILE.encode(), headers=headers) as answer:
        file = (await answer.json())["file"]
    await ann.ok("send", conversation=conversation, file=file)
    return conversation


async def harmless(page: Page) -> None:
    """Assert that no part of the texts ran, was blocked from running, or became an element."""
    await expect(page.get_by_text(VECTORS[1], exact=True).first).to_be_visible()
    assert await page.evaluate("window.owned") is None
    assert await page.evaluate("window.violations") == []
    grown = "[onerror], [onload], [onclick], [onmouseover], [src='x'], [srcdoc], a[href^='java' i]"
    assert await page.locator(grown).count() == 0


async def test_hostile_texts_stay_text_in_console_supervision_and_archive(
    people: PersonComes, technician: TechnicianSits, server: RunningServer
) -> None:
    console = await technician("root", rank=Rank.ADMIN)
    # Init scripts run only in pages loaded afterwards, hence the reload.
    await console.add_init_script(WATCH)
    await console.reload()
    await expect(console.get_by_text("Connected", exact=True)).to_be_visible()
    async with customer(server, **HELLO) as ann:
        await ann.event("assigned", await spoken(server, ann))
        await expect(console.get_by_role("region", name="Customer")).to_be_visible()
        await harmless(console)
        await console.goto(f"{server.url}/supervision")
        await (
            console.get_by_role("region", name="Open conversations")
            .get_by_role("button")
            .first.click()
        )
        await harmless(console)
        archive = await people()
        await archive.add_init_script(WATCH)
        await archive.goto(await invitation(server, ann))
        await archive.locator(".rows a").first.click()
        await harmless(archive)
