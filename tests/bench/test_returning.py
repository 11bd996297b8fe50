"""The returning customer detects lost and duplicated events."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from tests.bench.returning import ReturningCustomer

Events = list[tuple[int, int]]
"""For each event the previous seq and its own."""


class Script(WSListener):
    """A server that sends `first` in answer to `open`, and `then` on resumption."""

    def __init__(self, first: Events, then: Events) -> None:
        self.first, self.then = first, then

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        asked = orjson.loads(frame.get_payload_as_bytes())
        own = [{"conversation": "c", "seq": seq} for _, seq in self.then[-1:]]
        if asked["type"] == "hello":
            self._say(transport, type="welcome", token="t", epoch="e", conversations=own)
            if "resume" in asked:
                self._events(transport, self.then)
        elif asked["type"] == "open":
            self._events(transport, self.first)
            seq = self.first[-1][1]
            self._say(transport, type="ok", id=asked["id"], conversation="c", seq=seq)
        else:
            self._say(transport, type="bye", retry_after=1)
            transport.disconnect()

    def _events(self, transport: WSTransport, events: Events) -> None:
        for prev, seq in events:
            self._say(transport, type="event", conversation="c", seq=seq, prev=prev)

    def _say(self, transport: WSTransport, **frame: object) -> None:
        transport.send(WSMsgType.TEXT, orjson.dumps(frame))


@asynccontextmanager
async def customer(first: Events, then: Events) -> AsyncIterator[ReturningCustomer]:
    def script(request: WSUpgradeRequest) -> Script:
        return Script(first, then)

    server = await ws_create_server(script, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found = ReturningCustomer(f"ws://127.0.0.1:{port}", random.Random(1))
    await found.open()
    yield found
    found.hang_up()
    server.close()


THREE = [(0, 1), (1, 2), (2, 3)]


async def come_back(ann: ReturningCustomer, missed: int) -> None:
    ann.say()
    ann.asked = None
    await ann.come_back(missed)


async def test_a_customer_that_missed_the_end_resumes_from_the_last_event() -> None:
    async with customer(THREE, then=[(1, 2), (2, 3), (3, 4)]) as ann:
        await come_back(ann, missed=2)
        assert ann.seen == [1, 2, 3, 4]
        assert ann.faults == []


@pytest.mark.parametrize(
    ("then", "fault"),
    [
        ([(3, 4)], "seq 4 with prev 3 after 1"),
        ([(0, 1), (1, 2), (2, 3)], "seq 1 with prev 0 after 1"),
        ([(1, 3), (3, 2), (2, 4)], "seq 2 with prev 3 after 3"),
    ],
    ids=["lost", "doubled", "out of order"],
)
async def test_faults_while_resuming_are_reported(then: Events, fault: str) -> None:
    async with customer(THREE, then) as ann:
        await come_back(ann, missed=2)
        assert fault in ann.faults
