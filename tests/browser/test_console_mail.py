"""A case of e-mail in the console: where it came from, where answers go, and doubted letters."""

import asyncio
import functools
import os
from pathlib import Path

from playwright.async_api import Page, expect

from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.browser.axe import barriers_in_both_schemes
from tests.browser.conftest import PersonComes
from tests.browser.sign_in import open_signed_in
from tests.browser.test_page_left import until
from tests.conftest import StartServer
from tests.mail.letters import ANN, letter, post
from tests.mail.office import office, text
from tests.mail.test_incoming import bounce, receiving

EVE = "eve@example.com"


async def test_a_technician_answers_and_sorts_e_mails_in_the_console(
    people: PersonComes, start: StartServer
) -> None:
    async with office() as there:
        server = await receiving(start, there)
        bob = await people()
        await open_signed_in(bob, server, "bob", TechnicianTerms("Bob", Rank.TECHNICIAN, 4))
        await bob.get_by_label("Status").select_option("online")
        await post(server.mail_port, letter("My lamp blinks.", Subject="Lamp"))

        pane = bob.locator(".pane")
        await expect(pane.get_by_text("My lamp blinks.")).to_be_visible()
        await expect(pane.locator(".letter")).to_contain_text(f"Lamp · {ANN} · sender not verified")
        await expect(bob.locator(".entry .via")).to_have_text("By e-mail")
        await expect(pane.get_by_text(f"Your answer goes by e-mail to {ANN}.")).to_be_visible()
        await pane.get_by_label("Message, or // for a note").fill("Which colour is it?")
        await pane.get_by_role("button", name="Send", exact=True).click()
        await picture(bob, "mail-sent")
        async with asyncio.timeout(20):
            answer = await there.arrived()
        await expect(pane.get_by_text(f"Sent by e-mail to {ANN}").first).to_be_visible()

        quote = "\n".join(f"> {line}" for line in text(answer).splitlines())
        reply = letter(f"It is red.\n\nOn Monday Bob wrote:\n{quote}", answer["Reply-To"])
        await post(server.mail_port, reply)
        quoted = pane.locator(".quoted")
        await quoted.get_by_text("Quoted text").click()
        await expect(quoted.get_by_text("> Which colour is it?")).to_be_visible()

        for words in ("It is Ann, from work.", "Buy our lamps!", "My own lamp is dark."):
            await post(server.mail_port, letter(words, answer["Reply-To"], sender=EVE))
        await expect(bob.locator(".entry .via")).to_have_text("By e-mail · 3 e-mails to check")
        assert await barriers_in_both_schemes(bob) == []
        await picture(bob, "mail-doubted")

        doubted = pane.locator(".notice", has_text="The sender is not this customer.")
        await doubted.nth(0).get_by_role("button", name="Admit").click()
        await expect(pane.locator(".message", has_text="It is Ann, from work.")).to_be_visible()
        await doubted.nth(1).get_by_role("button", name="Discard").click()
        sure = doubted.nth(1).get_by_role("group", name="The customer never sees this e-mail")
        await sure.press("Escape")
        await expect(doubted.nth(1).get_by_role("button", name="Discard")).to_be_focused()
        await bob.keyboard.press("Enter")
        await expect(sure.get_by_role("button", name="Discard")).to_be_focused()
        await picture(bob, "mail-sure")
        await bob.keyboard.press("Enter")
        await expect(pane.get_by_text("Bob discarded an e-mail")).to_be_visible()
        await expect(doubted.nth(1).get_by_text("Buy our lamps!")).to_be_hidden()
        await doubted.nth(2).get_by_role("button", name="Split off").click()
        await doubted.nth(2).get_by_role("button", name="Split off").click()
        await expect(bob.locator(".pane")).to_have_count(2)

        await post(server.mail_port, bounce(there.senders[0], answer["Message-ID"]), sender="")
        await expect(pane.first.locator(".fate.failed")).to_contain_text("did not arrive: 5.1.1")
        await picture(bob, "mail-sorted")


async def test_a_mailbox_that_cannot_be_read_is_told_in_the_console(
    people: PersonComes, start: StartServer
) -> None:
    async with office() as there:
        # Nothing listens there.
        mailbox = {"mail_in": "imaps://help@127.0.0.1:1/INBOX", "imap_password": "secret"}
        server = await start(**there.settings | mailbox)
        # The console looks when it opens, and a minute later.
        silent = functools.partial(server.metrics.registry.get_sample_value, "chat_mailbox_silent")
        await until(lambda: silent() == 1)
        bob = await people()
        await open_signed_in(bob, server, "bob", TechnicianTerms("Bob", Rank.TECHNICIAN, 4))
        await expect(bob.get_by_text("No e-mail is coming in")).to_be_visible()
        assert await barriers_in_both_schemes(bob) == []
        await picture(bob, "mailbox-silent")


async def picture(page: Page, name: str) -> None:
    """Take pictures for whoever looks at a change: in both schemes, and as on a phone."""
    folder = os.environ.get("MAIL_PICTURES")
    if folder is None:
        return
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=Path(folder) / f"{name}-{scheme}.png")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.screenshot(path=Path(folder) / f"{name}-phone.png")
    await page.set_viewport_size({"width": 1280, "height": 720})
    await page.emulate_media(color_scheme="light")
