"""Marks of replies and forwards before a subject, as mail programs write them in many languages."""

import re

# Turkish programs write YNT into a reply and İLT into a forward. Norwegian and Danish ones write VS
# into a forward, Finnish ones into a reply: a reply is heard at once, and so it counts as one.
_REPLY = r"(?:re|aw|sv|vs|odp|antw|rif|ynt|回复)(?:\[\d{1,3}\])?"
_FORWARD = r"(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd|fs|továbbítás|ilt|转发)"
_REPLIED = re.compile(rf"{_REPLY}:", re.IGNORECASE)
_FORWARDED = re.compile(
    rf"\s{{0,5}}(?:re|aw|sv|vs|odp)?\s{{0,5}}:?\s{{0,5}}{_FORWARD}\s{{0,5}}:", re.IGNORECASE
)
# Each mark ends with a colon, so that nothing is tried twice: thousands of marks take linear time.
_MARKS = re.compile(rf"(?:\s{{0,5}}(?:{_REPLY}|{_FORWARD})\s{{0,5}}:)*\s*", re.IGNORECASE)


def is_reply_subject(subject: str) -> bool:
    """Return True for a subject that begins with the mark of a reply."""
    return _REPLIED.match(subject) is not None


def is_forward_subject(subject: str) -> bool:
    """Return True for a subject with the mark of a forward, if only after one of a reply."""
    return _FORWARDED.match(subject) is not None


def thread_topic(subject: str) -> str:
    """Return a subject without marks before it, as Outlook writes it into Thread-Topic."""
    return _MARKS.sub("", subject, count=1)
