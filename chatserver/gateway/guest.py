"""What is known of a connection before its hello."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guest:
    """The address that counts for limits, the login cookie where it may be honoured, and what
    the browser says it is (User-Agent)."""

    address: str
    cookie: str | None = None
    agent: str | None = None
