"""Sessions over server-sent events and posts: what differs from WebSockets."""

import asyncio
import json
import signal
from pathlib import Path

import aiohttp
import pytest
from websockets.exceptions import ConnectionClosed

from chatserver.app import RunningServer, running
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from tests.conftest import StartServer
from tests.program import program
from tests.wire import client
from tests.wire.client import Client, connected, customer, hired, opened, session, technician
from tests.wire.stream import FRAMES, Stream, stream


@pytest.fixture(autouse=True)
def _without_websockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "carrier", stream)


def line(client: Client) -> Stream:
    assert isinstance(client.line, Stream)
    return client.line


async def test_the_streams_headers_forbid_caching_compression_and_buffering(
    server: RunningServer,
) -> None:
    async with stream(server) as ann:
        headers = ann.answer.headers
        assert ann.answer.content_type == "text/event-stream"
        assert headers["Cache-Control"] == "no-cache, no-transform"
        assert headers["X-Accel-Buffering"] == "no"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_each_stream_has_a_key_of_its_own(server: RunningServer) -> None:
    async with stream(server) as ann, stream(server) as eve:
        assert len(ann.key) == len(eve.key) == 32
        assert ann.key != eve.key


async def test_requests_in_one_post_are_answered_in_order(server: RunningServer) -> None:
    async with customer(server) as ann:
        asked = [{"type": "profile", "id": f"p{number}"} for number in range(5)]
        body = "\n".join(json.dumps(frame) for frame in asked)
        assert await line(ann).post(body, number=2) == 204
        answers = [await ann.next("ok") for _ in asked]
        assert [answer["id"] for answer in answers] == [frame["id"] for frame in asked]


async def test_a_post_repeated_after_a_lost_answer_happens_once(server: RunningServer) -> None:
    async with customer(server) as ann:
        frame = json.dumps({"type": "open", "id": "o1", "text": "once"})
        for _ in range(2):
            assert await line(ann).post(frame, number=2) == 204
        # The posts were made by hand, so the client's own numbering has to go on behind them.
        line(ann).number = 3
        await ann.next("ok", id="o1")
        # One `ok` was read above; a second one would mean that the request ran twice.
        assert not [frame for frame in await ann.settle() if frame["type"] == "ok"]


