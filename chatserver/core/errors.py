"""The errors of the server, and their codes on the wire.

ChatError
├── Refused            the rules do not allow the request
│   ├── RateLimited    too many requests; try again after `retry_after` ms
│   ├── Conflict       another change came first
│   └── ReusedRequestId
└── Unavailable        the storage failed; nothing happened, try again
    └── StorageFull    the disk is full
"""

from enum import StrEnum


class Code(StrEnum):
    """The error codes of the wire contract."""

    BAD_FRAME = "bad_frame"
    UNKNOWN_TYPE = "unknown_type"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    CLOSED = "closed"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    QUEUE_FULL = "queue_full"
    STORAGE_FULL = "storage_full"
    UNAVAILABLE = "unavailable"
    NOT_SIGNED_IN = "not_signed_in"


RETRYABLE = frozenset(
    {
        Code.RATE_LIMITED,
        Code.TOO_MANY,
        Code.QUEUE_FULL,
        Code.STORAGE_FULL,
        Code.UNAVAILABLE,
    }
)
"""Codes after which the same request may succeed later, unchanged."""


class ChatError(Exception):
    """A request failed for the reason `code`, and changed nothing.

    `field` names the invalid field, `by` the person that came first, and `retry_after` is in ms.
    """

    def __init__(self, code: Code, *, field: str | None = None, by: str | None = None) -> None:
        super().__init__(code.value if field is None else f"{code.value}: {field}")
        self.code = code
        self.field = field
        self.by = by
        self.retry_after: int | None = None

    @property
    def retryable(self) -> bool:
        """True if the same request may succeed later, unchanged."""
        return self.code in RETRYABLE


class Refused(ChatError):
    """The rules do not allow the request."""


class RateLimited(Refused):
    """The rate limit is exceeded; the next token is available after `retry_after` ms."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(Code.RATE_LIMITED)
        self.retry_after = retry_after


class Conflict(Refused):
    """Another change came first; `by` is the name of its author, or None if unknown."""

    def __init__(self, by: str | None = None) -> None:
        super().__init__(Code.CONFLICT, by=by)


class ReusedRequestId(Refused):
    """The id of the request was used before for something else, by the same person."""

    def __init__(self) -> None:
        super().__init__(Code.CONFLICT, field="id")


class Unavailable(ChatError):
    """The storage cannot accept the request now; nothing was stored."""

    def __init__(self, code: Code = Code.UNAVAILABLE) -> None:
        super().__init__(code)
        self.retry_after = 1_000


class StorageFull(Unavailable):
    """The disk is full; nothing was stored."""

    def __init__(self) -> None:
        super().__init__(Code.STORAGE_FULL)
