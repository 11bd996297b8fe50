"""One case from the chat to a mail program and back, until it is reopened by mail and exported."""

import io
import zipfile
from email.message import EmailMessage
from html import unescape

import aiohttp
from PIL import Image
from playwright.async_api import Page, expect
from pypdf import PdfReader

from chatserver.app import RunningServer
from chatserver.transcript.formats import DOWNLOADS
from tests.browser.conftest import PersonComes, Visitor
from tests.conftest import StartServer
from tests.mail.letters import ANN, letter, post
from tests.mail.office import office, text
from tests.mail.test_incoming import receiving
from tests.wire.client import customer, technician
from tests.wire.mailbox import confirmed

ASKED, ANSWERED = "My lamp blinks.", "Press the reset button for ten seconds."
REPLIED, THANKED, AGAIN = "Now it is dark.", "It works again, thank you.", "It blinks once more."
SAID = [ASKED, ANSWERED, REPLIED, THANKED, AGAIN]

TOKEN = "() => Object.entries(localStorage).find(([key]) => key.endsWith('token'))[1]"


async def test_a_case_in_chat_and_e_mail_is_one_conversation(
    people: PersonComes, start: StartServer
) -> None:
    async with office() as there:
        server = await receiving(start, there, mail_away_s=1)
        async with technician(server) as bob:
            ann = await comes(await people(), server)
            await ann.start_chat(ASKED)
            conversation = str((await bob.event("assigned"))["conversation"])
            token = str(await ann.page.evaluate(TOKEN))
            async with customer(server, token=token) as session:
                await confirmed(session, there, ANN)
            await ann.page.goto("about:blank")
            await bob.ok("send", conversation=conversation, text=ANSWERED)
            answer = await there.arrived(2)
            assert text(answer).startswith(ANSWERED)

            await post(server.mail_port, from_a_phone(answer))
            heard = await bob.next("event", text=f"{REPLIED}\n\nSent from my phone")
            assert (heard["conversation"], heard["way"]) == (conversation, "mail")
            assert ANSWERED in heard["quoted"]
            ann = await comes(ann.page, server)
            await ann.page.get_by_role("button", name="Support chat").click()
            for words in (ASKED, ANSWERED, REPLIED):
                # The answer stands once more in the folded quote.
                await expect(ann.panel.get_by_role("log").get_by_text(words).first).to_be_visible()
            await expect(ann.panel.locator(".file-card", has_text="lamp.png")).to_be_visible()
            await ann.write(THANKED)
            await bob.next("event", text=THANKED)
            await ann.end_chat()

            await post(server.mail_port, letter(AGAIN, answer["Reply-To"]))
            await bob.event("reopened", conversation)
            await ann.hears(AGAIN)
            for name in DOWNLOADS:
                file = await exported(server, conversation, token, name)
                assert said_in(name, file) == SAID, name


async def comes(page: Page, server: RunningServer) -> Visitor:
    await page.goto(f"{server.url}/demo")
    return Visitor(page, page.frame_locator("iframe"))


def from_a_phone(answer: EmailMessage) -> EmailMessage:
    """Reply to a letter as a phone does: the words, the letter quoted below, and a photo."""
    quote = "\n".join(f"> {line}" for line in text(answer).splitlines())
    above = "On 1 Dec 2026, at 10:00, Help <help@example.org> wrote:"
    words = f"{REPLIED}\n\nSent from my phone\n\n{above}\n\n{quote}"
    reply = letter(words, answer["Reply-To"], In_Reply_To=answer["Message-ID"])
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(photo, "PNG")
    reply.add_attachment(photo.getvalue(), maintype="image", subtype="png", filename="lamp.png")
    return reply


async def exported(server: RunningServer, conversation: str, token: str, name: str) -> bytes:
    url = f"{server.url}/conversations/{conversation}/transcript.{name}"
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.request("GET", url, headers=headers) as answer:
        assert answer.status == 200
        return await answer.read()


def said_in(name: str, file: bytes) -> list[str]:
    """Return what was said in a transcript, in its order; the quoted words stand once more."""
    match name:
        case "zip":
            with zipfile.ZipFile(io.BytesIO(file)) as archive:
                names = archive.namelist()
                assert any(each.endswith("lamp.png") for each in names)
                (plain,) = (
                    each for each in names if each.endswith(".txt") and "transcript" in each
                )
                content = archive.read(plain).decode()
        case "pdf":
            content = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages)
        case _:
            content = unescape(file.decode())
    content = " ".join(content.replace("\\", "").split())
    places = sorted((content.find(words), words) for words in SAID)
    assert all(content.count(words) == 1 for words in SAID if words != ANSWERED), name
    return [words for place, words in places if place >= 0]
