"""A customer's own archive, on the device of the chat and on another one."""

import zipfile
from pathlib import Path

import aiohttp
from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from tests.browser.axe import barriers, barriers_in_both_schemes
from tests.browser.conftest import PersonComes, Visitor
from tests.conftest import StartServer
from tests.mail.office import office, text
from tests.wire.client import Client, customer, opened, technician

SAID = "My modem blinks red since the <b>storm</b>"


async def invitation(server: RunningServer, ann: Client) -> str:
    """Return an archive link as the widget requests it."""
    headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
    async with aiohttp.request(
        "POST", f"{server.url}/archive/link", json={}, headers=headers
    ) as answer:
        return str((await answer.json())["url"])


async def talked(server: RunningServer, ann: Client) -> str:
    """Play a conversation of Ann and Bob, and open another one of Ann's."""
    async with technician(server) as bob:
        conversation = await opened(ann, subject="Modem", text=SAID)
        await bob.event("assigned")
        await bob.ok("send", conversation=conversation, text="Please restart it")
        await bob.ok("close", conversation=conversation)
    await opened(ann, subject="Invoice", text="The address is wrong")
    return conversation


async def found(page: Page, *names: str) -> None:
    await expect(page.locator(".rows strong")).to_have_text(list(names))


async def test_the_archive_is_searched_sorted_read_and_taken_along(
    people: PersonComes, server: RunningServer
) -> None:
    async with customer(server) as ann:
        await talked(server, ann)
        page = await people()
        await page.goto(await invitation(server, ann))
        await found(page, "Invoice", "Modem")
        assert page.url == f"{server.url}/archive"

        await page.get_by_role("searchbox").fill("modem stor")
        await found(page, "Modem")
        await expect(page.locator(".rows mark").first).to_have_text("Modem")
        await page.get_by_role("link", name="Modem").click()
        await expect(page.get_by_role("log").get_by_text(SAID)).to_be_visible()
        await expect(page.get_by_role("heading", name="Modem")).to_be_focused()
        assert await barriers(page) == []

        await page.get_by_role("button", name="Title and tags").click()
        await page.get_by_label("Title", exact=True).fill("The storm of May")
        await page.get_by_label("Tags, separated by commas").fill("home, modem")
        await page.keyboard.press("Enter")
        await found(page, "The storm of May")
        await expect(page.locator(".rows .tags span")).to_have_text(["home", "modem"])

        await page.get_by_role("button", name="Archive", exact=True).click()
        await expect(page.get_by_text("Moved to the archive.")).to_have_count(2)
        await expect(page.get_by_text("No matches.")).to_have_count(0)
        await expect(page.get_by_role("button", name="Undo")).to_be_focused()
        await page.keyboard.press("Enter")
        await found(page, "The storm of May")
        await expect(page.get_by_text("Moved to the archive.")).to_have_count(0)
        await page.get_by_role("button", name="Archive", exact=True).click()
        await expect(page.get_by_text("Moved to the archive.")).to_have_count(2)
        await page.get_by_role("combobox", name="Show").select_option("Archived")
        await found(page, "The storm of May")
        await page.get_by_role("button", name="Move out of the archive").click()
        await expect(page.get_by_text("No matches.")).to_be_visible()

        async with page.expect_download() as started:
            await page.get_by_role("link", name="PDF").click()
        file = await (await started.value).path()
        assert file.read_bytes().startswith(b"%PDF-")


async def test_a_closed_conversation_is_continued_from_the_archive(
    people: PersonComes, server: RunningServer
) -> None:
    async with customer(server) as ann:
        await talked(server, ann)
        page = await people()
        await page.goto(await invitation(server, ann))
        await page.get_by_role("link", name="Modem").click()
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_label("What is still open?")).to_be_focused()
        assert await barriers_in_both_schemes(page) == []
        await page.keyboard.type("It blinks again")
        async with technician(server, "eve") as eve:
            await page.get_by_role("button", name="Send", exact=True).click()
            await expect(page.get_by_text("Sent. We’ll reply by")).to_be_visible()
            await expect(page.get_by_role("log").get_by_text("It blinks again")).to_be_visible()
            await expect(page.get_by_role("heading", name="Modem")).to_be_focused()
            await eve.next("event", text="It blinks again")


