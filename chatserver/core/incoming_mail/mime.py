"""The parts of a letter (RFC 2046), split in linear time and behind limits.

The standard library's parser compares each line with the boundary of every level, and nesting ends
in a RecursionError; here each byte is looked at once for each of at most LEVELS levels.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chatserver.core.incoming_mail import limits
from chatserver.core.incoming_mail.headers import Headers
from chatserver.core.incoming_mail.letter import UnreadableLetter

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(frozen=True, slots=True)
class Part:
    """A part with its headers: `children` of a multipart, or the decoded `content` of a leaf."""

    headers: Headers
    media_type: str
    parameters: dict[str, str]
    content: bytes = b""
    children: tuple["Part", ...] = ()

    def walk(self) -> Iterator["Part"]:
        """Yield this part and all parts in it, in their order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def disposition(self) -> str:
        """The Content-Disposition in lower case: "inline", "attachment", or empty."""
        return self.headers.parameters("content-disposition")[0]

    @property
    def file_name(self) -> str:
        """The name that the sender gave to this file, or an empty string."""
        given = self.headers.parameters("content-disposition")[1]
        return given.get("filename") or self.parameters.get("name") or ""


@dataclass(slots=True)
class Splitter:
    """Splits one letter, counting its parts."""

    _count: int = field(default=0)

    def split(self, raw: bytes, level: int = 0, default: str = "text/plain") -> Part:
        """Return a letter or part with all that is in it.

        Raises UnreadableLetter for more than PARTS parts or LEVELS levels.
        """
        self._count += 1
        if self._count > limits.PARTS or level > limits.LEVELS:
            raise UnreadableLetter("too many parts")
        head, body = split_head(raw)
        headers = Headers.parse(head)
        media_type, parameters = headers.parameters("content-type")
        if "/" not in media_type:
            media_type = default
        boundary = parameters.get("boundary", "").rstrip()
        if media_type.startswith("multipart/") and boundary:
            inner = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
            children = tuple(
                self.split(piece, level + 1, inner) for piece in _pieces(body, boundary)
            )
            if children:
                return Part(headers, media_type, parameters, children=children)
        encoding = headers.first("content-transfer-encoding").strip().lower()
        return Part(headers, media_type, parameters, decode_content(body, encoding))


def split_head(raw: bytes) -> tuple[bytes, bytes]:
    """Return the header section and the body of a message or part."""
    if raw[:1] == b"\n":
        return b"", raw[1:]
    if raw[:2] == b"\r\n":
        return b"", raw[2:]
    end = _END_OF_HEAD.search(raw)
    return (raw, b"") if end is None else (raw[: end.start()], raw[end.end() :])


def decode_content(body: bytes, encoding: str) -> bytes:
    """Return the bytes of a body; what is broken is decoded as far as it goes."""
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    if encoding != "base64":
        return body
    clean = _NOT_BASE64.sub(b"", body)
    # A last single character is less than a byte.
    whole = clean[: len(clean) - (len(clean) % 4 == 1)]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _pieces(body: bytes, boundary: str) -> Iterator[bytes]:
    """Yield the parts between the boundary's lines; a missing last line ends with the body."""
    marker = b"--" + boundary.encode("utf-8", "replace")
    start: int | None = None
    position = 0
    while (found := body.find(marker, position)) >= 0:
        end = body.find(b"\n", found)
        end = len(body) if end < 0 else end
        rest = body[found + len(marker) : end].rstrip()
        is_line = found == 0 or body[found - 1 : found] == b"\n"
        position = found + len(marker)
        if not is_line or rest not in (b"", b"--"):
            continue
        if start is not None:
            # The line break before the boundary belongs to it.
            yield body[start:found].removesuffix(b"\n").removesuffix(b"\r")
        if rest == b"--":
            return
        start = position = min(end + 1, len(body))
    if start is not None:
        yield body[start:]
