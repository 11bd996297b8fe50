"""Heartbeat of an event stream: a client that misses a ping is cut; the test sets the time."""

import asyncio
from collections.abc import Callable

import pytest

from chatserver.gateway.sse import EventStream
from chatserver.gateway.transport import ConnectionLost


class Wire(asyncio.Transport):
    """A transport that keeps the bytes written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


class ManualTimer:
    """Calls the stream's timer when the test says so, in place of the event loop's clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.next: Callable[[], None] = lambda: None
        monkeypatch.setattr(asyncio.get_running_loop(), "call_later", self._call_later)

    def _call_later(self, delay: float, run: Callable[[], None]) -> asyncio.TimerHandle:
        self.next = run
        return asyncio.TimerHandle(delay, run, (), asyncio.get_running_loop())

    def passes(self) -> None:
        self.next()


def opened(heartbeat_s: float = 20) -> tuple[EventStream, Wire]:
    stream, wire = EventStream("KEY", heartbeat_s, lambda key: None), Wire()
    stream.begin(wire)
    return stream, wire


async def test_a_stream_whose_pings_are_answered_stays_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = ManualTimer(monkeypatch)
    stream, wire = opened()
    for _ in range(3):
        clock.passes()
        stream.note_alive()
    assert wire.written.count(b"event: ping\n") == 3
    assert stream.is_open


async def test_a_stream_whose_ping_is_not_answered_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualTimer(monkeypatch)
    stream, wire = opened()
    clock.passes()
    clock.passes()
    assert wire.written.endswith(
        b'event: close\ndata: {"code":1011,"reason":"something went wrong here, come back"}\n\n'
    )
    assert wire.closed
    with pytest.raises(ConnectionLost):
        await stream.recv()


async def test_without_a_heartbeat_no_ping_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualTimer(monkeypatch)
    _, wire = opened(heartbeat_s=0)
    clock.passes()
    assert b"ping" not in wire.written