async def test_everything_in_one_file_is_searched_without_a_network(
    people: PersonComes, server: RunningServer, tmp_path: Path
) -> None:
    async with customer(server) as ann:
        conversation = await talked(server, ann)
        page = await people()
        await page.goto(await invitation(server, ann))
        async with page.expect_download() as started:
            await page.get_by_role("link", name="Download everything").click()
        file = await (await started.value).path()
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            archive.extractall(tmp_path)
        assert conversation
        offline = await people()
        await offline.context.set_offline(True)
        await offline.goto((tmp_path / "index.html").as_uri())
        await expect(offline.get_by_text("2 conversations")).to_be_visible()
        await offline.get_by_role("searchbox").fill("storm")
        await expect(offline.get_by_role("link")).to_have_text(["Modem"])
        await expect(offline.locator("mark")).to_have_text("storm")
        await offline.get_by_role("link", name="Modem").click()
        await expect(offline.get_by_text(SAID)).to_be_visible()
        await expect(offline.get_by_text("Please restart it")).to_be_visible()


async def test_a_link_is_shared_and_a_conversation_deleted(
    people: PersonComes, server: RunningServer
) -> None:
    async with customer(server) as ann:
        await talked(server, ann)
        page, friend = await people(), await people()
        await page.goto(await invitation(server, ann))
        await page.get_by_role("link", name="Modem").click()
        await page.get_by_role("button", name="Share a link").click()
        await expect(page.get_by_text("It works until")).to_be_visible()
        assert await barriers(page) == []
        field = page.get_by_label("Anyone with this link can read this conversation")
        link = await field.input_value()
        await friend.goto(link)
        await expect(friend.get_by_text(SAID)).to_be_visible()
        await page.get_by_role("button", name="Disable all links to it").click()
        await expect(page.get_by_text("1 link no longer works.")).to_be_visible()
        answer = await friend.goto(link)
        assert answer is not None
        assert answer.status == 404

        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="Delete for good").click()
        await found(page, "Invoice")


async def test_signing_out_everywhere_closes_it_on_every_device(
    people: PersonComes, server: RunningServer
) -> None:
    async with customer(server) as ann:
        await talked(server, ann)
        here, there = await people(), await people()
        for page in (here, there):
            await page.goto(await invitation(server, ann))
            await found(page, "Invoice", "Modem")
        await here.get_by_role("button", name="Your settings").click()
        await here.get_by_role("button", name="Sign out everywhere").click()
        await expect(here.get_by_text("Close your archive on all devices")).to_be_visible()
        await here.get_by_role("button", name="Sign out everywhere anyway").click()
        await expect(here.get_by_text("Your archive isn’t open here")).to_be_visible()
        for page in (here, there):
            await page.reload()
            await expect(page.get_by_text("Your archive isn’t open here")).to_be_visible()


async def test_a_used_link_says_so(people: PersonComes, server: RunningServer) -> None:
    async with customer(server) as ann:
        link = await invitation(server, ann)
        first, second = await people(), await people()
        await first.goto(link)
        await expect(first.get_by_text("You have no conversations yet.")).to_be_visible()
        await second.goto(link)
        await expect(second.get_by_role("alert")).to_contain_text("This link has already been used")
        assert await barriers(second) == []


async def test_the_archive_is_used_by_keyboard_alone_on_a_small_screen(
    people: PersonComes, server: RunningServer
) -> None:
    async with customer(server) as ann:
        await talked(server, ann)
        page = await people("de-DE")
        await page.set_viewport_size({"width": 390, "height": 800})
        await page.goto(await invitation(server, ann))
        await found(page, "Invoice", "Modem")
        await expect(page.get_by_role("heading", name="Ihr Archiv")).to_be_visible()
        await page.get_by_role("searchbox").focus()
        await page.keyboard.type("sturm")
        await expect(page.get_by_text("Keine Treffer.")).to_be_visible()
        await page.get_by_role("searchbox").fill("storm")
        await found(page, "Modem")
        await page.get_by_role("link", name="Modem").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Modem")).to_be_focused()
        await expect(page.get_by_role("searchbox")).to_be_hidden()
        await page.get_by_role("link", name="Zurück").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("link", name="Modem")).to_be_focused()


