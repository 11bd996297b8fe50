"""The entries of a transcript as readers see them: each event is a text or a happening.

All formats for people (text, Markdown, HTML, PDF) render these, so that they agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from chatserver.core.conversation.events import (
    Assigned,
    Closed,
    Declined,
    Event,
    Kept,
    Message,
    Note,
    Offered,
    Opened,
    Promised,
    Rated,
    Redacted,
    Reminded,
    Reopened,
    Requeued,
    Transferred,
)
from chatserver.core.people import Author, Role
from chatserver.transcript.document import Transcript
from chatserver.transcript.escape import line, safe


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """One event as shown to a reader.

    `time` is in the reader's zone. `words` is the text that was written, with line feeds and tabs
    kept and other control characters made visible. `happened` describes an event without text. A
    rating may have both.
    """

    seq: int
    time: str
    who: str
    role: Role
    words: str | None
    happened: str | None
    note: bool = False
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a transcript and the facts below it, as pairs of name and value."""

    title: str
    facts: tuple[tuple[str, str], ...]
    internal: bool


def entries(transcript: Transcript, zone: tzinfo = UTC) -> Iterator[TranscriptEntry]:
    """Yield an entry for every event, in order, for a reader in `zone`."""
    for event in transcript.events:
        words, happened = _content(event, zone)
        yield TranscriptEntry(
            seq=event.seq,
            time=clock(event.at, zone),
            who=name(event.author),
            role=event.author.role,
            words=None if words is None else safe(words),
            happened=happened,
            note=isinstance(event.fact, Note),
            file=event.fact.file if isinstance(event.fact, Message) else None,
        )


def heading(transcript: Transcript, zone: tzinfo = UTC) -> Heading:
    """Return the title and the facts about the conversation, for a reader in `zone`."""
    state = transcript.conversation
    named = {
        "Customer": state.customer.name,
        "Technician": state.technician.name if state.technician else None,
        "Topic": state.topic,
        "Subject": state.subject,
        "Product": state.product,
        "Opened": clock(state.opened_at, zone),
        "Closed": clock(state.closed_at, zone) if state.closed_at else None,
        "Check": transcript.check_at,
    }
    facts = tuple((fact, line(value)) for fact, value in named.items() if value)
    return Heading(f"Conversation {state.reference}", facts, transcript.internal)


def clock(at: int, zone: tzinfo) -> str:
    """Format `at` (ms since 1970 UTC) in `zone`, with the zone's abbreviation."""
    return f"{datetime.fromtimestamp(at / 1_000, zone):%Y-%m-%d %H:%M:%S %Z}"


def name(author: Author) -> str:
    """Return the author's name followed by the role, so that no name can imitate another author."""
    if author.role is Role.SYSTEM:
        return "Support desk"
    return f"{line(author.name) or 'Unnamed'} ({author.role})"


def _file(fact: Message) -> str:
    what = fact.attachment
    if what is None:
        return line(fact.file or "")
    return f"{line(what.name)} ({line(what.type)}, {what.size:,} bytes)"


def _redacted(fact: Redacted) -> str:
    if fact.through is None:
        return f"entry {fact.first}"
    return f"entries {fact.first} to {fact.through}"


def _content(event: Event, zone: tzinfo) -> tuple[str | None, str | None]:
    """Return the text of an event and the description of what happened; one may be None."""
    match event.fact:
        case Message(text=str() as text) | Note(text=text):
            return text, None
        case Message() as fact:
            return None, f"sent the file {_file(fact)}"
        case Opened():
            return None, "asked for help"
        case Promised() as fact:
            return None, f"left a message; an answer is promised by {clock(fact.reply_by, zone)}"
        case Kept() as fact:
            return None, f"keeps the place in the queue until {clock(fact.until, zone)}"
        case Assigned() as fact:
            return None, f"{line(fact.technician.name)} takes the conversation"
        case Offered() as fact:
            return None, f"{line(fact.technician.name)} is asked to take the conversation"
        case Declined() as fact:
            return None, f"{line(fact.technician.name)} does not take it ({fact.reason})"
        case Requeued() as fact:
            return None, f"waits for another technician ({fact.reason})"
        case Transferred() as fact:
            target = fact.technician.name if fact.technician else fact.topic
            return None, f"hands over to {line(target or '')}"
        case Reminded() as fact:
            ends = "" if fact.closes_at is None else f"; else it ends {clock(fact.closes_at, zone)}"
            return None, f"the customer is asked whether they are still there{ends}"
        case Closed() as fact:
            return None, f"the conversation ended ({fact.reason})"
        case Reopened():
            return None, "the conversation goes on"
        case Rated() as fact:
            return fact.comment, f"rates {fact.score} of 5"
        case Redacted() as fact:
            return None, f"the words of {_redacted(fact)} were removed"
