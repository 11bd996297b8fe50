"""`transcript.txt`: plain text that any program of any year can read."""

import unicodedata
from datetime import UTC, datetime

from chatserver.core.events import (
    Assigned,
    Closed,
    Event,
    Fact,
    Message,
    Note,
    Opened,
    Rated,
    Redacted,
    Reopened,
    Requeued,
    Transferred,
)
from chatserver.core.people import Author, Role
from chatserver.transcript.document import Transcript

INDENT = "    "


def render(transcript: Transcript) -> bytes:
    """The transcript as UTF-8 text; times are UTC, each text stands unchanged on its lines."""
    blocks = ["\n".join(_heading(transcript)), *map(_block, transcript.events)]
    return ("\n\n".join(blocks) + "\n").encode("utf-8", "replace")


def _heading(transcript: Transcript) -> list[str]:
    state = transcript.conversation
    lines = [f"Conversation {state.reference}"]
    named = {
        "Customer": state.customer.name,
        "Technician": state.technician.name if state.technician else None,
        "Topic": state.topic,
        "Subject": state.subject,
        "Product": state.product,
        "Opened": _time(state.opened_at),
        "Closed": _time(state.closed_at) if state.closed_at else None,
    }
    lines += [f"{name + ':':12}{_line(value)}" for name, value in named.items() if value]
    if transcript.internal:
        lines.append("This is the internal edition: it contains notes that customers do not see.")
    return lines


def _block(event: Event) -> str:
    heading = f"{_time(event.at)}  {_name(event.author)}"
    said = _said(event.fact)
    if said is None:
        return f"{heading}: {_happened(event.fact)}"
    mark = " notes" if isinstance(event.fact, Note) else ""
    return f"{heading}{mark}:\n{INDENT}{_indented(said)}"


def _said(fact: Fact) -> str | None:
    match fact:
        case Message(text=str() as text) | Note(text=text):
            return text
    return None


def _happened(fact: Fact) -> str:
    match fact:
        case Message():
            return f"sent the file {_line(fact.file or '')}"
        case Opened():
            return "asked for help"
        case Assigned():
            return f"{_line(fact.technician.name)} takes the conversation"
        case Requeued():
            return f"waits for another technician ({fact.reason})"
        case Transferred():
            target = fact.technician.name if fact.technician else fact.topic
            return f"hands over to {_line(target or '')}"
        case Closed():
            return f"the conversation ended ({fact.reason})"
        case Reopened():
            return "the conversation goes on"
        case Rated():
            comment = f": {_indented(fact.comment)}" if fact.comment else ""
            return f"rates {fact.score} of 5{comment}"
        case Redacted():
            return f"the text of entry {fact.seq} was removed"
        case Note():
            return _indented(fact.text)


def _name(author: Author) -> str:
    if author.role is Role.SYSTEM:
        return "Support desk"
    return f"{_line(author.name) or 'Unnamed'} ({author.role})"


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1_000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _indented(text: str) -> str:
    """A text that may have several lines; none of them can be taken for a heading."""
    return safe(text).replace("\n", "\n" + INDENT)


def _line(text: str) -> str:
    """A text that must stay on its line, or a name could pretend to be somebody's words."""
    return safe(text).replace("\n", "␊")


def safe(text: str) -> str:
    """The text with control characters shown and not obeyed, so that a terminal is safe.

    Line feeds and tabs stay; other controls become their pictures (U+2400 block) or `\\uXXXX`.
    """
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) != "Cc":
        return character
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else f"\\u{code:04x}"
