"""Searches, lists and the customer's card contain only what their reader may read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.conftest import StartServer
from tests.wire.client import Client, connected, customer, opened, session, technician


@asynccontextmanager
async def supervisor(server: RunningServer) -> AsyncIterator[Client]:
    hired = await server.accounts.hire("sue", TechnicianTerms("Sue", Rank.SUPERVISOR))
    token = await server.accounts.api_token(hired)
    async with session(server, role="technician", token=token) as client:
        yield client


async def talk(ann: Client, bob: Client, question: str, answer: str) -> str:
    """Play a conversation from its question to its end, and return its id."""
    conversation = await opened(ann, text=question)
    await bob.event("assigned")
    await bob.ok("note", conversation=conversation, text="SECRET note")
    await bob.ok("send", conversation=conversation, text=answer)
    await bob.ok("close", conversation=conversation)
    return conversation


async def test_customers_find_their_own_closed_conversations(server: RunningServer) -> None:
    async with customer(server) as ann, customer(server) as eve, technician(server) as bob:
        modem = await talk(ann, bob, "My Modem blinks réd", "Restart it")
        await talk(ann, bob, "The printer is on fire", "Run")
        await talk(eve, bob, "Another modem", "Wait")
        found = (await ann.ok("search", text="red mod"))["results"]
        assert [each["conversation"] for each in found] == [modem]
        assert "\x02Modem\x03" in found[0]["excerpt"]
        for nothing in ("SECRET", "Another", "", "§§§", '"*) OR NOT ('):
            assert (await ann.ok("search", text=nothing))["results"] == []


async def test_technicians_list_page_by_page(server: RunningServer) -> None:
    async with customer(server) as ann, technician(server) as bob:
        closed = [await talk(ann, bob, f"question {number}", "yes") for number in range(5)]
        first = await bob.ok("list", status="closed", limit=3)
        assert [each["conversation"] for each in first["conversations"]] == closed[:1:-1]
        rest = await bob.ok("list", status="closed", limit=3, before=first["next"])
        assert [each["conversation"] for each in rest["conversations"]] == closed[1::-1]
        assert rest["next"] is None
        found = await bob.ok("list", status="closed", text="secret")
        assert len(found["conversations"]) == 5
        error = await bob.refused("list", status="closed", before="nonsense")
        assert (error["code"], error["field"]) == ("invalid", "before")


async def test_technicians_search_open_and_closed_conversations_at_once(
    server: RunningServer,
) -> None:
    async with customer(server, name="Ann Lee") as ann, technician(server) as bob:
        closed = await talk(ann, bob, "My modem blinks", "Restart it")
        active = await opened(ann, text="The modem blinks again")
        await bob.event("assigned", active)
        both = (await bob.ok("list", status="any", text="modem"))["conversations"]
        assert [each["conversation"] for each in both] == [active, closed]
        reference = both[0]["reference"]
        for text in (reference, reference.replace("-", "").lower(), "ann lee again"):
            found = (await bob.ok("list", status="any", text=text))["conversations"]
            assert [each["conversation"] for each in found] == [active]
        found = (await bob.ok("list", status="active", text="modem"))["conversations"]
        assert [each["conversation"] for each in found] == [active]
        assert (await bob.ok("list", status="waiting", text="modem"))["conversations"] == []


async def test_a_list_of_any_status_and_period_is_read_page_by_page(server: RunningServer) -> None:
    async with customer(server) as ann, technician(server) as bob:
        closed = [await talk(ann, bob, f"question {number}", "yes") for number in range(2)]
        active = await opened(ann, text="one more")
        await bob.event("assigned", active)
        first = await bob.ok("list", status="any", limit=2)
        assert [each["conversation"] for each in first["conversations"]] == [active, closed[1]]
        rest = await bob.ok("list", status="any", limit=2, before=first["next"])
        assert [each["conversation"] for each in rest["conversations"]] == closed[:1]
        at = first["conversations"][0]["opened_at"]
        before = await bob.ok("list", status="any", until=at)
        assert active not in [each["conversation"] for each in before["conversations"]]
        since = await bob.ok("list", status="any", since=at)
        assert active in [each["conversation"] for each in since["conversations"]]
        assert (await bob.ok("list", status="any", since=at + 60_000))["conversations"] == []


async def test_everybodys_conversations_are_for_supervisors(server: RunningServer) -> None:
    async with customer(server) as ann, technician(server) as bob, supervisor(server) as sue:
        conversation = await talk(ann, bob, "question", "yes")
        assert (await bob.refused("list", status="closed", whose="all"))["code"] == "not_allowed"
        listed = (await sue.ok("list", status="closed", whose="all"))["conversations"]
        assert [each["conversation"] for each in listed] == [conversation]
        assert (await sue.ok("list", status="closed"))["conversations"] == []


async def test_similar_solved_conversations_are_found_and_read(server: RunningServer) -> None:
    async with customer(server) as ann, customer(server) as eve, technician(server) as bob:
        for number in range(3):
            await talk(ann, bob, f"hello, the printer {number} is on fire", "run")
        modem = await talk(ann, bob, "hello, my modem blinks", "press the small button")
        now = await opened(eve, text="hello, modem blinks again")
        await bob.event("assigned")
        results = (await bob.ok("similar", conversation=now))["results"]
        assert results[0]["conversation"] == modem
        events = (await bob.ok("solved", conversation=modem))["events"]
        assert [event["text"] for event in events] == [
            "hello, my modem blinks",
            "press the small button",
        ]
        assert (await bob.refused("solved", conversation=now))["code"] == "not_found"


@pytest.mark.parametrize("shared", [True, False])
async def test_others_solved_conversations_are_read_where_the_operator_shares_them(
    start: StartServer, shared: bool
) -> None:
    server = await start(solved_shared=shared)
    async with customer(server) as ann, customer(server) as eve, technician(server) as bob:
        modem = await talk(ann, bob, "my modem blinks", "press the small button")
        await bob.ok("status", status="offline")
        async with technician(server, "cat") as cat:
            now = await opened(eve, text="modem blinks again")
            await cat.event("assigned")
            results = (await cat.ok("similar", conversation=now))["results"]
            assert [each["conversation"] for each in results] == ([modem] if shared else [])
            assert (await cat.refused("history", conversation=modem))["code"] == "not_found"
            if shared:
                assert (await cat.ok("solved", conversation=modem))["events"]
            else:
                assert (await cat.refused("solved", conversation=modem))["code"] == "not_found"


async def test_the_card_shows_profile_visit_and_earlier_conversations(
    server: RunningServer,
) -> None:
    hello = {
        "page": "https://shop.example/cart",
        "locale": "de-DE",
        "timezone": "Europe/Berlin",
        "attributes": {"plan": "gold"},
    }
    async with customer(server, **hello) as ann, technician(server) as bob:
        before = await talk(ann, bob, "first", "yes")
        now = await opened(ann)
        await bob.event("assigned")
        card = await bob.ok("customer", conversation=now)
        assert card["customer"]["verified"] is False
        context = card["context"]
        assert {name: context[name] for name in hello} == hello
        assert [each["conversation"] for each in card["earlier"]] == [before]
        async with technician(server, "cat") as cat:
            error = await cat.refused("customer", conversation=now)
            assert error["code"] == "not_found"
        assert (await ann.refused("customer", conversation=now))["code"] == "not_allowed"


async def test_the_card_has_the_page_on_which_the_customer_asked(server: RunningServer) -> None:
    # A single-page application has another address by then, and the same session.
    hello = {"page": "https://shop.example/cart", "locale": "de-DE"}
    async with customer(server, **hello) as ann, technician(server) as bob:
        name = await opened(ann, page="https://shop.example/returns")
        await bob.event("assigned")
        context = (await bob.ok("customer", conversation=name))["context"]
        assert context["page"] == "https://shop.example/returns"
        assert context["locale"] == "de-DE"


async def test_the_card_has_the_system_that_the_browser_names_later(server: RunningServer) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0"
    async with (
        connected(server, user_agent_header=agent) as ann,
        technician(server) as bob,
    ):
        await ann.send({"type": "hello", "role": "customer", "page": "https://shop.example/"})
        await ann.ok("profile", system="Windows 15.0.0")
        name = await opened(ann)
        await bob.event("assigned")
        context = (await bob.ok("customer", conversation=name))["context"]
        assert context["device"] == "Chrome 156 on Windows 11"
        assert context["page"] == "https://shop.example/"


async def test_a_page_of_more_than_2048_characters_is_refused(server: RunningServer) -> None:
    async with customer(server) as ann:
        error = await ann.refused("open", text="Hello", page="https://x.example/" + "a" * 2_048)
        assert (error["code"], error["field"]) == ("invalid", "page")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=100))
async def test_search_terms_are_never_taken_for_query_syntax(
    text: str, server: RunningServer
) -> None:
    async with customer(server) as ann:
        assert (await ann.ok("search", text=text))["results"] == []
