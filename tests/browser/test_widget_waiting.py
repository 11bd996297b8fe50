"""Waiting in the queue, or leaving a message instead."""

import json
import re

from playwright.async_api import WebSocketRoute, expect

from chatserver.app import RunningServer
from tests.browser.conftest import VisitorComes
from tests.wire.client import customer, hired, opened
from tests.wire.client import technician as wire_technician

PROMISE = re.compile(r"We’ll reply by \w+day")


async def test_without_a_technician_a_message_is_taken_and_an_answer_promised(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await visitor()
    await ann.open_widget()
    await expect(ann.panel.get_by_text(re.compile(r"we’ll reply by \w+day"))).to_be_visible()
    await ann.panel.get_by_label("Describe your problem").fill("My modem blinks red")
    await ann.panel.get_by_label("Your name").fill("Ann")
    await ann.panel.get_by_label("E-mail").fill("ann@example.org")
    await ann.panel.get_by_role("button", name="Leave a message").click()
    await expect(ann.panel.get_by_text("We’ve received your message.", exact=True)).to_be_visible()
    await expect(ann.panel.get_by_text(PROMISE).first).to_be_visible()
    async with wire_technician(server) as bob:
        assigned = await bob.event("assigned")
        await ann.is_chatting_with("Bob")
        told = await bob.ok("customer", conversation=assigned["conversation"])
        assert told["customer"]["email"] == "ann@example.org"


async def test_a_waiting_customer_moves_up_and_may_leave_a_message(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server, capacity=1) as bob, customer(server) as eve:
        await opened(eve)
        await bob.event("assigned")
        async with customer(server) as cat:
            ahead = await opened(cat)
            ann = await visitor()
            await ann.open_widget()
            await expect(ann.panel.get_by_text("No one is free for this")).to_be_visible()
            await ann.panel.get_by_label("Describe your problem").fill("My modem blinks red")
            await ann.panel.get_by_role("button", name="Start chat").click()
            await expect(ann.panel.get_by_text("You’re number 2 in the queue.")).to_be_visible()
            await cat.ok("close", conversation=ahead)
            await expect(ann.panel.get_by_text("You’re number 1 in the queue.")).to_be_visible()
            await ann.panel.get_by_role("button", name="Leave a message instead").click()
            await expect(
                ann.panel.get_by_text("We’ve received your message.", exact=True)
            ).to_be_visible()
            await expect(ann.panel.get_by_text(PROMISE).first).to_be_visible()
            # The button is gone, so the focus must have moved.
            await expect(ann.panel.get_by_role("textbox")).to_be_focused()


async def test_the_form_asks_or_leaves_a_message_by_availability(
    visitor: VisitorComes, server: RunningServer
) -> None:
    ann = await visitor()
    await ann.open_widget()
    await expect(ann.panel.get_by_role("button", name="Leave a message")).to_be_visible()
    await expect(ann.panel.get_by_label("E-mail")).to_be_visible()
    async with wire_technician(server):
        await expect(ann.panel.get_by_text("We’re online.")).to_be_visible()
        await expect(ann.panel.get_by_role("button", name="Start chat")).to_be_visible()
        await expect(ann.panel.get_by_label("E-mail")).to_be_hidden()


async def test_a_topic_is_chosen_where_there_are_several(
    visitor: VisitorComes, server: RunningServer
) -> None:
    async with wire_technician(server, topics=frozenset({"dsl", "laptop"})) as bob:
        ann = await visitor()
        await ann.open_widget()
        await ann.panel.get_by_label("dsl").check()
        await ann.ask("My modem blinks red")
        assert (await bob.event("opened"))["topic"] == "dsl"


async def test_the_form_says_who_is_there_for_the_chosen_topic(
    visitor: VisitorComes, server: RunningServer
) -> None:
    await hired(server, "cat", topics=frozenset({"laptop"}))
    async with wire_technician(server, topics=frozenset({"dsl"})):
        ann = await visitor()
        await ann.open_widget()
        await ann.panel.get_by_label("dsl").check()
        await expect(ann.panel.get_by_text("We’re online.")).to_be_visible()
        await ann.panel.get_by_label("laptop").check()
        await expect(ann.panel.get_by_text("No one is free for this")).to_be_visible()


async def test_a_customer_is_told_that_the_free_technician_was_taken_meanwhile(
    visitor: VisitorComes, server: RunningServer
) -> None:
    late: list[str | bytes] = []

    async def tell_availability_late(route: WebSocketRoute) -> None:
        """Hold `presence` frames back until the customer has asked."""
        live = route.connect_to_server()

        def to_server(message: str | bytes) -> None:
            live.send(message)
            if json.loads(message)["type"] == "open":
                for held in late:
                    route.send(held)

        def to_page(message: str | bytes) -> None:
            if json.loads(message)["type"] == "presence":
                late.append(message)
            else:
                route.send(message)

        route.on_message(to_server)
        live.on_message(to_page)

    async with wire_technician(server, capacity=1) as bob, customer(server) as eve:
        ann = await visitor()
        await ann.page.route_web_socket(re.compile("/live$"), tell_availability_late)
        await ann.open_widget()
        await expect(ann.panel.get_by_text("We’re online.")).to_be_visible()
        await opened(eve, text="Hello")
        await bob.event("assigned")
        await eve.next("presence", available=False)
        await ann.ask("My modem blinks red")
        said = "The last free place was just taken. You’re number 1 in the queue."
        await expect(ann.panel.get_by_text(said)).to_be_visible()
