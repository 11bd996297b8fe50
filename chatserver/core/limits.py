"""How much of something is allowed in a time, and how long a text may be."""

from dataclasses import dataclass

from chatserver.core.errors import Code, Refused


def check_text(text: str, limit: int, field: str = "text") -> None:
    """Refuse a text of more than `limit` characters; 0 allows any length."""
    if limit and len(text) > limit:
        raise Refused(Code.TOO_LONG, field=field)


@dataclass(slots=True)
class Bucket:
    """A token bucket: `rate` tokens a second, at most `burst` kept; rate 0 never refuses."""

    rate: float
    burst: float
    tokens: float
    filled_at: int

    @classmethod
    def full(cls, rate: float, burst: float, now: int) -> "Bucket":
        return cls(rate, burst, burst, now)

    def try_consume(self, now: int) -> int:
        """Take one token; 0 when there was one, else the ms until there is one."""
        if not self.rate:
            return 0
        self._fill(now)
        if self.tokens >= 1:
            self.tokens -= 1
            return 0
        return max(1, round((1 - self.tokens) / self.rate * 1_000))

    def is_full(self, now: int) -> bool:
        """Whether nothing was taken for so long that the bucket can be forgotten."""
        self._fill(now)
        return self.tokens >= self.burst

    def _fill(self, now: int) -> None:
        # A clock that jumped back must neither drain the bucket nor fill it twice.
        passed = max(0, now - self.filled_at)
        self.tokens = min(self.burst, self.tokens + passed / 1_000 * self.rate)
        self.filled_at = now
