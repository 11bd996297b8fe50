"""Places in the queue that stay reserved while the customer's page is closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chatserver.app import RunningServer, running
from chatserver.settings_file import load_settings
from tests.conftest import StartServer
from tests.mail.office import Office, office, text
from tests.wire.client import Client, customer, opened, technician

ANNS = "ann@example.com"
SHOP = "https://shop.example.org"
GRACE_S = 0.2


@pytest.fixture
async def post() -> AsyncIterator[Office]:
    async with office() as there:
        yield there


@asynccontextmanager
async def busy(server: RunningServer) -> AsyncIterator[tuple[Client, str]]:
    """Fill a technician's capacity; yield the technician and the conversation that fills it."""
    async with technician(server, capacity=1) as bob, customer(server, name="Eve") as eve:
        conversation = await opened(eve)
        await bob.event("assigned", conversation)
        yield bob, conversation


async def kept(server: RunningServer, **hello: Any) -> tuple[str, str]:
    """Reserve a waiting customer's place and leave; return the token and the conversation."""
    async with customer(server, **hello) as ann:
        conversation = await opened(ann, text="It blinks")
        answer = await ann.ok("keep", conversation=conversation, email=ANNS)
        assert answer["until"] > answer["at"]
        assert (await ann.event("kept"))["until"] == answer["until"]
        return str(ann.welcome["token"]), conversation


async def test_a_customer_who_left_is_called_and_returns_to_the_reserved_place(
    start: StartServer, post: Office
) -> None:
    server = await start(customer_grace_s=GRACE_S, **post.settings)
    async with busy(server) as (bob, first), customer(server, name="Cat") as cat:
        token, conversation = await kept(server)
        later = await opened(cat)
        letter = await post.arrived()
        assert letter["To"] == ANNS
        assert letter["Subject"] == "Almost your turn"
        assert "/widget" in text(letter)
        # Ann stands before Cat in the queue, but is away: the free technician serves Cat.
        await bob.ok("close", conversation=first)
        await bob.event("assigned", later)
        async with customer(server, token=token) as ann:
            summary = ann.welcome["conversations"][0]
            assert (summary["conversation"], summary["status"]) == (conversation, "waiting")
            assert summary["place_until"]
            await bob.ok("close", conversation=later)
            await bob.event("assigned", conversation)
            await ann.event("assigned", conversation)
    assert len(post.letters) == 1


async def test_a_reserved_place_that_expires_becomes_a_left_message(start: StartServer) -> None:
    server = await start(customer_grace_s=GRACE_S, place_kept_s=1)
    async with busy(server):
        token, conversation = await kept(server)
        async with technician(server, "cat", status="away") as cat:
            told = await cat.receive(
                lambda frame: (
                    frame["type"] == "conversation"
                    and frame["conversation"] == conversation
                    and frame["reply_by"] is not None
                )
            )
            assert (told["status"], told["place_until"]) == ("waiting", None)
        async with customer(server, token=token) as ann:
            promised = await ann.event("promised")
            assert promised["author"]["role"] == "system"
            assert ann.welcome["conversations"][0]["reply_by"] == promised["reply_by"]


@pytest.mark.parametrize(
    ("page", "link"),
    [
        (f"{SHOP}/modems?model=7", f"{SHOP}/modems?model=7"),
        ("https://elsewhere.example.org/modems", "/widget"),
        (f"{SHOP}/\n\nYour account is locked", "/widget"),
    ],
    ids=["the shop", "elsewhere", "no plain address"],
)
async def test_the_letter_leads_back_to_pages_that_may_show_the_widget(
    start: StartServer, post: Office, page: str, link: str
) -> None:
    server = await start(customer_grace_s=GRACE_S, allowed_origins=[SHOP], **post.settings)
    async with busy(server):
        await kept(server, page=page)
        written = text(await post.arrived())
    assert f"{link}\n" in written
    assert page == link or page not in written


async def test_a_reserved_place_survives_a_restart(tmp_path: Path, post: Office) -> None:
    given = {"data": tmp_path / "data", "port": 0, "customer_grace_s": GRACE_S} | post.settings
    settings = load_settings(None, **given)
    async with running(settings) as before, busy(before):
        await kept(before)
        await post.arrived()
    async with running(settings) as after, customer(after, name="Dan") as dan:
        conversation = await opened(dan)
        async with technician(after, capacity=2) as bob:
            # Bob has room for two, Eve and Dan; Ann is still away, and is not called a second time.
            await bob.event("assigned", conversation)
    assert len(post.letters) == 1


async def test_only_a_waiting_customer_can_reserve_a_place(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann)
        await bob.event("assigned", conversation)
        assert (await ann.refused("keep", conversation=conversation))["code"] == "conflict"
        wrong = await ann.refused("keep", conversation=conversation, email="nowhere")
        assert (wrong["code"], wrong["field"]) == ("invalid", "email")
