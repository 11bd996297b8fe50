"""A received e-mail as a typed record in which every value has a limit."""

from dataclasses import dataclass
from enum import StrEnum


class UnreadableLetter(Exception):
    """The bytes are beyond a limit of `limits`, or no message at all; `str()` is the reason."""


class AutomaticKind(StrEnum):
    """The reason for which a letter counts as written by a program; it is never answered."""

    OURS = "ours"
    REPORT = "report"
    RECEIPT = "receipt"
    REPLY = "reply"
    LIST = "list"


class SenderCheck(StrEnum):
    """The verdict of the site's own mail server on the sender (RFC 8601).

    UNCHECKED where there is none: the site named no server, or that server added no result.
    """

    PASS = "pass"
    FAIL = "fail"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class LetterPart:
    """A part that is no text of the letter: a file, a picture, an enclosed message.

    `media_type` is the one that the sender claims; a file's real type is known by its bytes.
    """

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """The fate of one recipient in a delivery report (RFC 3464 §2.3).

    `action` is "failed", "delayed", "delivered", "relayed" or "expanded"; `status` such as 5.1.1;
    `original` is the Message-ID of the letter that the report is about, if it is quoted.
    """

    action: str
    status: str
    recipient: str
    diagnostic: str
    original: str | None


@dataclass(frozen=True, slots=True)
class IncomingLetter:
    """A received e-mail; every text is Unicode without NUL, every list has a limit.

    - `sender`, `sender_name`: address (lower case) and display name of the one author. The address
      is empty if there is none or more than one: then there is no one address to answer.
    - `envelope_sender`: the reverse path, empty for a report or an automatic reply.
    - `at`: the time in the Date header (ms since 1970 UTC), which the sender chooses, or None.
    - `message_id`, `in_reply_to`, `references`: identifiers with their angle brackets.
    - `recipients`: the addresses in To and Cc; those of the envelope are known to the server that
      received it.
    - `text`: the whole letter as plain text, quotes included.
    - `languages`: BCP 47 tags that the headers name, most preferred first.
    - `digest`: of everything that stays when the same letter is delivered again, in hexadecimal.
    - `thread_index`: the place in Outlook's conversation (see `thread_index`), or None.
    - `is_forward`: True if the subject or the only content marks it as another author's letter.
    """

    sender: str
    sender_name: str
    envelope_sender: str
    subject: str
    at: int | None
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    recipients: tuple[str, ...]
    text: str
    parts: tuple[LetterPart, ...]
    languages: tuple[str, ...]
    automatic: AutomaticKind | None
    check: SenderCheck
    deliveries: tuple[DeliveryStatus, ...]
    is_forward: bool
    digest: str
    thread_index: str | None = None
