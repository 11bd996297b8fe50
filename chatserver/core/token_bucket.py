"""Rate limits: the token bucket."""

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """A token bucket: `rate` tokens a second up to `burst`; a rate of 0 never refuses.

    Times are ms of one clock, monotonic or not.
    """

    rate: float
    burst: float
    tokens: float
    filled_at: int

    @classmethod
    def full(cls, rate: float, burst: float, now: int) -> "Bucket":
        """Create a bucket with `burst` tokens at `now` (ms)."""
        return cls(rate, burst, burst, now)

    def consume_or_wait_ms(self, now: int) -> int:
        """Consume one token and return 0, or return the ms to wait until there is one."""
        if not self.rate:
            return 0
        self._fill(now)
        if self.tokens >= 1:
            self.tokens -= 1
            return 0
        return max(1, round((1 - self.tokens) / self.rate * 1_000))

    def is_full(self, now: int) -> bool:
        """Return True if the bucket has refilled, so that forgetting it changes nothing."""
        self._fill(now)
        return self.tokens >= self.burst

    def _fill(self, now: int) -> None:
        # After a clock jumped back, `passed` would be negative and drain the bucket; without the
        # new `filled_at` the same time would fill it twice.
        passed = max(0, now - self.filled_at)
        self.tokens = min(self.burst, self.tokens + passed / 1_000 * self.rate)
        self.filled_at = now
