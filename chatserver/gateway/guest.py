"""What is known of a connection before its hello."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guest:
    """The address that counts for limits, and the login cookie where it may be honoured."""

    address: str
    cookie: str | None = None
