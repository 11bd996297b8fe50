"""The rate limit of one session: its requests, its signals, and refusals in a row."""

from dataclasses import dataclass
from typing import Self

from chatserver.core.errors import RateLimited
from chatserver.core.token_bucket import Bucket
from chatserver.gateway.transport import SessionEnded
from chatserver.protocol.close import CloseCode
from chatserver.settings import Settings


@dataclass(slots=True)
class SessionRateLimiter:
    """Two token buckets of the same rate, one for requests and one for signals; `now` is in ms.

    More than `limit` refusals in a row raise SessionEnded; 0 never ends a session.
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

    def request(self, now: int) -> None:
        """Count a request, valid or not: refusing one is work as well. Raises RateLimited."""
        retry_after = self.requests.consume_or_wait_ms(now)
        if retry_after:
            self._refuse()
            raise RateLimited(retry_after)
        self.refusals = 0

    def signal(self, now: int) -> bool:
        """Count a signal; return False if it is to be dropped."""
        if self.signals.consume_or_wait_ms(now):
            self._refuse()
            return False
        self.refusals = 0
        return True

    def _refuse(self) -> None:
        # Refusals in a row: a client that heeds `retry_after` is never ended.
        self.refusals += 1
        if self.limit and self.refusals > self.limit:
            raise SessionEnded(CloseCode.TOO_MANY_REQUESTS)
