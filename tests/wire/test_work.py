"""Drafts and viewing of technicians, shown on their other devices and to colleagues."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.conftest import StartServer
from tests.wire.client import Client, customer, opened, session


async def token(server: RunningServer, login: str, rank: Rank = Rank.TECHNICIAN) -> str:
    hired = await server.accounts.hire(login, TechnicianTerms(login.title(), rank))
    return await server.accounts.api_token(hired)


@asynccontextmanager
async def device(server: RunningServer, secret: str) -> AsyncIterator[Client]:
    async with session(server, role="technician", token=secret) as client:
        yield client


@pytest.mark.usefixtures("both_carriers")
async def test_a_draft_is_on_ones_other_devices_and_survives(start: StartServer) -> None:
    server = await start()
    bobs = await token(server, "bob")
    async with (
        device(server, bobs) as computer,
        device(server, bobs) as phone,
        customer(server) as ann,
    ):
        await computer.ok("status", status="online")
        conversation = await opened(ann)
        await computer.event("assigned")
        await computer.send({"type": "draft", "conversation": conversation, "text": "half a sent"})
        draft = await phone.next("draft")
        assert (draft["conversation"], draft["text"]) == (conversation, "half a sent")
        async with device(server, bobs) as later:
            assert later.welcome["drafts"] == [
                {"conversation": conversation, "text": "half a sent"}
            ]
        await computer.send({"type": "draft", "conversation": conversation, "text": ""})
        assert (await phone.next("draft"))["text"] == ""
        async with device(server, bobs) as later:
            assert later.welcome["drafts"] == []


async def test_drafts_are_for_conversations_that_are_ones_own(server: RunningServer) -> None:
    bobs = await token(server, "bob")
    async with device(server, bobs) as computer:
        await computer.send({"type": "draft", "conversation": "nowhere", "text": "x"})
        await computer.ok("status", status="away")
        async with device(server, bobs) as later:
            assert later.welcome["drafts"] == []


async def test_colleagues_see_viewers_and_writers(server: RunningServer) -> None:
    bobs, sues = await token(server, "bob"), await token(server, "sue", Rank.SUPERVISOR)
    async with device(server, bobs) as bob, customer(server) as ann:
        await bob.ok("status", status="online")
        conversation = await opened(ann)
        await bob.event("assigned")
        async with device(server, sues) as sue:
            await sue.send({"type": "viewing", "conversation": conversation})
            seen = await bob.next("viewers")
            assert [each["name"] for each in seen["viewers"]] == ["Sue"]
            await bob.send({"type": "typing", "conversation": conversation, "on": True})
            assert (await sue.next("typing"))["author"]["name"] == "Bob"
        assert (await bob.next("viewers"))["viewers"] == []


async def test_a_new_technician_of_a_conversation_sees_its_viewers(
    server: RunningServer,
) -> None:
    bobs, sues = await token(server, "bob"), await token(server, "sue", Rank.SUPERVISOR)
    async with device(server, sues) as sue, customer(server) as ann:
        conversation = await opened(ann)
        await sue.send({"type": "viewing", "conversation": conversation})
        await sue.next("viewers")
        async with device(server, bobs) as bob:
            await bob.ok("status", status="online")
            seen = await bob.next("viewers", conversation=conversation)
            assert [each["name"] for each in seen["viewers"]] == ["Sue"]
        async with device(server, bobs) as later:
            seen = await later.next("viewers", conversation=conversation)
            assert [each["name"] for each in seen["viewers"]] == ["Sue"]


async def test_customers_are_not_told_who_looks(server: RunningServer) -> None:
    bobs = await token(server, "bob")
    async with device(server, bobs) as bob, customer(server) as ann:
        await bob.ok("status", status="online")
        conversation = await opened(ann)
        await bob.event("assigned")
        await bob.send({"type": "viewing", "conversation": conversation})
        await bob.next("viewers")
        await bob.ok("send", conversation=conversation, text="hello")
        await ann.event("message")
        assert "viewers" not in {frame["type"] for frame in await ann.settle()}
        error = await ann.refused("viewing", conversation=conversation)
        assert error["code"] == "not_allowed"
