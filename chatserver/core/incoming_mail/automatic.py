"""Recognition of letters that a program wrote (RFC 3834 §2): they are filed, never answered.

`X-Auto-Response-Suppress` says nothing about the letter that bears it: Exchange sets it on what
people write.
"""

from chatserver.core.incoming_mail.headers import Headers
from chatserver.core.incoming_mail.letter import AutomaticKind
from chatserver.core.incoming_mail.mime import Part

MARK = "X-Chatserver"
"""A header on every letter that this program sends, so that two servers never answer each other."""


def automatic_kind(root: Part, envelope_sender: str) -> AutomaticKind | None:
    """Return the reason for which a letter counts as automatic, or None for a person's."""
    headers = root.headers
    if headers.first(MARK.lower()):
        return AutomaticKind.OURS
    if root.media_type == "multipart/report":
        kind = root.parameters.get("report-type", "").lower()
        is_receipt = kind == "disposition-notification"
        return AutomaticKind.RECEIPT if is_receipt else AutomaticKind.REPORT
    if _is_reply(headers):
        return AutomaticKind.REPLY
    if _is_list(headers):
        return AutomaticKind.LIST
    # Reports of old servers have no other mark; to an empty sender nothing may be sent anyway.
    return None if envelope_sender else AutomaticKind.REPORT


def _is_reply(headers: Headers) -> bool:
    submitted = headers.text("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    named = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoresponder")
    return any(headers.first(name).strip().lower() not in {"", "no"} for name in named) or (
        headers.text("precedence").lower() == "auto_reply"
    )


def _is_list(headers: Headers) -> bool:
    if headers.text("precedence").lower() in {"bulk", "junk", "list"}:
        return True
    return bool(headers.first("list-id") or headers.first("list-unsubscribe"))
