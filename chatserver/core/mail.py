"""Letters to customers: to whom, how often, and what is tried when they do not get through."""

import re
from dataclasses import dataclass
from enum import StrEnum

from chatserver.core.errors import Code, Refused

ADDRESS_LIMIT = 254
"""Characters of an address (RFC 5321, §4.5.3.1.3, without the brackets)."""

FIRST_PAUSE_MS = 30_000
LONGEST_PAUSE_MS = 3_600_000
MAX_TRIES = 40
"""After these, which take a day and a half, a letter is given up."""

CODE_DIGITS = 6
MAX_CODE_GUESSES = 5
"""How often a code may be told wrongly until it is good for nothing."""

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?")


class LetterKind(StrEnum):
    """What a letter is about."""

    CODE = "code"
    TRANSCRIPT = "transcript"
    INVITATION = "invitation"
    TURN = "turn"


class LetterOutcome(StrEnum):
    """What became of a letter."""

    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to be sent. What is secret in it is made only when it is sent.

    `conversation` and `format` are those of a transcript, `timezone` is its reader's.
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
    """A file in a letter."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A letter as it is handed to the server that sends it."""

    id: str
    to: str
    subject: str
    text: str
    language: str
    attachments: tuple[MailAttachment, ...] = ()


class Delayed(Exception):
    """It cannot be sent now; later perhaps."""


class Undeliverable(Exception):
    """It will never be sent."""


def clean_address(given: str) -> str:
    """An address as letters are sent to it; raises Refused `invalid` for what is none.

    Small letters, a domain in ASCII (RFC 5891), and nothing that means something in a header.
    """
    local, at, domain = given.strip().lower().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        ascii_domain = ""
    address = f"{local}@{ascii_domain}"
    is_one = at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)
    if not is_one or len(local) > 64 or len(address) > ADDRESS_LIMIT:
        raise Refused(Code.INVALID, field="email")
    return address


def retry_delay_ms(tries: int) -> int:
    """ms until the next attempt, after so many."""
    return min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << min(tries, 10))
