"""Request smuggling: no request can hide behind an upgrade that aiohttp hands over."""

from chatserver.app import RunningServer
from tests.attack.raw_http import UPGRADE, answers, exchange, frame, head

HELLO = frame('{"type":"hello","role":"customer"}')
ANOTHER = b"GET /healthz HTTP/1.1\r\nHost: chat.example\r\n\r\n"


async def test_a_client_that_waits_for_the_answer_gets_a_session(server: RunningServer) -> None:
    answer, _ = await exchange(server, UPGRADE + b"\r\n", HELLO)
    assert answers(answer) == [101]
    assert b'"type":"welcome"' in answer


async def test_frames_sent_before_the_answer_are_read_as_frames(server: RunningServer) -> None:
    # aiohttp reads the frames along with the head, and must hand over what it has read.
    whole, _ = await exchange(server, UPGRADE + b"\r\n" + HELLO)
    parted, _ = await exchange(server, UPGRADE + b"\r\n" + HELLO[:9], HELLO[9:])
    assert b'"type":"welcome"' in whole
    assert b'"type":"welcome"' in parted


async def test_a_request_behind_an_upgrade_is_never_answered(server: RunningServer) -> None:
    answer, hangs_up = await exchange(server, UPGRADE + b"\r\n" + ANOTHER)
    assert 200 not in answers(answer)
    assert b"alive" not in answer
    assert hangs_up


CAME_TO_NOTHING = [
    UPGRADE + b"Origin: https://evil.example\r\n\r\n",
    # The server speaks version 13 alone (RFC 6455 §4.4), so the connection stays HTTP.
    UPGRADE.replace(b"Version: 13", b"Version: 12") + b"\r\n",
    # The key must decode to 16 bytes (RFC 6455 §4.1).
    UPGRADE.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"short") + b"\r\n",
    # `Upgrade` counts only together with `Connection: Upgrade` (RFC 9110 §7.8).
    UPGRADE.replace(b"Connection: Upgrade\r\n", b"") + b"\r\n",
    UPGRADE.replace(b"Connection: Upgrade", b"Connection: keep-alive") + b"\r\n",
    UPGRADE.replace(b"/live", b"/healthz") + b"\r\n",
    # h2c tunnels past a proxy's rules where the server behind it switches to HTTP/2.
    UPGRADE.replace(b"websocket", b"h2c") + b"\r\n",
    UPGRADE.replace(b"GET", b"POST") + b"\r\n",
    # An upgrade needs HTTP/1.1 (RFC 9110 §7.8); some proxies lower the version to 1.0.
    UPGRADE.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n",
]


async def test_after_an_upgrade_that_came_to_nothing_the_server_hangs_up(
    server: RunningServer,
) -> None:
    """A proxy that ignores the status would go on forwarding bytes to this connection."""
    for upgrade in CAME_TO_NOTHING:
        # Every status but 101 leaves proxy and server with different ideas of what comes next.
        answer, hangs_up = await exchange(server, upgrade, ANOTHER)
        assert len(answers(answer)) == 1, upgrade
        assert answers(answer) != [101], upgrade
        assert hangs_up, upgrade


BODIES = [
    b"Content-Length: 5\r\n\r\nhello",
    b"Content-Length: 5\r\n\r\n",
    b"Content-Length: 0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
]


async def test_an_upgrade_with_a_body_is_refused(server: RunningServer) -> None:
    for body in BODIES:
        answer, hangs_up = await exchange(server, UPGRADE + body, HELLO)
        assert answers(answer) == [422], body
        assert head(answer)["Connection"] == "close"
        # A proxy would otherwise take the frames behind the body for the next request.
        assert hangs_up, body


AMBIGUOUS = [
    # CL.TE: one reader counts 5 bytes, the other chunks (RFC 9112 §6.1).
    b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    # Two lengths must be refused, unless they are equal (RFC 9112 §6.3).
    b"Content-Length: 5\r\nContent-Length: 6",
    # TE.TE: a coding that only one of two readers takes for `chunked`.
    b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunked, identity",
    # No blank before the colon (RFC 9112 §5.1), which some readers skip and others keep.
    b"Content-Length : 5",
    b"Content-Length: +5",
    # Folded lines are obsolete (RFC 9112 §5.2), and read as one header or as two.
    b"X: a\r\n b",
    b"X\x00: a",
    b"X: a\x00b",
    # A bare LF ends a line for some readers only.
    b"X: a\nY: b",
    # A second Host must be answered with 400 (RFC 9112 §3.2): proxy and server
    # could choose differently.
    b"Host: other.example",
]
TWICE = [
    b"Sec-WebSocket-Key: c2Vjb25kIHNhbXBsZSBrZQ==",
    b"Sec-WebSocket-Version: 8",
    b"Upgrade: h2c",
    b"Origin: http://chat.example\r\nOrigin: https://evil.example",
]


async def test_an_ambiguous_request_is_refused(
    server: RunningServer,
) -> None:
    requests = [ANOTHER[:-2] + header for header in AMBIGUOUS]
    requests += [UPGRADE + header for header in (*AMBIGUOUS, *TWICE)]
    for request in requests:
        answer, hangs_up = await exchange(server, request + b"\r\n\r\n" + ANOTHER)
        # Two readers of an ambiguous head can disagree on its end: nothing behind it may be read.
        assert not {101, 200} & set(answers(answer)), request
        assert hangs_up, request


async def test_requests_in_one_piece_are_answered_in_order_and_then_upgraded(
    server: RunningServer,
) -> None:
    answer, _ = await exchange(server, ANOTHER + UPGRADE + b"\r\n", HELLO)
    assert answers(answer) == [200, 101]
    assert b'"type":"welcome"' in answer


async def test_a_kept_alive_connection_is_upgraded(server: RunningServer) -> None:
    answer, _ = await exchange(server, ANOTHER, ANOTHER, UPGRADE + b"\r\n", HELLO)
    assert answers(answer) == [200, 200, 101]
    assert b'"type":"welcome"' in answer
