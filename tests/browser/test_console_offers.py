"""Offers in the console: a technician accepts a customer or passes the offer on."""

import json
import re

import pytest_asyncio
from playwright.async_api import Locator, Page, WebSocketRoute, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.browser.conftest import TechnicianSits
from tests.browser.console_actions import choose, composer, connected, set_site
from tests.wire.client import customer, opened


@pytest_asyncio.fixture(loop_scope="session")
async def asked(technician: TechnicianSits) -> Page:
    """Sign in a technician; customers of the topic `dsl` are offered to them."""
    console = await technician(rank=Rank.ADMIN)
    await connected(console)
    topics = [{"id": "dsl", "name": "DSL"}]
    # An offer that ends after the usual 30 s would end while a busy machine shows it.
    pairing = {"topics": {"dsl": {"mode": "offer"}}, "offer_for": 600_000}
    await set_site(console, topics=topics, pairing=pairing)
    return console


def offers(console: Page) -> Locator:
    return console.get_by_role("region", name="Offered to you")


async def test_an_offer_is_accepted_by_key(server: RunningServer, asked: Page) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, topic="dsl", text="It blinks")
        await expect(offers(asked).get_by_text("Would you like to take Ann?")).to_be_visible()
        await expect(offers(asked).get_by_text("It blinks")).to_be_visible()
        await asked.keyboard.press("Alt+a")
        await ann.event("assigned", conversation)
        await expect(composer(asked, "Ann")).to_be_focused()
        await expect(offers(asked)).to_be_hidden()


async def test_the_caret_is_there_though_the_list_hears_of_the_customer_late(
    server: RunningServer, asked: Page
) -> None:
    def keep_summaries(line: WebSocketRoute) -> None:
        beyond = line.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            if json.loads(frame)["type"] != "conversation":
                line.send(frame)

        beyond.on_message(pass_on)

    await asked.route_web_socket(re.compile("/live$"), keep_summaries)
    await asked.reload()
    await connected(asked)
    async with customer(server) as ann:
        await opened(ann, topic="dsl", text="It blinks")
        await expect(offers(asked)).to_be_visible()
        await asked.keyboard.press("Alt+a")
        await expect(composer(asked, "Ann")).to_be_focused()


async def test_a_technician_who_passed_a_customer_on_is_not_asked_again(
    server: RunningServer, asked: Page
) -> None:
    async with customer(server) as ann, customer(server, name="Bea") as bea:
        await opened(ann, topic="dsl", text="It blinks")
        await offers(asked).get_by_role("button", name="Decline").click()
        await expect(offers(asked)).to_be_hidden()
        await opened(bea, topic="dsl", text="It beeps")
        await expect(offers(asked).get_by_text("Would you like to take Bea?")).to_be_visible()
        await choose(asked, typed="decline", option="Decline the customer offered to you")
        await expect(offers(asked)).to_be_hidden()
        await expect(asked.get_by_role("navigation").get_by_text("It blinks")).to_be_visible()
