"""Client addresses behind proxies, and rate limits by address."""

from ipaddress import ip_network

import pytest

from chatserver.auth.addresses import CLEANUP_THRESHOLD, KeyedRateLimiter, client_address
from chatserver.core.errors import RateLimited

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
MINUTE = 60_000


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        # The client wrote the left address itself; only the right one was appended by the proxy.
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["203.0.113.9, unknown"], "10.0.0.1"),
        ("10.0.0.1", [", ,"], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", [], "2001:db8:1:2::/64"),
        ("", ["198.51.100.7"], ""),
        ("10.0.0.1", ["203.0.113.5:40001"], "203.0.113.5"),
        ("10.0.0.1", ["[2001:db8:0:0:1::9]:443"], "2001:db8::/64"),
        ("10.0.0.1", ["[2001:db8::1]"], "2001:db8::/64"),
        ("10.0.0.1", ["203.0.113.5:40001, 10.0.0.2:8080"], "203.0.113.5"),
        ("10.0.0.1", ["unknown:40001"], "10.0.0.1"),
        ("10.0.0.1", ["[", ":"], "10.0.0.1"),
    ],
)
def test_only_addresses_appended_by_a_trusted_proxy_are_believed(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert client_address(peer, forwarded, TRUSTED) == client


def test_after_the_burst_a_name_waits_until_there_is_room() -> None:
    limits = KeyedRateLimiter(per_minute=60, burst=2)
    assert [limits.consume_or_wait_ms("a", 0) for _ in range(3)] == [0, 0, 1_000]
    assert limits.consume_or_wait_ms("a", 1_000) == 0


def test_a_refused_attempt_says_how_long_to_wait() -> None:
    limits = KeyedRateLimiter(per_minute=60, burst=1)
    limits.consume("a", 0)
    with pytest.raises(RateLimited) as refused:
        limits.consume("a", 0)
    assert refused.value.retry_after == 1_000


def test_one_name_does_not_use_up_another() -> None:
    limits = KeyedRateLimiter(per_minute=60, burst=1)
    assert [
        limits.consume_or_wait_ms("a", 0),
        limits.consume_or_wait_ms("b", 0),
        limits.consume_or_wait_ms("a", 0),
    ] == [
        0,
        0,
        1_000,
    ]


def test_no_limit_counts_nothing() -> None:
    limits = KeyedRateLimiter(per_minute=0, burst=0)
    assert {limits.consume_or_wait_ms("a", 0) for _ in range(1_000)} == {0}


def test_a_rate_below_one_a_minute_still_allows_an_attempt() -> None:
    limits = KeyedRateLimiter(per_minute=0.5, burst=0.5)
    assert [limits.consume_or_wait_ms("a", 0), limits.consume_or_wait_ms("a", 0)] == [0, 2 * MINUTE]
    assert limits.consume_or_wait_ms("a", 2 * MINUTE) == 0


def test_full_buckets_are_dropped() -> None:
    limits = KeyedRateLimiter(per_minute=60, burst=1)
    for number in range(CLEANUP_THRESHOLD):
        limits.consume_or_wait_ms(str(number), 0)
    limits.consume_or_wait_ms("late", MINUTE)
    assert len(limits._buckets) == 1


def test_busy_buckets_are_not_scanned_at_every_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = []
    forget = KeyedRateLimiter._drop_full_buckets

    def counted(limits: KeyedRateLimiter, now: int) -> None:
        looked.append(now)
        forget(limits, now)

    monkeypatch.setattr(KeyedRateLimiter, "_drop_full_buckets", counted)
    limits = KeyedRateLimiter(per_minute=60, burst=1)
    for number in range(2 * CLEANUP_THRESHOLD):
        limits.consume_or_wait_ms(str(number), 0)
    assert len(looked) <= 2
