"""WebSockets: the handshake, heartbeats, and a client that reads too slowly."""

import asyncio

import pytest
from websockets.exceptions import InvalidStatus
from websockets.frames import Opcode
from websockets.typing import Origin, Subprotocol

from chatserver.app import RunningServer
from tests.bench.trials.raw import RawAddress
from tests.conftest import StartServer
from tests.wire.client import connected, opened, session, technician


async def test_the_subprotocol_is_chosen_and_may_be_left_out(server: RunningServer) -> None:
    async with connected(server, subprotocols=[Subprotocol("support.v1")]) as client:
        assert client.connection.subprotocol == "support.v1"
    async with connected(server) as client:
        assert client.connection.subprotocol is None


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ("Sec-WebSocket-Key: short", 400),
        ("Sec-WebSocket-Version: 8", 400),
        ("Connection: keep-alive", 426),
        ("Upgrade: websocket, h2c", 426),
    ],
)
async def test_a_wrong_handshake_is_refused_and_cut(
    server: RunningServer, wrong: str, status: int
) -> None:
    name = wrong.partition(":")[0]
    head = RawAddress("127.0.0.1", server.port).upgrade().decode().split("\r\n")
    lines = [wrong if line.startswith(f"{name}:") else line for line in head]
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write("\r\n".join(lines).encode())
        answer = await reader.read()
        assert answer.startswith(f"HTTP/1.1 {status} ".encode())
        assert b"Content-Security-Policy: default-src 'none'" in answer
        assert b"websockets" not in answer.split(b"\r\n\r\n")[0].lower()
    finally:
        writer.close()


async def test_a_page_of_another_origin_may_not_connect(start: StartServer) -> None:
    server = await start(allowed_origins=["https://shop.example"])
    # A name that begins with the allowed one, and the origin of sandboxed pages, are foreign.
    for origin in ("https://evil.example", "https://shop.example.evil.example", "null"):
        with pytest.raises(InvalidStatus) as refused:
            async with connected(server, origin=Origin(origin)):
                pass
        assert refused.value.response.status_code == 403
    for origin in ("https://shop.example", server.url):
        async with connected(server, origin=Origin(origin)):
            pass


async def test_connections_of_one_address_are_limited(start: StartServer) -> None:
    server = await start(connections_burst=2, connections_per_minute=1)
    for _ in range(2):
        async with connected(server):
            pass
    with pytest.raises(InvalidStatus) as refused:
        async with connected(server):
            pass
    assert refused.value.response.status_code == 429
    assert int(refused.value.response.headers["Retry-After"]) > 0


async def test_a_slow_reader_is_dropped_and_resumes(start: StartServer) -> None:
    server = await start(outbox_limit=4_096, rate=0)
    async with technician(server) as bob, connected(server, max_queue=1) as slow:
        await slow.send({"type": "hello", "role": "customer"})
        welcome = await slow.next("welcome")
        conversation = await opened(slow)
        # The client stops reading its socket, so the server's buffer fills with Bob's messages.
        slow.connection.transport.pause_reading()
        await bob.event("assigned")
        text = "x" * 8_000
        dropped = server.metrics.dismissals.labels("too_slow")
        # The kernel buffers an unknown amount for the client, so Bob writes until it is dropped.
        while not next(iter(dropped.collect())).samples[0].value:
            await bob.ok("send", conversation=conversation, text=text)
        sent = (await bob.ok("history", conversation=conversation, limit=1))["events"][-1]["seq"]
        slow.connection.transport.resume_reading()
        assert await slow.close_code() == 4408
        # The bytes that the kernel had buffered still arrive, and must have no gap.
        held = [frame["seq"] for frame in slow.kept if frame["type"] == "event"]
        assert held == list(range(held[0], held[-1] + 1))
        hello = {"token": welcome["token"], "epoch": welcome["epoch"]}
        resume = {conversation: held[-1]}
        async with session(server, role="customer", **hello, resume=resume) as back:
            for seq in range(held[-1] + 1, sent + 1):
                assert (await back.next("event"))["seq"] == seq


async def test_a_client_that_answers_pings_stays_and_another_is_cut(
    start: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start(heartbeat_s=0.1)
    async with connected(server) as answering, connected(server) as silent:
        hear = silent.connection.protocol.recv_frame
        # The client library answers pings by itself; this one swallows them.
        monkeypatch.setattr(
            silent.connection.protocol,
            "recv_frame",
            lambda frame: None if frame.opcode is Opcode.PING else hear(frame),
        )
        for client in (answering, silent):
            await client.send({"type": "hello", "role": "customer"})
            await client.next("welcome")
        assert await silent.close_code() == 1011
        assert await opened(answering)
