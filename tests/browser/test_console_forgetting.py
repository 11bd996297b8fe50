"""Supervisors see the audit trail of a conversation, and can erase its customer."""

import aiohttp
from playwright.async_api import expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.browser.conftest import TechnicianSits
from tests.browser.test_accessibility import clear
from tests.browser.test_desk_card import card
from tests.wire.client import Client, customer, opened


async def downloaded(server: RunningServer, ann: Client, conversation: str) -> None:
    url = f"{server.url}/conversations/{conversation}/transcript.pdf"
    headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
    async with aiohttp.request("GET", url, headers=headers) as answer:
        assert answer.status == 200


async def test_supervisors_see_who_was_given_what(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician("sue", rank=Rank.SUPERVISOR)
    async with customer(server, name="Ann") as ann:
        conversation = await opened(ann, text="hello")
        await expect(card(console).get_by_role("heading", name="Ann")).to_be_visible()
        await console.get_by_text("Copies given out").click()
        await expect(console.get_by_text("No copies have been given out.")).to_be_visible()
        await downloaded(server, ann, conversation)
        await console.get_by_text("Copies given out").click()
        await console.get_by_text("Copies given out").click()
        await expect(console.get_by_text("Ann downloaded it")).to_be_visible()
        await expect(console.get_by_text("· pdf")).to_be_visible()
        await clear(console, "beside a conversation")


async def test_supervisors_erase_a_customer_by_name_and_save_the_receipt(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician("sue", rank=Rank.SUPERVISOR)
    async with customer(server, name="Ann Archer", email="ann@example.org") as ann:
        await opened(ann, text="My Xylophone")
        await expect(console.get_by_text("ann@example.org")).to_be_visible()
        await console.get_by_role("button", name="Erase this customer").click()
        dialog = console.get_by_role("dialog")
        await clear(console, "beside a conversation")
        await dialog.get_by_role("button", name="Erase Ann Archer").click()
        # Without the ticked box the button erases nothing.
        await expect(dialog.get_by_role("button", name="Download the receipt")).to_have_count(0)
        await dialog.get_by_label("Yes, erase Ann Archer permanently.").check()
        await dialog.get_by_role("button", name="Erase Ann Archer").click()
        async with console.expect_download() as saving:
            await dialog.get_by_role("button", name="Download the receipt").click()
        receipt = (await (await saving.value).path()).read_text()
        assert receipt.startswith("Receipt of an erasure\n")
        await clear(console, "beside a conversation")
        await dialog.get_by_role("button", name="Close").click()
        await expect(console.get_by_text("My Xylophone")).to_have_count(0)
        await expect(console.get_by_text("ann@example.org")).to_have_count(0)


async def test_technicians_have_neither_the_audit_trail_nor_erasure(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server, name="Ann") as ann:
        await opened(ann, text="hello")
        await expect(card(console).get_by_role("heading", name="Ann")).to_be_visible()
        await expect(console.get_by_text("Copies given out")).to_be_hidden()
        await expect(console.get_by_role("button", name="Erase this customer")).to_be_hidden()
