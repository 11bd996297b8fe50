"""Pairing in the pages of both sides: offers, positions, requeueing, promised replies."""

import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime, time, timedelta

import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.browser.axe import barriers
from tests.browser.conftest import PersonComes, TechnicianSits, Visitor, VisitorComes
from tests.browser.console_actions import away, connected, set_site
from tests.conftest import StartServer
from tests.mail.office import office, text
from tests.wire.client import customer, opened
from tests.wire.client import technician as wire_technician

GRACE_S = 0.2
OFFERED = {
    "topics": [{"id": "dsl", "name": "DSL"}],
    "pairing": {"topics": {"dsl": {"mode": "offer"}}},
}


@pytest_asyncio.fixture(loop_scope="session")
async def server(start: StartServer) -> RunningServer:
    """A server without a grace period for technicians."""
    return await start(technician_grace_s=GRACE_S)


def offers(console: Page) -> Locator:
    return console.get_by_role("region", name="Offered to you")


def queue(console: Page) -> Locator:
    return console.get_by_role("navigation").locator(".queue")


def open_in_days(days: int) -> dict[str, object]:
    """Return working hours on one weekday only, a number of days from now."""
    worked = (datetime.now(UTC).weekday() + days) % 7
    hours = [[time(9).isoformat(), time(17).isoformat()]]
    return {"timezone": "UTC", "week": [hours if day == worked else [] for day in range(7)]}


async def test_an_offer_shows_its_time_and_goes_on_to_a_colleague(
    server: RunningServer, technician: TechnicianSits, visitor: VisitorComes
) -> None:
    console = await technician(rank=Rank.ADMIN)
    await connected(console)
    await set_site(console, **OFFERED)
    ann = await visitor()
    await ann.open_widget()
    await ann.panel.get_by_label("DSL").check()
    await ann.ask("My modem blinks red")
    card = offers(console).get_by_role("listitem").filter(has_text="Would you like to take Ann?")
    await expect(card.get_by_text("My modem blinks red")).to_be_visible()
    await expect(card.get_by_text(re.compile(r"^0:[0-3]\d$"))).to_be_visible()
    async with wire_technician(server, "cat") as cat:
        await card.get_by_role("button", name="Decline").click()
        offer = await cat.next("offer")
        await expect(card).to_be_hidden()
        await expect(ann.panel.get_by_text("You’re number 1 in the queue.")).to_be_visible()
        await cat.ok("accept", conversation=offer["conversation"])
        await ann.is_chatting_with("Cat")


async def test_a_place_moves_up_as_others_are_served(
    server: RunningServer, visitor: VisitorComes
) -> None:
    async with AsyncExitStack() as stack:
        bob = await stack.enter_async_context(wire_technician(server, capacity=1))
        earlier = [await stack.enter_async_context(customer(server)) for _ in range(3)]
        for each in earlier:
            await opened(each)
        ann = await visitor()
        await ann.start_chat("My modem blinks red")
        for place in (3, 2, 1):
            told = f"You’re number {place} in the queue."
            await expect(ann.panel.get_by_text(told)).to_be_visible()
            served = await bob.event("assigned")
            await bob.ok("close", conversation=served["conversation"])
        await ann.is_chatting_with("Bob")


async def test_both_sides_are_told_the_reason_of_a_requeue(
    server: RunningServer, technician: TechnicianSits, visitor: VisitorComes
) -> None:
    console = await technician("cat")
    await away(console)
    async with wire_technician(server) as bob:
        ann = await visitor()
        await ann.start_chat("My modem blinks red")
        await bob.event("assigned")
        await ann.is_chatting_with("Bob")
    lost = "We lost the connection to your technician. You’re next in line."
    await expect(ann.panel.get_by_role("log").get_by_text(lost)).to_be_visible()
    await expect(ann.panel.get_by_text("You’re number 1 in the queue.")).to_be_visible()
    row = queue(console).get_by_role("listitem").filter(has_text="Ann")
    await expect(row.get_by_text("Back: the technician lost the connection")).to_be_visible()
    await row.get_by_role("button", name="Accept").click()
    await ann.is_chatting_with("Cat")