async def test_the_archive_has_no_barriers(people: PersonComes, server: RunningServer) -> None:
    async with customer(server) as ann:
        await talked(server, ann)
        page = await people("de-DE")
        await page.goto(await invitation(server, ann))
        await found(page, "Invoice", "Modem")
        assert await barriers_in_both_schemes(page) == []
        await page.get_by_role("link", name="Modem").click()
        await expect(page.get_by_role("log").get_by_text(SAID)).to_be_visible()
        await page.get_by_role("button", name="Titel und Schlagwörter").click()
        assert await barriers_in_both_schemes(page) == []


async def test_another_device_opens_it_by_reference_and_mail(
    people: PersonComes, start: StartServer
) -> None:
    async with office() as post:
        server = await start(**post.settings)
        async with customer(server) as ann:
            conversation = await talked(server, ann)
            page = await people()
            await page.goto(await invitation(server, ann))
            await page.get_by_role("link", name="Modem").click()
            await page.get_by_role("button", name="Send by e-mail").click()
            await page.get_by_label("E-mail", exact=True).fill("ann@example.com")
            await page.keyboard.press("Enter")
            code = str((await post.arrived())["Subject"]).rpartition(" ")[2]
            await page.get_by_label("6-digit code").fill("000000" if code != "000000" else "1")
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("This code is wrong or has expired")).to_be_visible()
            await page.get_by_label("6-digit code").fill(code)
            await page.keyboard.press("Enter")
            form = page.get_by_role("combobox", name="Format", exact=True)
            await expect(form).to_be_visible()
            assert await barriers(page) == []
            await form.select_option("PDF")
            await page.get_by_role("button", name="Send", exact=True).click()
            await expect(page.get_by_text("On its way to ann@example.com.")).to_be_visible()
            (attached,) = (await post.arrived(2)).iter_attachments()
            assert attached.get_content_type() == "application/pdf"
            async with aiohttp.request(
                "GET",
                f"{server.url}/archive/conversations/{conversation}/transcript.json",
                headers={"Authorization": f"Bearer {ann.welcome['token']}"},
            ) as answer:
                reference = (await answer.json())["reference"]

        other = await people("de-DE")
        await other.goto(f"{server.url}/archive")
        await other.get_by_label("Vorgangsnummer").fill(reference.lower())
        await other.get_by_label("Ihre E-Mail-Adresse").fill("ann@example.com")
        assert await barriers(other) == []
        await other.keyboard.press("Enter")
        await expect(other.get_by_text("haben wir Ihnen einen Link gesendet")).to_be_visible()
        letter = await post.arrived(3)
        assert letter["Subject"] == "Ihr Archiv"
        # The link in the letter has the port of the settings, 0, not the one that was assigned.
        fragment = text(letter).partition("/archive#")[2].split()[0]
        await other.goto("about:blank")
        await other.goto(f"{server.url}/archive#{fragment}")
        await found(other, "Invoice", "Modem")
        assert fragment not in other.url


async def test_the_widgets_menu_mails_a_conversation(
    people: PersonComes, start: StartServer
) -> None:
    async with office() as post:
        server = await start(**post.settings)
        page = await people()
        await page.goto(f"{server.url}/demo")
        ann = Visitor(page, page.frame_locator("iframe"))
        await ann.start_chat(SAID)
        await ann.panel.get_by_role("button", name="Menu").click()
        menu = ann.panel.get_by_role("region", name="Menu")
        await menu.get_by_role("button", name="Send by e-mail").click()
        await ann.panel.get_by_label("E-mail", exact=True).fill("ann@example.com")
        await ann.panel.get_by_role("button", name="Send code").click()
        code = str((await post.arrived())["Subject"]).rpartition(" ")[2]
        await ann.panel.get_by_label("6-digit code").fill(code)
        assert await barriers(page) == []
        await ann.panel.get_by_role("button", name="Confirm").click()
        await menu.get_by_role("button", name="Send", exact=True).click()
        await expect(ann.panel.get_by_text("On its way to ann@example.com.")).to_be_visible()
        (attached,) = (await post.arrived(2)).iter_attachments()
        assert SAID in attached.get_content()


async def test_a_mailed_link_that_is_pasted_into_the_open_page_opens_the_archive(
    people: PersonComes, server: RunningServer
) -> None:
    async with customer(server) as ann:
        await talked(server, ann)
        page = await people()
        await page.goto(f"{server.url}/archive")
        await expect(page.locator("main")).not_to_have_class("inside")
        await page.evaluate("(link) => location.assign(link)", await invitation(server, ann))
        await found(page, "Invoice", "Modem")
