"""The handshake: customers and technicians are identified and welcomed, or refused."""

import time

import jwt
import pytest

from chatserver.app import RunningServer
from tests.conftest import StartServer
from tests.wire.client import connected, customer, hired, opened, session, technician

pytestmark = pytest.mark.usefixtures("both_carriers")

SECRET = "the host page knows it, and so does the server"


def identity(**claims: object) -> str:
    given = {"sub": "ann@shop", "exp": int(time.time()) + 600} | claims
    return jwt.encode({k: v for k, v in given.items() if v is not None}, SECRET, "HS256")


async def test_a_new_customer_is_welcomed_with_a_token(server: RunningServer) -> None:
    async with customer(server, email="ann@example.org", locale="de") as ann:
        welcome = ann.welcome
        assert welcome["version"] == 1
        assert welcome["role"] == "customer"
        assert welcome["customer"]["name"] == "Ann"
        assert welcome["customer"]["email"] == "ann@example.org"
        assert (welcome["heartbeat"], welcome["max_frame"]) == (20_000, 65_536)
        assert welcome["text_limit"] == 8_000
        assert welcome["files"]["limit"] == 25 * 1024 * 1024
        assert "image/png" in welcome["files"]["types"]
        assert welcome["conversations"] == []
        assert welcome["available"] is False
        assert welcome["reply_by"] > welcome["at"]
        assert {"token", "epoch", "session", "topics"} <= welcome.keys()


async def test_a_returning_customer_is_the_same_person(server: RunningServer) -> None:
    async with customer(server) as ann:
        token, person = ann.welcome["token"], ann.welcome["customer"]
        conversation = await opened(ann, text="It blinks")
    async with session(server, role="customer", token=token) as ann:
        assert ann.welcome["customer"] == person
        (summary,) = ann.welcome["conversations"]
        assert summary["conversation"] == conversation
        assert summary["last"]["text"] == "It blinks"
        assert (summary["status"], summary["seq"]) == ("waiting", 2)
        assert (await ann.event("opened"))["seq"] == 1


async def test_a_technician_is_welcomed_with_queue_and_colleagues(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        token = await hired(server, "bob", capacity=3)
        async with session(server, role="technician", token=token) as bob:
            me = bob.welcome["technician"]
            assert (me["name"], me["role"], me["capacity"]) == ("Bob", "technician", 3)
            assert me["status"] == "offline"
            assert [each["conversation"] for each in bob.welcome["queue"]] == [conversation]
            assert bob.welcome["conversations"] == []
            (colleague,) = bob.welcome["technicians"]
            assert colleague == {
                "id": me["id"],
                "name": "Bob",
                "status": "offline",
                "load": 0,
                "capacity": 3,
                "topics": [],
            }


async def test_customers_are_told_that_a_technician_is_free(server: RunningServer) -> None:
    async with customer(server) as ann, technician(server):
        presence = await ann.next("presence", available=True)
        assert presence["staffed"] is True
        async with customer(server) as eve:
            assert (eve.welcome["available"], eve.welcome["staffed"]) == (True, True)


async def test_customers_hear_which_topics_are_served_at_once(server: RunningServer) -> None:
    async with technician(server, topics=frozenset({"dsl"}), capacity=1) as bob:
        await hired(server, "cat", topics=frozenset({"laptop"}))
        async with customer(server) as ann:
            assert (ann.welcome["available"], ann.welcome["available_topics"]) == (True, ["dsl"])
            await opened(ann, topic="dsl")
            await bob.event("assigned")
            busy = await ann.next("presence", available=False)
            assert busy["available_topics"] == []


async def test_customers_are_told_that_all_technicians_are_busy(server: RunningServer) -> None:
    async with customer(server) as ann, technician(server, capacity=1) as bob:
        await opened(ann)
        await bob.event("assigned")
        async with customer(server) as eve:
            assert (eve.welcome["available"], eve.welcome["staffed"]) == (False, True)
            assert eve.welcome["reply_by"] > eve.welcome["at"]


async def test_a_hello_with_wrong_credentials_closes_with_4501(server: RunningServer) -> None:
    for hello in (
        {"role": "customer", "token": "nobody has this one"},
        {"role": "customer", "identity": "not.a.jwt"},
        {"role": "technician"},
        {"role": "technician", "token": "nobody has this one"},
    ):
        async with connected(server) as client:
            await client.send({"type": "hello", **hello})
            assert await client.close_code() == 4501, hello


async def test_a_first_frame_that_is_no_hello_closes_with_4500(server: RunningServer) -> None:
    for first in (
        {"type": "open", "id": "1"},
        {"type": "hello"},
        {"type": "hello", "role": "president"},
        "no JSON",
        "[]",
        b"{}",
    ):
        async with connected(server) as client:
            await client.send(first)
            assert await client.close_code() == 4500, first


async def test_a_connection_without_hello_is_closed(start: StartServer) -> None:
    async with connected(await start(hello_timeout_s=0.05)) as client:
        assert await client.close_code() == 4500


async def test_the_host_page_vouches_for_its_customer(start: StartServer) -> None:
    server = await start(identity_secret=SECRET)
    word = identity(name="Ann Vouched", email="ann@shop.example")
    async with session(server, role="customer", identity=word, name="Eve") as ann:
        first = ann.welcome["customer"]
        assert (first["name"], first["email"]) == ("Ann Vouched", "ann@shop.example")
    async with session(server, role="customer", identity=identity()) as ann:
        assert ann.welcome["customer"] == first
    async with customer(server, name="Ann Vouched", email="ann@shop.example") as stranger:
        assert stranger.welcome["customer"]["id"] != first["id"]


async def test_a_bad_identity_token_of_the_host_page_is_refused(start: StartServer) -> None:
    server, now = await start(identity_secret=SECRET), int(time.time())
    claims = {"sub": "ann", "exp": now + 600}
    for name, token in {
        "expired": identity(exp=now - 120),
        "valid for too long": identity(exp=now + 90_000),
        "without an expiry": identity(exp=None),
        "without a subject": identity(sub=None),
        "signed with another key": jwt.encode(claims, "x" * 40, "HS256"),
        "signed with another algorithm": jwt.encode(claims, SECRET * 2, "HS512"),
        "unsigned": jwt.encode(claims, "", "none"),
    }.items():
        async with connected(server) as client:
            await client.send({"type": "hello", "role": "customer", "identity": token})
            assert await client.close_code() == 4501, name


async def test_two_servers_in_one_process_know_nothing_of_each_other(
    start: StartServer, server: RunningServer, tmp_path: object
) -> None:
    other = await start(data=f"{tmp_path}/other")
    async with customer(server) as ann, technician(other):
        await opened(ann)
        token = ann.welcome["token"]
        async with connected(other) as client:
            await client.send({"type": "hello", "role": "customer", "token": token})
            assert await client.close_code() == 4501
        assert not [frame for frame in await ann.settle() if frame.get("kind") == "assigned"]
