"""Offers with a deadline, previous technicians, skills and languages, as clients see them."""

from pathlib import Path
from typing import Any

import pytest

from chatserver.app import RunningServer, running
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from tests.conftest import StartServer
from tests.wire.administrator import decide
from tests.wire.client import Client, customer, opened, technician

OFFER = {"mode": "offer"}


@pytest.fixture
async def offering(server: RunningServer) -> RunningServer:
    await decide(server, topics={"dsl": OFFER})
    return server


async def asked(client: Client) -> dict[str, Any]:
    return await client.receive(lambda frame: frame["type"] == "offer" and frame["until"])


async def test_an_offered_customer_is_accepted(offering: RunningServer) -> None:
    async with technician(offering) as bob, customer(offering) as ann:
        conversation = await opened(ann, topic="dsl", text="It blinks")
        offer = await asked(bob)
        assert offer["conversation"] == conversation
        assert offer["summary"]["customer"]["name"] == "Ann"
        await bob.ok("accept", conversation=conversation)
        assert (await ann.event("assigned"))["technician"]["name"] == "Bob"
        assert (await bob.next("offer", until=None))["conversation"] == conversation


async def test_a_declined_offer_goes_to_the_next_technician(offering: RunningServer) -> None:
    async with technician(offering, "bob") as bob, customer(offering) as ann:
        conversation = await opened(ann, topic="dsl")
        await asked(bob)
        async with technician(offering, "cat") as cat:
            await bob.ok("decline", conversation=conversation)
            assert (await asked(cat))["conversation"] == conversation
            await cat.ok("accept", conversation=conversation)
            events = (await cat.ok("history", conversation=conversation))["events"]
    kinds = [event["kind"] for event in events]
    assert kinds == ["opened", "offered", "declined", "offered", "assigned"]


async def test_customers_learn_nothing_of_offers_and_reasons(offering: RunningServer) -> None:
    async with technician(offering) as bob, customer(offering) as ann:
        conversation = await opened(ann, topic="dsl")
        await asked(bob)
        await bob.ok("decline", conversation=conversation)
        await bob.ok("accept", conversation=conversation)
        assigned = await ann.event("assigned")
        assert assigned["prev"] == 1
        events = (await ann.ok("history", conversation=conversation))["events"]
    assert [event["kind"] for event in events] == ["opened", "assigned"]
    assert "why" not in events[1]


async def test_only_the_offers_technician_can_decline(offering: RunningServer) -> None:
    async with technician(offering, "bob") as bob, customer(offering) as ann:
        conversation = await opened(ann, topic="dsl")
        await asked(bob)
        async with technician(offering, "cat") as cat:
            error = await cat.refused("decline", conversation=conversation)
            assert error["code"] == "conflict"


async def test_an_offer_without_an_answer_expires_and_sets_its_technician_away(
    start: StartServer,
) -> None:
    server = await start()
    await decide(server, topics={"dsl": OFFER}, offer_for=1_000, misses=1)
    async with technician(server) as bob, customer(server) as ann:
        await opened(ann, topic="dsl")
        await asked(bob)
        assert (await bob.next("away"))["reason"] == "missed_offers"
        own = bob.welcome["technician"]["id"]
        await bob.receive(
            lambda frame: (
                frame["type"] == "presence"
                and frame["technician"]["id"] == own
                and frame["technician"]["status"] == "away"
            )
        )


async def test_a_second_device_is_told_of_the_pending_offer(offering: RunningServer) -> None:
    async with technician(offering) as bob, customer(offering) as ann:
        conversation = await opened(ann, topic="dsl")
        await asked(bob)
        async with technician(offering) as elsewhere:
            (offer,) = elsewhere.welcome["offers"]
            assert offer["conversation"] == conversation


async def test_a_decision_says_why_to_technicians(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann:
        await opened(ann)
        why = (await bob.event("assigned"))["why"]
    assert why["ground"] == "only_one"
    assert [each["technician"]["name"] for each in why["candidates"]] == ["Bob"]


async def test_a_returning_customer_goes_to_the_technician_who_helped_before(
    server: RunningServer,
) -> None:
    async with (
        technician(server, "bob") as bob,
        technician(server, "cat", capacity=9),
        customer(server) as ann,
    ):
        conversation = await opened(ann)
        first = (await ann.event("assigned"))["technician"]["name"]
        await ann.ok("close", conversation=conversation)
        await opened(ann)
        assert (await ann.event("assigned"))["technician"]["name"] == first
        assert bob


async def test_a_customer_is_paired_by_language(server: RunningServer) -> None:
    async with technician(server, "bob") as _, technician(server, "cat") as _:
        await server.accounts.hire("bob", TechnicianTerms(languages=frozenset({"en"})))
        await server.accounts.hire("cat", TechnicianTerms(languages=frozenset({"de"})))
    async with (
        technician(server, "bob") as _,
        technician(server, "cat") as _,
        customer(server, locale="de-AT") as ann,
    ):
        await opened(ann)
        assert (await ann.event("assigned"))["technician"]["name"] == "Cat"


async def test_a_server_starts_although_who_was_asked_last_works_here_no_more(
    tmp_path: Path,
) -> None:
    settings = load_settings(None, data=tmp_path / "data", port=0)
    async with running(settings) as before:
        await decide(before, topics={"dsl": OFFER})
        async with technician(before) as bob, customer(before) as ann:
            conversation = await opened(ann, topic="dsl")
            await asked(bob)
            token = ann.welcome["token"]
            dismissed = await before.accounts.find_by_login("bob")
            assert dismissed is not None
            await before.accounts.dismiss(dismissed)
    async with (
        running(settings) as after,
        customer(after, token=token) as ann,
        technician(after, "cat") as cat,
    ):
        await cat.ok("accept", conversation=conversation)
        assert (await ann.event("assigned"))["technician"]["name"] == "Cat"
