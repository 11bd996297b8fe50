"""A session has one rate for requests, another of the same size for signals, and few refusals."""

import pytest

from chatserver.gateway.rate_limit import SessionRateLimiter
from chatserver.gateway.transport import SessionEnded
from chatserver.protocol.close import CloseCode
from chatserver.settings_file import load_settings


def limiter(*, rate: float = 1, burst: int = 2, refusals_limit: int = 3) -> SessionRateLimiter:
    settings = load_settings(None, rate=rate, burst=burst, refusals_limit=refusals_limit)
    return SessionRateLimiter.from_settings(settings, 0)


def test_a_burst_passes_and_the_next_request_is_told_when_to_come_back() -> None:
    limits = limiter()
    assert [limits.count_request(0) for _ in range(3)] == [0, 0, 1_000]
    assert limits.count_request(1_000) == 0


def test_signals_have_a_rate_of_their_own() -> None:
    limits = limiter()
    assert [limits.count_request(0) for _ in range(2)] == [0, 0]
    assert [limits.count_signal(0) for _ in range(3)] == [0, 0, 1_000]


def test_more_refusals_in_a_row_than_allowed_end_the_session() -> None:
    limits = limiter(burst=1, refusals_limit=2)
    assert [limits.count_request(0) for _ in range(3)] == [0, 1_000, 1_000]
    with pytest.raises(SessionEnded) as ended:
        limits.count_request(0)
    assert ended.value.code is CloseCode.TOO_MANY_REQUESTS


def test_dropped_signals_count_as_refusals() -> None:
    limits = limiter(burst=1, refusals_limit=1)
    assert [limits.count_signal(0) for _ in range(2)] == [0, 1_000]
    with pytest.raises(SessionEnded):
        limits.count_signal(0)


def test_a_request_that_passes_forgets_the_refusals_before_it() -> None:
    limits = limiter(burst=1, refusals_limit=2)
    for second in range(5):
        waits = [limits.count_request(1_000 * second) for _ in range(3)]
        assert waits == [0, 1_000, 1_000]


def test_a_rate_of_zero_never_refuses() -> None:
    limits = limiter(rate=0)
    for _ in range(100):
        assert (limits.count_request(0), limits.count_signal(0)) == (0, 0)
