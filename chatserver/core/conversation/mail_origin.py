"""The e-mail that a message came by, as the log keeps it."""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """The way by which a conversation began or words came, where it was not the chat."""

    MAIL = "mail"


class MailTrust(StrEnum):
    """The proof that the customer wrote a letter.

    CHECKED: the site's mail server vouches for the sender. UNCHECKED: it gives no verdict.
    FAILED: it says that the sender is another; only a new case begins with such a letter.
    TECHNICIAN: a technician let it in, whatever the mail server said.
    """

    CHECKED = "checked"
    UNCHECKED = "unchecked"
    FAILED = "failed"
    TECHNICIAN = "technician"


@dataclass(frozen=True, slots=True)
class MailOrigin:
    """The letter that a message came by; `id` is its Message-ID with angle brackets, or None."""

    id: str | None
    sender: str
    trust: MailTrust
    subject: str | None = None
