"""The rate limit of one session: its requests, its signals, and refusals in a row."""

from dataclasses import dataclass
from typing import Self

from chatserver.core.token_bucket import Bucket
from chatserver.gateway.transport import SessionEnded
from chatserver.protocol.close import CloseCode
from chatserver.settings import Settings


@dataclass(slots=True)
class SessionRateLimiter:
    """Two token buckets of the same rate, one for requests and one for signals; `now` is in ms.

    Each is counted by a method that returns 0 if it may pass, else the ms until one may. More than
    `limit` refusals in a row raise SessionEnded; 0 never ends a session.
    """

    requests: Bucket
    signals: Bucket
    limit: int
    refusals: int = 0

    @classmethod
    def from_settings(cls, settings: Settings, now: int) -> Self:
        """Return the limiter of a new session."""
        rate, burst = settings.rate, settings.burst
        requests, signals = Bucket.full(rate, burst, now), Bucket.full(rate, burst, now)
        return cls(requests, signals, settings.refusals_limit)

    def count_request(self, now: int) -> int:
        """Count a request, valid or not: refusing one is work as well."""
        return self._consume_or_wait_ms(self.requests, now)

    def count_signal(self, now: int) -> int:
        """Count a signal."""
        return self._consume_or_wait_ms(self.signals, now)

    def _consume_or_wait_ms(self, bucket: Bucket, now: int) -> int:
        if wait_ms := bucket.consume_or_wait_ms(now):
            # Refusals in a row: a client that heeds `retry_after` is never ended.
            self.refusals += 1
            if self.limit and self.refusals > self.limit:
                raise SessionEnded(CloseCode.TOO_MANY_REQUESTS)
        else:
            self.refusals = 0
        return wait_ms
