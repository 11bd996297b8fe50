"""WebSocket close codes (RFC 6455 §7.4), and how clients react to them.

Of the private range 4000-4999, clients reconnect after 4000 to 4499 and stay away after 4500 and
above.
"""

from enum import IntEnum


class CloseCode(IntEnum):
    """The reasons for which the server ends a live session."""

    NORMAL = 1000
    TOO_LARGE = 1009
    FAILED = 1011
    RESTART = 1012
    TOO_SLOW = 4408
    RANK_CHANGED = 4409
    TOO_MANY_REQUESTS = 4429
    NOT_THIS_PROTOCOL = 4500
    NOT_SIGNED_IN = 4501
    BANNED = 4503


REASONS: dict[CloseCode, str] = {
    CloseCode.NORMAL: "good bye",
    CloseCode.TOO_LARGE: "frame too large",
    CloseCode.FAILED: "something went wrong here, come back",
    CloseCode.RESTART: "the server restarts, come back",
    CloseCode.TOO_SLOW: "too slow, resume",
    CloseCode.RANK_CHANGED: "your rights have changed, come back",
    CloseCode.TOO_MANY_REQUESTS: "too many requests",
    CloseCode.NOT_THIS_PROTOCOL: "not this protocol",
    CloseCode.NOT_SIGNED_IN: "not signed in",
    CloseCode.BANNED: "banned",
}
