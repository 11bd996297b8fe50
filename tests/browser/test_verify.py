"""The page that verifies transcripts tells genuine ones from changed ones."""

import io
import zipfile

import aiohttp
from playwright.async_api import FilePayload, Page, expect

from chatserver.app import RunningServer
from tests.browser.axe import barriers
from tests.browser.conftest import PersonComes
from tests.web.test_verification import taken
from tests.wire.client import customer, opened


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


async def page_of(people: PersonComes, server: RunningServer, code: str = "") -> Page:
    page = await people()
    await page.goto(f"{server.url}/verify{code}")
    await page.get_by_role("heading", name="Is this transcript genuine?").wait_for()
    return page


async def test_a_downloaded_transcript_is_genuine_and_a_changed_one_is_not(
    people: PersonComes, server: RunningServer
) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        content = await taken(server, ann, conversation, "json")
    page = await page_of(people, server)
    chosen = page.locator("input[type=file]")
    await chosen.set_input_files(file("transcript.json", content))
    await page.get_by_role("heading", name="Genuine", exact=True).wait_for()
    assert await barriers(page) == []
    await chosen.set_input_files(file("transcript.json", content.replace(b"blinks", b"blonks")))
    await page.get_by_role("heading", name="Changed", exact=True).wait_for()
    await expect(page.get_by_role("listitem")).to_have_text(["entry 2"])
    await chosen.set_input_files(file("poem.txt", b"Roses are red"))
    await page.get_by_role("heading", name="Not recognised").wait_for()
    assert await barriers(page) == []


async def test_what_no_seal_covers_is_shown_first_and_nothing_is_called_genuine(
    people: PersonComes, server: RunningServer
) -> None:
    async with customer(server) as ann:
        content = await taken(server, ann, await opened(ann, text="It blinks"), "zip")
    forged = io.BytesIO(content)
    with zipfile.ZipFile(forged, "a") as archive:
        archive.writestr("more.txt", "words")
    page = await page_of(people, server)
    chosen = page.locator("input[type=file]")
    await chosen.set_input_files(file("conversation.zip", forged.getvalue()))
    findings = page.locator(".finding h2")
    await expect(findings).to_have_text(["No seal", "Unchanged, but not alone"])
    await expect(page.locator(".finding").first).to_contain_text("more.txt")
    assert await barriers(page) == []


async def test_the_code_of_a_paper_is_confirmed_and_a_strange_one_is_not(
    people: PersonComes, server: RunningServer
) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        url = f"{server.url}/conversations/{conversation}/transcript.txt"
        async with aiohttp.request("GET", url, headers=headers) as answer:
            said = await answer.text()
    code = said[said.index("/verify#") + len("/verify") :].split()[0]
    page = await page_of(people, server, code)
    await page.get_by_role("heading", name="The code is genuine").wait_for()
    other = await page_of(people, server, code[:-4] + "0000")
    await other.get_by_role("heading", name="This code isn’t ours").wait_for()
