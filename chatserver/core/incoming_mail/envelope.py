"""The envelope of a letter (RFC 5321 §2.3.1): sender and recipients, whatever its headers say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Envelope:
    """The reverse path (empty for reports), our addresses, and the time of arrival (ms)."""

    sender: str
    recipients: tuple[str, ...]
    at: int