async def test_outside_the_hours_an_answer_is_promised_and_the_most_urgent_is_on_top(
    server: RunningServer, technician: TechnicianSits, visitor: VisitorComes
) -> None:
    console = await technician(rank=Rank.ADMIN)
    await away(console)
    for name, days in (("Bea", 3), ("Ann", 1)):
        await set_site(console, schedule=open_in_days(days))
        person = await visitor()
        await person.open_widget()
        promise = re.compile(r"we’ll reply by \w+day")
        await expect(person.panel.get_by_text(promise)).to_be_visible()
        await person.ask("My modem blinks red", name)
        kept = re.compile(r"We’ll reply by \w+day")
        await expect(person.panel.get_by_text(kept).first).to_be_visible()
    await expect(queue(console).get_by_role("heading", name="Reply promised")).to_be_visible()
    rows = queue(console).get_by_role("listitem").filter(has_text="My modem blinks red")
    await expect(rows).to_have_text([re.compile("^Ann.*by "), re.compile("^Bea.*by ")])


async def test_a_topic_with_its_own_hours_promises_by_them(
    server: RunningServer, technician: TechnicianSits, visitor: VisitorComes
) -> None:
    console = await technician(rank=Rank.ADMIN)
    await away(console)
    soon, later = open_in_days(1), open_in_days(3)
    topics = [{"id": "dsl", "name": "DSL"}, {"id": "laptop", "name": "Laptop"}]
    await set_site(console, schedule=soon, topics=topics, topic_hours={"dsl": later})
    ann = await visitor()
    await ann.open_widget()
    day = {ahead: f"{datetime.now(UTC) + timedelta(days=ahead):%A}" for ahead in (1, 3)}
    promise = ann.panel.get_by_role("status").filter(has_text="we’ll reply by")
    await expect(promise).to_contain_text(day[1])
    await ann.panel.get_by_label("DSL").check()
    await expect(promise).to_contain_text(day[3])
    await ann.ask("My modem blinks red")
    kept = ann.panel.get_by_text(re.compile(f"We’ll reply by {day[3]}"))
    await expect(kept.first).to_be_visible()


async def keeps_the_place(person: Visitor) -> None:
    panel = person.panel
    await panel.get_by_role("button", name="Keep my place", exact=True).click()
    await panel.get_by_label("Your e-mail").fill("ann@example.com")
    assert await barriers(person.page) == []
    await panel.get_by_role("button", name="Keep my place and e-mail me").click()
    await expect(
        panel.get_by_role("status").get_by_text("We’re keeping your place until")
    ).to_be_visible()


async def test_a_reserved_place_is_kept_and_its_customer_called_back(
    start: StartServer, people: PersonComes
) -> None:
    async with AsyncExitStack() as stack:
        post = await stack.enter_async_context(office())
        server = await start(customer_grace_s=GRACE_S, **post.settings)
        bob = await stack.enter_async_context(wire_technician(server, capacity=1))
        eve = await stack.enter_async_context(customer(server))
        busy = await opened(eve)
        await bob.event("assigned", busy)
        page = await people()
        await page.goto(f"{server.url}/demo")
        ann = Visitor(page, page.frame_locator("iframe"))
        await ann.start_chat("My modem blinks red")
        await keeps_the_place(ann)
        assert await barriers(page) == []
        await page.goto("about:blank")
        letter = await post.arrived()
        assert letter["Subject"] == "Almost your turn"
        assert re.search(r"http\S+/widget\n", text(letter))
        await page.goto(f"{server.url}/demo")
        await page.get_by_role("button", name="Support chat").click()
        await expect(ann.panel.get_by_text("You’re number 1 in the queue.")).to_be_visible()
        await bob.ok("close", conversation=busy)
        await ann.is_chatting_with("Bob")


async def test_without_a_mail_server_the_page_promises_an_alert(
    server: RunningServer, technician: TechnicianSits, visitor: VisitorComes
) -> None:
    console = await technician()
    await away(console)
    async with wire_technician(server, capacity=1) as bob, customer(server) as eve:
        await opened(eve)
        await bob.event("assigned")
        ann = await visitor()
        await ann.start_chat("My modem blinks red")
        await expect(ann.panel.get_by_text("Keep this page open: it will chime")).to_be_visible()
        await expect(ann.panel.get_by_role("button", name="Keep my place")).to_be_hidden()


async def test_the_queue_stands_in_the_order_in_which_customers_are_served(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician(rank=Rank.ADMIN)
    await connected(console)
    await away(console)
    names = queue(console).locator(".name")
    async with customer(server) as ann, customer(server, name="Bea") as bea:
        await opened(ann)
        await set_site(console, topics=[{"id": "outage", "name": "Outage"}])
        await opened(bea, topic="outage")
        await expect(names).to_have_text(["Ann", "Bea"])
        await set_site(console, pairing={"topics": {"outage": {"priority": 1}}})
        await expect(names).to_have_text(["Bea", "Ann"])
        await expect(queue(console).get_by_text("Priority")).to_be_visible()
