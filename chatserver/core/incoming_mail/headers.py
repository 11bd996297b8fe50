"""The headers of a letter (RFC 5322 §2.2), with encoded words (RFC 2047) and parameters (RFC 2231).

The parser of the standard library is not used for structured headers: its time grows with the
square of their length, and deep comments end in a RecursionError.
"""

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime

from chatserver.core.incoming_mail import limits
from chatserver.core.incoming_mail.charsets import decode_text
from chatserver.core.incoming_mail.letter import UnreadableLetter

_NAME = re.compile(rb"[!-9;-~]+")
_IDENTIFIER = re.compile(r"<[^<>\s]{1,1000}>")


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers in their order, names in lower case, values unfolded and not yet decoded."""

    fields: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, head: bytes) -> "Headers":
        """Read a header section; lines that are no header are left out.

        Raises UnreadableLetter for more than HEAD_BYTES or HEADERS.
        """
        if len(head) > limits.HEAD_BYTES:
            raise UnreadableLetter("header section too long")
        unfolded: list[list[bytes]] = []
        for line in head.split(b"\n"):
            if line[:1] in (b" ", b"\t") and unfolded:
                unfolded[-1].append(line.strip())
            elif line.strip():
                unfolded.append([line.strip()])
        if len(unfolded) > limits.HEADERS:
            raise UnreadableLetter("too many headers")
        fields = []
        for pieces in unfolded:
            name, colon, value = b" ".join(pieces).partition(b":")
            if colon and len(value) <= limits.HEADER_BYTES and _NAME.fullmatch(name.strip()):
                text = decode_text(value.strip(), "utf-8").replace("\0", "")
                fields.append((name.strip().decode("ascii").lower(), text))
        return cls(tuple(fields))

    def all(self, name: str) -> list[str]:
        """Return the raw values of all headers with this name (lower case), in their order."""
        return [value for field, value in self.fields if field == name]

    def first(self, name: str) -> str:
        """Return the raw value of the first header with this name, or an empty string."""
        return next((value for field, value in self.fields if field == name), "")

    def text(self, name: str) -> str:
        """Return the first value with its encoded words decoded and white space collapsed."""
        return " ".join(decode_words(self.first(name)).split())

    def identifiers(self, name: str) -> tuple[str, ...]:
        """Return the message identifiers in all headers of this name, the last IDENTIFIERS."""
        found = [each for value in self.all(name) for each in _IDENTIFIER.findall(value)]
        return tuple(found[-limits.IDENTIFIERS :])

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """Return display name and address (lower case) of each mailbox in these headers."""
        values = [value for name in names for value in self.all(name)]
        try:
            pairs = getaddresses(values)
        # The library reads comments by recursion: thousands of brackets are no address.
        except RecursionError:
            return []
        return [
            (" ".join(decode_words(name).split())[: limits.NAME_CHARACTERS], address.lower())
            for name, address in pairs
            if "@" in address
        ][: limits.RECIPIENTS]

    def parameters(self, name: str) -> tuple[str, dict[str, str]]:
        """Return the value of a header before `;` in lower case, and its parameters."""
        message = Message()
        message["X"] = self.first(name)
        try:
            pairs = message.get_params(header="x") or []
        except (ValueError, LookupError):
            return "", {}
        given = {key.lower(): _parameter(value) for key, value in pairs[1:]}
        return (pairs[0][0].strip().lower() if pairs else ""), given

    def time(self) -> int | None:
        """Return the Date in ms since 1970 UTC, or None if it cannot be read."""
        try:
            return round(parsedate_to_datetime(self.first("date")).timestamp() * 1_000)
        except (ValueError, OverflowError, TypeError, IndexError):
            return None


def decode_words(value: str) -> str:
    """Return a header value with its encoded words decoded; a broken one stays as it is."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    words = [
        text if isinstance(text, str) else decode_text(text, charset or "utf-8")
        for text, charset in pieces
    ]
    return "".join(words).replace("\0", "")


def _parameter(value: str | tuple[str | None, str | None, str]) -> str:
    try:
        text = collapse_rfc2231_value(value)
    except (LookupError, ValueError):
        text = value[2] if isinstance(value, tuple) else value
    # File names come as encoded words, too, though RFC 2047 §5 forbids it.
    return decode_words(text)