async def test_posts_that_overtake_each_other_are_put_in_order(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        frames = [
            json.dumps({"type": "send", "id": text, "conversation": conversation, "text": text})
            for text in ("first", "second", "third")
        ]
        # The posts arrive in reverse, numbered 5, 4, 3.
        for late in (2, 1, 0):
            assert await line(ann).post(frames[late], number=3 + late) == 204
        said = [(await ann.event("message"))["text"] for _ in frames]
        assert said == ["first", "second", "third"]


async def test_a_post_far_ahead_of_its_turn_is_told_to_come_again(server: RunningServer) -> None:
    async with stream(server) as ann:
        headers = {"X-Session": ann.key, "X-Sequence": "99"}
        async with ann.http.post(FRAMES, data="{}", headers=headers) as answer:
            assert answer.status == 429
            assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("number", ["", "0", "-1", "one", "1.5", "²", "9" * 20])
async def test_a_post_without_a_usable_number_is_refused(
    server: RunningServer, number: str
) -> None:
    async with stream(server) as ann:
        headers = {"X-Session": ann.key, "X-Sequence": number}
        async with ann.http.post(FRAMES, data="{}", headers=headers) as answer:
            assert answer.status == 422
            assert (await answer.json(content_type=None))["field"] == "X-Sequence"


async def test_a_post_with_a_wrong_key_is_refused(server: RunningServer) -> None:
    async with stream(server) as ann:
        assert await ann.post("{}", number=1, key="guess") == 404
        async with ann.http.post(FRAMES, json={}, headers={"X-Sequence": "1"}) as answer:
            assert answer.status == 404
        await ann.send('{"type": "hello", "role": "customer"}')
        assert json.loads(await ann.recv())["type"] == "welcome"


async def test_the_key_of_a_stream_that_has_ended_is_worth_nothing(server: RunningServer) -> None:
    async with stream(server) as ann:
        await ann.send("no hello")
        with pytest.raises(ConnectionClosed):
            await ann.recv()
        assert await ann.post("{}", number=2) == 404


async def test_a_frame_that_is_too_large_ends_the_session(start: StartServer) -> None:
    server = await start(frame_limit=1_000)
    async with customer(server) as ann:
        assert await line(ann).post("x" * 1_001, number=2) == 413
        assert await ann.close_code() == 1009


async def test_a_page_of_another_origin_may_neither_listen_nor_post(start: StartServer) -> None:
    server = await start(allowed_origins=["https://shop.example"])
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "https://shop.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        with pytest.raises(aiohttp.ClientResponseError) as refused:
            async with stream(server, headers=headers):
                pass
        assert refused.value.status == 403
        async with stream(server, origin=server.url) as ann:
            posted = {"X-Session": ann.key, "X-Sequence": "1"} | headers
            async with ann.http.post(FRAMES, data="{}", headers=posted) as answer:
                assert answer.status == 403


async def test_a_technicians_cookie_lets_them_in_from_their_own_pages(
    server: RunningServer,
) -> None:
    bob = await server.accounts.hire("bob", TechnicianTerms("Bob", Rank.TECHNICIAN))
    link = (await server.accounts.sign_in_link(bob)).partition("#link=")[2]
    async with (
        aiohttp.ClientSession(server.url) as http,
        http.post("/login", json={"link": link}) as answer,
    ):
        cookie = answer.cookies["chatserver_session"].value
    headers = {"Cookie": f"chatserver_session={cookie}", "Sec-Fetch-Site": "same-origin"}
    async with connected(server, headers=headers) as client:
        await client.send({"type": "hello", "role": "technician"})
        assert (await client.next("welcome"))["technician"]["name"] == "Bob"


async def test_streams_of_one_address_are_limited(start: StartServer) -> None:
    server = await start(connections_burst=1, connections_per_minute=1)
    async with stream(server):
        pass
    with pytest.raises(aiohttp.ClientResponseError) as refused:
        async with stream(server):
            pass
    assert refused.value.status == 429


async def test_a_lost_stream_ends_the_session(server: RunningServer) -> None:
    async with technician(server) as bob:
        async with customer(server) as ann:
            await bob.ok("history", conversation=await opened(ann), limit=1)
            streams = server.metrics.registry.get_sample_value
            assert streams("chat_streams") == 2
        sessions = server.metrics.sessions.labels("customer")
        while next(iter(sessions.collect())).samples[0].value or streams("chat_streams") != 1:
            await bob.settle()


async def test_what_was_posted_last_is_stored_though_the_stream_is_lost(
    server: RunningServer,
) -> None:
    async with technician(server) as bob:
        async with customer(server) as ann:
            conversation = await opened(ann)
            said = {"type": "send", "id": "s", "conversation": conversation, "text": "bye"}
            assert await line(ann).post(json.dumps(said), number=3) == 204
        assert (await bob.event("message", conversation))["text"] == "bye"


async def test_a_stream_whose_pings_are_not_answered_is_closed(start: StartServer) -> None:
    server = await start(heartbeat_s=0.02)
    async with stream(server) as ann:
        while (event := await ann.event())[0] == "ping":
            pass
        assert event[0] == "close"
        assert json.loads(event[1])["code"] == 1011


async def test_a_slow_reader_is_dropped_and_resumes(start: StartServer) -> None:
    server = await start(outbox_limit=4_096, rate=0)
    async with technician(server) as bob, customer(server) as slow:
        conversation = await opened(slow)
        transport = line(slow).answer.connection.transport  # type: ignore[union-attr]
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        await bob.event("assigned")
        dropped = server.metrics.dismissals.labels("too_slow")
        while not next(iter(dropped.collect())).samples[0].value:
            await bob.ok("send", conversation=conversation, text="x" * 8_000)
        sent = (await bob.ok("history", conversation=conversation, limit=1))["events"][-1]["seq"]
        transport.resume_reading()
        assert await slow.close_code() == 4408
        held = [frame["seq"] for frame in slow.kept if frame["type"] == "event"]
        assert held == list(range(held[0], held[-1] + 1))
        hello = {"token": slow.welcome["token"], "epoch": slow.welcome["epoch"]}
        resume = {conversation: held[-1]}
        async with session(server, role="customer", **hello, resume=resume) as back:
            for seq in range(held[-1] + 1, sent + 1):
                assert (await back.next("event"))["seq"] == seq


async def test_a_stopping_server_says_when_to_come_back(tmp_path: Path) -> None:
    async with running(load_settings(None, data=tmp_path, port=0)) as server:
        token = await hired(server, "bob")
        leaving, waiting = session(server, role="technician", token=token), connected(server)
        bob, silent = await leaving.__aenter__(), await waiting.__aenter__()
    assert await bob.close_code() == 1012
    assert next(frame for frame in bob.kept if frame["type"] == "bye")["retry_after"] > 0
    assert await silent.close_code() == 1012
    await leaving.__aexit__(None, None, None)
    await waiting.__aexit__(None, None, None)


async def test_sigterm_closes_event_streams_with_1012(tmp_path: Path) -> None:
    async with (
        program(tmp_path) as server,
        aiohttp.ClientSession(server.url) as http,
        http.get("/live/events") as answer,
    ):
        await answer.content.readuntil(b"\n\n")
        assert await server.kill(signal.SIGTERM) == 0
        assert b'"code":1012' in await answer.read()


async def test_a_client_that_never_reads_does_not_keep_the_server_from_stopping(
    tmp_path: Path,
) -> None:
    unlimited = {"outbox_limit": 0, "frame_limit": 0, "text_limit": 0, "rate": 0}
    settings = load_settings(None, data=tmp_path, port=0, **unlimited)
    async with running(settings) as server, technician(server) as bob:
        leaving = customer(server)
        slow = await leaving.__aenter__()
        conversation = await opened(slow)
        await bob.event("assigned")
        transport = line(slow).answer.connection.transport  # type: ignore[union-attr]
        transport.pause_reading()  # type: ignore[union-attr]
        # 15 MB, more than the kernel's socket buffers hold.
        for _ in range(60):
            await bob.ok("send", conversation=conversation, text="x" * 250_000)
    await leaving.__aexit__(None, None, None)
