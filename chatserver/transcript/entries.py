"""The entries of a transcript as readers see them: each event is a text or a happening.

All formats for people (text, Markdown, HTML, PDF) render these, so that they agree. Everything
but the written texts is in the reader's language.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chatserver.core.conversation.events import (
    KIND_OF,
    Assigned,
    Automatic,
    Bounced,
    Closed,
    Declined,
    Discarded,
    Doubted,
    Escalated,
    Event,
    Fact,
    Kept,
    Mailed,
    Message,
    Note,
    Offered,
    Promised,
    Rated,
    Redacted,
    Reminded,
    Reopened,
    Requeued,
    Split,
    Transferred,
)
from chatserver.core.conversation.text_rules import unify_line_ends
from chatserver.core.people import Author, Role
from chatserver.transcript.document import Transcript
from chatserver.transcript.escape import escape_controls, escape_line
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """One event as shown to a reader.

    `time` is in the reader's zone. `words` is the text that was written, with line feeds and tabs
    kept and other control characters made visible. `happened` describes an event without text. A
    rating may have both. `mark` follows the author of a note, and is empty otherwise.
    """

    seq: int
    time: str
    who: str
    role: Role
    words: str | None
    happened: str | None
    note: bool = False
    mark: str = ""
    file: str | None = None

    @property
    def by(self) -> str:
        """The author, and the mark of a note."""
        return f"{self.who} {self.mark}" if self.mark else self.who


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a transcript and the facts below it, as pairs of name and value.

    The technicians' edition has a warning. `label_width` is the length of the longest name.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    warning: str | None
    label_width: int


def entries(
    transcript: Transcript, reader: ReaderLocale = UTC_ENGLISH
) -> Iterator[TranscriptEntry]:
    """Yield the entries in order, for a reader: one for every event but repeated ratings."""
    repeated = _repeated_ratings(transcript.events)
    for event in transcript.events:
        if event.seq in repeated:
            continue
        words, happened = _content(event, transcript, reader)
        is_note = isinstance(event.fact, Note)
        yield TranscriptEntry(
            seq=event.seq,
            time=reader.time(event.at),
            who=author_name(event.author, reader),
            role=event.author.role,
            words=None if words is None else escape_controls(unify_line_ends(words)),
            happened=happened,
            note=is_note,
            mark=reader.say("noted") if is_note else _way(event.fact, reader),
            file=event.fact.file if isinstance(event.fact, Message) else None,
        )


def heading(transcript: Transcript, reader: ReaderLocale = UTC_ENGLISH) -> Heading:
    """Return the title and the facts about the conversation, for a reader."""
    state = transcript.conversation
    values = {
        "customer": state.customer.name,
        "technician": state.technician.name if state.technician else None,
        "topic": transcript.topic_name(state.topic),
        "subject": state.subject,
        "product": state.product,
        "opened": reader.time(state.opened_at),
        "closed": reader.time(state.closed_at) if state.closed_at else None,
        "check": transcript.check_at,
    }
    labels = {fact: reader.say(f"fact.{fact}") for fact in values}
    return Heading(
        title=reader.say("title", reference=state.reference),
        facts=tuple((labels[fact], escape_line(value)) for fact, value in values.items() if value),
        warning=reader.say("internal") if transcript.internal else None,
        label_width=max(map(len, labels.values())),
    )


def author_name(author: Author, reader: ReaderLocale = UTC_ENGLISH) -> str:
    """Return the author's name followed by the role, so that no name can imitate another author."""
    if author.role is Role.SYSTEM:
        return reader.say("desk")
    named = escape_line(author.name) or reader.say("unnamed")
    return reader.say(f"author.{author.role}", name=named)


def _repeated_ratings(events: Sequence[Event]) -> set[int]:
    """Return the seqs of ratings without a comment that a later rating repeats.

    The widget sends the score as soon as it is chosen, and once more with the comment.
    """
    repeated: set[int] = set()
    later: int | None = None
    for event in reversed(events):
        match event.fact:
            case Rated(score=score, comment=comment):
                if score == later and not comment:
                    repeated.add(event.seq)
                later = score
            case Reopened():
                later = None
    return repeated


def _way(fact: Fact, reader: ReaderLocale) -> str:
    return reader.say("by_mail") if isinstance(fact, Message) and fact.way else ""


def _content(
    event: Event, transcript: Transcript, reader: ReaderLocale
) -> tuple[str | None, str | None]:
    """Return the text of an event and the description of what happened; one may be None."""
    match event.fact:
        case Message(text=str() as text, quoted=str() as quoted):
            return text, reader.say("event.quoted", count=reader.number(quoted.count("\n") + 1))
        case Automatic() | Doubted() as fact:
            return fact.text, _sentence(fact, transcript, reader)
        case Message(text=str() as text) | Note(text=text):
            return text, None
        case Rated() as fact:
            return fact.comment, reader.say("event.rated", score=fact.score)
        case fact:
            return None, _sentence(fact, transcript, reader)


def _sentence(fact: Fact, transcript: Transcript, reader: ReaderLocale) -> str:
    """Return the sentence for an event without words of its own."""
    say = reader.say
    match fact:
        case Message():
            return say("event.file", file=_file(fact, reader))
        case Promised(instead_of=int()):
            return say("event.promised.renewed", time=reader.time(fact.reply_by))
        case Escalated():
            return say(f"event.escalated.{fact.level}", time=reader.time(fact.reply_by))
        case Promised():
            return say("event.promised", time=reader.time(fact.reply_by))
        case Kept():
            return say("event.kept", time=reader.time(fact.until))
        case Assigned() | Offered():
            return say(f"event.{KIND_OF[type(fact)]}", name=escape_line(fact.technician.name))
        case Declined():
            return say(f"event.declined.{fact.reason}", name=escape_line(fact.technician.name))
        case Requeued() | Closed():
            return say(f"event.{KIND_OF[type(fact)]}.{fact.reason}")
        case Transferred():
            topic = transcript.topic_name(fact.topic)
            target = fact.technician.name if fact.technician else topic
            return say("event.transferred", name=escape_line(target or ""))
        case Reminded(closes_at=int() as ends):
            return say("event.reminded.until", time=reader.time(ends))
        case Mailed():
            return say("event.mailed", to=escape_line(fact.to))
        case Bounced():
            why = escape_line(" ".join(filter(None, (fact.status, fact.diagnostic))))
            return say("event.bounced", why=why)
        case Automatic():
            return say(f"event.automatic.{fact.what}", subject=escape_line(fact.subject or ""))
        case Discarded(reference=str() as reference):
            return say("event.discarded.moved", reference=reference)
        case Split():
            return say("event.split", reference=fact.reference)
        case Doubted():
            return say(f"event.doubted.{fact.doubt}", sender=escape_line(fact.sender))
        case Redacted(through=int() as through):
            return say("event.redacted.through", first=fact.first, through=through)
        case Redacted():
            return say("event.redacted", first=fact.first)
        case _:
            # A kind that has nothing to fill in is one text, and no case here.
            return say(f"event.{KIND_OF[type(fact)]}")


def _file(fact: Message, reader: ReaderLocale) -> str:
    what = fact.attachment
    if what is None:
        return escape_line(fact.file or "")
    size = reader.number(what.size)
    return reader.say("file", name=escape_line(what.name), type=escape_line(what.type), size=size)
