"""The frames of one connection are limited, of every kind."""

import pytest
from websockets import frames
from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.protocol import State

from chatserver.gateway.websocket import (
    BURST_FRAMES_PER_REQUEST,
    LiveProtocol,
    text_head,
    whole_text,
)
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
    most = BURST_FRAMES_PER_REQUEST * BURST
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


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535])
def test_a_whole_text_frame_needs_no_parser(length: int) -> None:
    assert whole_text(frame(Opcode.TEXT, b"x" * length), None) == "x" * length
    assert opened().take_text(frame(Opcode.TEXT, b"x" * length)) == "x" * length


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81",
        frame(Opcode.TEXT, b"x" * 65_536),
        frame(Opcode.TEXT, b"{}")[:-1],
        frame(Opcode.TEXT, b"{}") + b"\x81",
        frame(Opcode.TEXT, b"{}") * 2,
        frame(Opcode.TEXT, b"{}", fin=False),
        frame(Opcode.TEXT, b"\xff"),
        frame(Opcode.TEXT, b"{}", masked=False) + bytes(4),
        frame(Opcode.BINARY, b"{}"),
        frame(Opcode.PING, b"{}"),
        frame(Opcode.TEXT, b"{}", compressed=True),
    ],
    ids=[
        "nothing", "a byte", "too large", "a part", "one and a byte", "two", "a fragment",
        "no UTF-8", "unmasked", "binary", "a ping", "compressed",
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_parser(data: bytes) -> None:
    assert whole_text(data, None) is None


def test_a_masked_text_is_unmasked() -> None:
    """The example of RFC 6455 §5.7."""
    assert whole_text(bytes.fromhex("818537fa213d7f9f4d5158"), None) == "Hello"


def test_a_text_over_the_limit_of_a_frame_is_left_to_the_parser() -> None:
    assert whole_text(frame(Opcode.TEXT, b"123"), 3) == "123"
    assert whole_text(frame(Opcode.TEXT, b"1234"), 3) is None


@pytest.mark.parametrize("read", range(1, 8))
def test_bytes_behind_a_half_read_frame_are_not_taken_for_a_frame(read: int) -> None:
    """A text may hold the bytes of a frame: they are its own, and not another message."""
    inner = frame(Opcode.TEXT, b"{}")
    outer = frame(Opcode.TEXT, inner)
    protocol = opened()
    protocol.receive_data(outer[:read])
    # From 6 bytes on the head is read and gone from the buffer, which is empty or nearly so.
    assert protocol.take_text(inner) is None


def test_a_text_between_the_fragments_of_another_is_left_to_the_parser() -> None:
    protocol = opened()
    protocol.receive_data(frame(Opcode.TEXT, b"{", fin=False))
    assert protocol.take_text(frame(Opcode.TEXT, b"{}")) is None


def test_texts_that_need_no_parser_count_for_the_limit_of_frames() -> None:
    protocol = opened()
    text = frame(Opcode.TEXT, b"{}")
    # 20 for each request of the burst.
    assert [protocol.take_text(text) for _ in range(BURST_FRAMES_PER_REQUEST * BURST)].count(
        "{}"
    ) == 40
    assert protocol.take_text(text) is None


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_text_is_sent_with_the_head_that_the_library_gives_it(length: int) -> None:
    data = b"x" * length
    assert text_head(length) + data == frames.Frame(frames.Opcode.TEXT, data).serialize(mask=False)


def test_a_pong_alone_needs_no_parser_and_counts_as_a_frame() -> None:
    protocol = opened()
    protocol.has_answered = False
    assert protocol.takes_pong(frame(Opcode.PONG))
    assert protocol.has_answered
    assert not protocol.takes_pong(frame(Opcode.PONG, b"payload"))
    assert not protocol.takes_pong(frame(Opcode.PING))
    for _ in range(BURST_FRAMES_PER_REQUEST * BURST - 1):
        assert protocol.takes_pong(frame(Opcode.PONG))
    assert not protocol.takes_pong(frame(Opcode.PONG))


def test_a_pong_inside_another_frame_is_left_to_the_parser() -> None:
    protocol = opened()
    protocol.receive_data(frame(Opcode.TEXT, b"x" * 20)[:-6])
    assert not protocol.takes_pong(frame(Opcode.PONG))
