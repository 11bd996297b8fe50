"""Delivery reports (RFC 3464), with which mail servers report the fate of a sent letter."""

import re

from chatserver.core.incoming_mail import limits
from chatserver.core.incoming_mail.headers import Headers
from chatserver.core.incoming_mail.letter import DeliveryStatus, UnreadableLetter
from chatserver.core.incoming_mail.mime import Part, split_head

DIAGNOSTIC_CHARACTERS = 200
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_UNDEFINED = frozenset({"5.0.0", "4.0.0"})
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})


def read_report(root: Part) -> tuple[DeliveryStatus, ...]:
    """Return the recipients of a report; empty for any other letter.

    A letter that describes a failure in words only is no report: people paste such texts. OpenSMTPD
    writes `multipart/mixed` where RFC 6522 has `multipart/report`, so the part itself counts.
    """
    kinds = {part.media_type: part for part in root.children}
    if receipt := kinds.get("message/disposition-notification"):
        return _refusal(receipt)
    fields = kinds.get("message/delivery-status") or kinds.get("message/global-delivery-status")
    if fields is None:
        return ()
    original = _original_id(kinds)
    groups = fields.content.replace(b"\r\n", b"\n").strip().split(b"\n\n")
    # The first group is about the letter, each other one about a recipient (§2.1).
    statuses = [_status(group, original) for group in groups[1 : limits.RECIPIENTS]]
    return tuple(status for status in statuses if status is not None)


def _refusal(receipt: Part) -> tuple[DeliveryStatus, ...]:
    """Return the failure that a receipt tells of, if it does (RFC 8098 §3.2.6).

    Sieve's `reject` answers with a receipt that says "deleted" (RFC 5429 §2.1); as this program
    asks for no receipts, nothing else does.
    """
    try:
        fields = Headers.parse(receipt.content.strip())
    except UnreadableLetter:
        return ()
    if fields.text("disposition").rpartition(";")[2].strip().lower() != "deleted":
        return ()
    recipient = fields.first("final-recipient").partition(";")[2].strip().lower()
    original = next(iter(fields.identifiers("original-message-id")), None)
    # Delivery not authorized, message refused (RFC 3463 §3.8).
    return (
        DeliveryStatus(
            action="failed",
            status="5.7.1",
            recipient=recipient[:320],
            diagnostic="",
            original=original,
        ),
    )


def _status(group: bytes, original: str | None) -> DeliveryStatus | None:
    try:
        fields = Headers.parse(group)
    except UnreadableLetter:
        return None
    action = fields.text("action").lower()
    if action not in ACTIONS:
        return None
    recipient = fields.first("final-recipient").partition(";")[2].strip().lower()
    diagnostic = fields.text("diagnostic-code").partition(";")[2].strip()
    return DeliveryStatus(
        action=action,
        status=_status_code(fields.text("status"), diagnostic),
        recipient=recipient[:320],
        diagnostic=diagnostic[:DIAGNOSTIC_CHARACTERS],
        original=original,
    )


def _status_code(given: str, diagnostic: str) -> str:
    """Return the code of RFC 3463 without the comment that some servers add, or 5.0.0.

    Exim says 5.0.0 of every failure; the code that the next server gave stands in its diagnostic.
    """
    found = _STATUS.match(given)
    code = found[0] if found else "5.0.0"
    if code not in _UNDEFINED:
        return code
    answered = _STATUS.search(diagnostic)
    return answered[0] if answered and answered[0][0] == code[0] else code


def _original_id(kinds: dict[str, Part]) -> str | None:
    """Return the Message-ID of the letter that came back, from its headers or the whole."""
    for kind in (
        "text/rfc822-headers",
        "message/rfc822",
        "message/global",
        "message/rfc822-headers",
    ):
        if kind in kinds:
            try:
                head = Headers.parse(split_head(kinds[kind].content.lstrip())[0])
            except UnreadableLetter:
                return None
            return next(iter(head.identifiers("message-id")), None)
    return None
