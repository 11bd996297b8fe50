"""The technicians' words in a case that no letter has carried yet, as its log tells them."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.events import Bounced, Event, Mailed, Message, Opened, Promised
from chatserver.core.conversation.mail_origin import MailOrigin, Way
from chatserver.core.incoming_mail.subject_marks import is_reply_subject
from chatserver.core.incoming_mail.thread_index import answer_thread_index
from chatserver.core.log import LogPage
from chatserver.core.people import Role
from chatserver.services.conversations import Conversations

RECENT_EVENTS = 500
"""Newest events of a case that are searched for unsent words and for the thread."""

MAX_REFERENCES = 20
"""Most identifiers of a References header: a long thread keeps those of its newest letters."""

MAX_ENCLOSED_BYTES = 10_000_000
"""Bytes of files that one letter encloses; mail servers refuse much more."""


@dataclass(frozen=True, slots=True)
class UnsentWords:
    """The technicians' messages that no letter has carried, and the customer's `letters`.

    - `identifiers`: the Message-IDs of both sides' letters up to the customer's last one.
    - `thread_index`: the newest Thread-Index; a customer's phone may write none.
    - `is_chat`: the customer wrote in the chat last.
    - `late`: the new promise in place of one that was not kept, until a technician answers.
    """

    messages: tuple[Event, ...]
    letters: tuple[MailOrigin, ...]
    identifiers: tuple[str, ...]
    thread_index: str | None
    subject: str | None
    is_chat: bool
    late: Event | None

    @property
    def through(self) -> int:
        """The seq of the last message."""
        return self.messages[-1].seq

    @property
    def enclosed(self) -> dict[str, Attachment]:
        """The files that one letter encloses, by their ids: each that fits beside those before."""
        enclosed: dict[str, Attachment] = {}
        room = MAX_ENCLOSED_BYTES
        for event in self.messages:
            fact = event.fact
            if not isinstance(fact, Message) or fact.file is None or fact.attachment is None:
                continue
            if fact.attachment.size <= room:
                enclosed[fact.file] = fact.attachment
                room -= fact.attachment.size
        return enclosed

    @property
    def in_reply_to(self) -> str | None:
        """The Message-ID of the customer's last letter, None where it has none to be sent."""
        last = self.letters[-1].id if self.letters else None
        return last if last and _is_sendable(last) else None

    @property
    def references(self) -> tuple[str, ...]:
        """The newest identifiers, each once, the last one at the end (RFC 5322 §3.6.4)."""
        known = [each for each in self.identifiers if _is_sendable(each)]
        return tuple(dict.fromkeys(reversed(known)))[:MAX_REFERENCES][::-1]

    def answer_index(self, at: int, number: int) -> str | None:
        """Return the Thread-Index of an answer at `at` (ms), None where the customer has none."""
        parent = self.thread_index
        return None if parent is None else answer_thread_index(parent, at, number)

    def reply_subject(self, reference: str) -> str:
        """Return the subject: that of the customer's letter, or with the reference for a chat."""
        if not self.letters:
            return " ".join(filter(None, (f"[{reference}]", self.subject)))
        subject = self.letters[-1].subject or self.subject
        if not subject:
            return f"[{reference}]"
        return subject if is_reply_subject(subject) else f"Re: {subject}"

    @classmethod
    def of(cls, events: Sequence[Event], read: int) -> "UnsentWords":
        """Collect them from the events of a case.

        Words after a message of the customer in the chat are read in the chat, and sent only if
        they have not `read` up to them: the seq to which a page of theirs has shown the case.
        """
        messages: list[Event] = []
        letters: list[MailOrigin] = []
        identifiers: tuple[str, ...] = ()
        sent: list[str] = []
        thread_index: str | None = None
        subject: str | None = None
        late: Event | None = None
        comes_by_mail = False
        for event in events:
            match event.fact:
                case Opened() as fact:
                    subject, comes_by_mail = fact.subject, fact.way is Way.MAIL
                case Message() as fact if event.author.role is Role.CUSTOMER:
                    comes_by_mail = fact.way is Way.MAIL
                    if fact.mail is not None:
                        letters.append(fact.mail)
                        identifiers += (*sent, *filter(None, [fact.mail.id]))
                        thread_index = fact.thread_index or thread_index
                        sent.clear()
                case Message() if event.author.role is Role.TECHNICIAN:
                    late = None
                    if comes_by_mail or event.seq > read:
                        messages.append(event)
                case Promised(instead_of=int()):
                    late = event
                case Mailed(through=through) | Bounced(through=through):
                    messages = [each for each in messages if each.seq > through]
                    sent += [event.fact.mail] if isinstance(event.fact, Mailed) else []
        return cls(
            messages=tuple(messages),
            letters=tuple(letters),
            identifiers=identifiers,
            thread_index=thread_index,
            subject=subject,
            is_chat=not comes_by_mail,
            late=late,
        )


async def read_unsent(conversations: Conversations, conversation: str) -> UnsentWords:
    """Return the unsent words of a case; raises Refused `not_found`, Unavailable."""
    record = await conversations.find_record(conversation)
    read = record.marks.customer if record else 0
    page = LogPage(limit=RECENT_EVENTS)
    return UnsentWords.of(await conversations.read_history(conversation, page, None), read)


def _is_sendable(identifier: str) -> bool:
    """Return True for an ASCII identifier that fits into a header line (RFC 5322 §2.1.1)."""
    return identifier.isascii() and len(identifier) <= 900
