"""The envelope of a letter that was fetched from a mailbox, from the trace that delivery left."""

from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.incoming_mail.headers import Headers
from chatserver.core.incoming_mail.letter import UnreadableLetter
from chatserver.core.incoming_mail.mime import split_head

_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to")
"""Headers in which mail servers keep the recipient (RFC 9228, Postfix, Exim, Fastmail)."""

UNKNOWN_SENDER = "unknown@invalid"
"""Stands for a sender of which no trace was left; the empty one would be that of a report."""


def fetched_envelope(raw: bytes, at: int) -> Envelope:
    """Return sender and recipients of a letter that arrived at `at` (ms since 1970 UTC).

    Recipients may be forged; those that prove a case are signed.
    """
    try:
        headers = Headers.parse(split_head(raw.lstrip(b"\r\n"))[0])
    except UnreadableLetter:
        return Envelope(UNKNOWN_SENDER, (), at)
    paths = headers.all("return-path")
    sender = paths[0].strip().removeprefix("<").removesuffix(">").lower() if paths else None
    found = (each.strip(" <>").lower() for name in _RECIPIENTS for each in headers.all(name))
    recipients = tuple(dict.fromkeys(each for each in found if "@" in each))
    return Envelope(UNKNOWN_SENDER if sender is None else sender, recipients[:100], at)
