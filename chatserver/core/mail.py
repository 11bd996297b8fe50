"""E-mail to customers: kinds of letters, retries and confirmation codes."""

from dataclasses import dataclass
from enum import StrEnum

FIRST_PAUSE_MS = 60_000
"""ms after the first attempt; each further one doubles it, up to LONGEST_PAUSE_MS."""

LONGEST_PAUSE_MS = 3_600_000
MAX_TRIES = 40
"""Attempts before a letter is given up, after about a day and a half."""

CODE_DIGITS = 6
MAX_CODE_GUESSES = 5
"""Wrong guesses that invalidate a code: 5 of 10^6 leave an attacker 1 in 200,000."""


class LetterKind(StrEnum):
    """The purpose of a letter."""

    CODE = "code"
    TRANSCRIPT = "transcript"
    INVITATION = "invitation"
    TURN = "turn"
    ANSWER = "answer"
    ACKNOWLEDGEMENT = "acknowledgement"
    LATE = "late"


class LetterOutcome(StrEnum):
    """The end of a letter; COUNTED_ONLY: it was never sent and counts against the limits.

    It is made where an invitation is asked for with a wrong address, so that the limit of letters
    does not tell whether an address is right. Its value stays "idle": databases in use have it.
    """

    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    COUNTED_ONLY = "idle"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in the mail queue; `at` is the time of its request (ms since 1970 UTC).

    Secrets such as codes and links are not stored: they are created when the letter is sent.
    `conversation` and `format` are those of a transcript, and `timezone` (an IANA name) is that
    of its reader.
    """

    id: str
    customer: str
    email: str
    kind: LetterKind
    at: int
    conversation: str = ""
    format: str = ""
    locale: str = ""
    timezone: str = "UTC"
    tries: int = 0


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file attached to a letter."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailThread:
    """The place of a person's letter in a customer's thread, and the addresses for replies.

    `identifier`, `in_reply_to` and `references` are Message-IDs with angle brackets. People reply
    to `reply_to`, machines to `envelope_sender`. The letter carries the words of the entries from
    seq `first` to `through`.
    """

    identifier: str
    in_reply_to: str | None
    references: tuple[str, ...]
    reply_to: str
    envelope_sender: str
    first: int
    through: int


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A composed letter for the SMTP server; `language` is a BCP 47 tag.

    A letter without a `thread` is written by the server itself, and says so. One that answers a
    letter names the address `reply_to`, and the Message-ID `in_reply_to` where that had one.
    Outlook shows answers of both kinds by their `thread_index`.
    """

    id: str
    to: str
    subject: str
    text: str
    language: str
    attachments: tuple[MailAttachment, ...] = ()
    thread: MailThread | None = None
    in_reply_to: str | None = None
    reply_to: str | None = None
    thread_index: str | None = None

    @property
    def is_automatic_reply(self) -> bool:
        """True for a letter that the server writes because one came (RFC 3834)."""
        return self.thread is None and self.reply_to is not None


class Delayed(Exception):
    """The letter cannot be sent now; try again later."""


class Undeliverable(Exception):
    """The letter was refused for good."""


def retry_delay_ms(tries: int) -> int:
    """Return the exponential backoff in ms after `tries` attempts, 1 or more."""
    # The bound of the exponent only keeps the number small: 2^6 x 60 s is above an hour already.
    return min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << min(tries - 1, 10))
