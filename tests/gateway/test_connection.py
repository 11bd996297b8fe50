"""The frames of one connection are limited, whatever their kind."""

from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.protocol import State

from chatserver.gateway.websocket import FRAMES_AT_ONCE, LiveProtocol
from chatserver.protocol.close import CloseCode
from tests.bench.trials.raw import Opcode, frame

PROTOCOL_ERROR = 1002
"""The close code for frames that break the protocol (RFC 6455 §7.4.1)."""

BURST = 2
SELDOM = 0.001
"""Requests a second, so that no frame is earned back while a test runs."""


def opened(rate: float = SELDOM) -> LiveProtocol:
    """Return a connection after its handshake."""
    protocol = LiveProtocol(None, None, rate, BURST)
    headers = Headers(Connection="Upgrade", Upgrade="websocket")
    headers["Sec-WebSocket-Key"], headers["Sec-WebSocket-Version"] = f"{'A' * 22}==", "13"
    protocol.send_response(protocol.accept(Request("/live", headers)))
    protocol.data_to_send()
    return protocol


def test_frames_of_any_kind_are_limited_and_the_rest_is_not_looked_at() -> None:
    protocol = opened()
    kinds = (frame(Opcode.PING), frame(Opcode.PONG), frame(Opcode.TEXT, b"{}"))
    most = FRAMES_AT_ONCE * BURST
    protocol.receive_data(b"".join(kinds[number % 3] for number in range(most)))
    assert len(protocol.events_received()) == most
    assert protocol.state is State.OPEN
    # Nothing behind the frame over the limit is parsed: parsing is the work to be saved.
    protocol.receive_data(kinds[1] * 1_000)
    assert protocol.events_received() == []
    assert protocol.close_sent is not None
    assert protocol.close_sent.code == CloseCode.TOO_MANY_REQUESTS


def test_without_a_limit_for_requests_there_is_none_for_frames() -> None:
    protocol = opened(rate=0)
    protocol.receive_data(frame(Opcode.PONG) * 5_000)
    assert len(protocol.events_received()) == 5_000


def test_while_a_client_does_not_read_only_the_newest_ping_is_kept() -> None:
    protocol = opened()
    protocol.is_held_up = True
    protocol.receive_data(b"".join(frame(Opcode.PING, text) for text in (b"a", b"b", b"c")))
    assert protocol.data_to_send() == []
    assert protocol.unanswered == b"c"


def test_a_reserved_opcode_fails_the_connection_for_good() -> None:
    protocol = opened()
    protocol.receive_data(frame(Opcode.RESERVED) + frame(Opcode.PING))
    assert protocol.has_failed
    assert protocol.close_sent is not None
    assert protocol.close_sent.code == PROTOCOL_ERROR
    assert protocol.events_received() == []
