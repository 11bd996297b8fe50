"""Rate limits by token bucket."""

from chatserver.core.token_bucket import Bucket


def test_a_bucket_allows_its_burst_and_then_tells_the_wait() -> None:
    bucket = Bucket.full(rate=10, burst=2, now=0)
    assert [
        bucket.consume_or_wait_ms(0),
        bucket.consume_or_wait_ms(0),
        bucket.consume_or_wait_ms(0),
    ] == [0, 0, 100]
    assert bucket.consume_or_wait_ms(100) == 0


def test_a_bucket_survives_a_clock_that_jumps_back() -> None:
    bucket = Bucket.full(rate=1, burst=1, now=10_000)
    assert bucket.consume_or_wait_ms(10_000) == 0
    # 10 s back: neither drained by a negative time nor filled by the same second twice.
    assert bucket.consume_or_wait_ms(0) == 1_000
    assert bucket.consume_or_wait_ms(1_000) == 0


def test_a_rate_of_zero_is_no_limit() -> None:
    bucket = Bucket.full(rate=0, burst=1, now=0)
    assert all(bucket.consume_or_wait_ms(0) == 0 for _ in range(100))
