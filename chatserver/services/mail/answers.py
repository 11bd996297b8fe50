"""Technicians' words in cases that came by e-mail, sent as letters in the customer's thread.

All words since the last letter go out together, once they have waited for a while. The log says
what was sent (`mailed`), and so what is still to be sent.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from chatserver.auth.file_links import FileLinks
from chatserver.core.conversation import commands
from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.events import Closed, Event, Mailed, Message, Promised
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.incoming_mail.case_address import CaseAddresses
from chatserver.core.log import DuplicateRequest, RequestKey
from chatserver.core.mail import Letter, LetterKind, MailAttachment, MailThread, OutgoingMail
from chatserver.core.notifications import Committed, Notification
from chatserver.core.people import Role
from chatserver.i18n.languages import choose_language, texts_in
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations
from chatserver.services.files import FileStore
from chatserver.services.follower import Follower
from chatserver.services.mail.address import clean_address
from chatserver.services.mail.automatic_letters import AutomaticLetters
from chatserver.services.mail.requests import MailStore, letter_id
from chatserver.services.mail.templates import mail_texts
from chatserver.services.mail.unsent_words import UnsentWords, read_unsent
from chatserver.services.site import SiteSettings
from chatserver.transcript.reader_locale import ReaderLocale, reader_zone

LONGEST_POLL_S = 15.0
"""Seconds between two looks at chats of which the customer has not read the end."""


class MailCaseStore(Protocol):
    """The conversations that are answered by e-mail; every method raises Unavailable."""

    async def add_case(self, conversation: str) -> None:
        """Remember that a conversation is answered by e-mail."""

    async def remove_case(self, conversation: str) -> None:
        """Forget a conversation of which nothing is to be sent any more."""

    async def list_cases(self) -> Sequence[str]:
        """Return the ids of all conversations that are answered by e-mail."""


@dataclass(slots=True)
class MailAnswers:
    """Puts a letter into the mail queue for each case with unsent words, and writes it.

    Customers of a chat get one only if they confirmed their address, and have had no session for
    `away_ms`. `is_connected` tells whether a customer has a session; it is set once there are some.

    A letter is due `gather_ms` after the first of its words. `sender` is the follower that sends
    the queue, set once it exists.
    """

    hears: ClassVar[frozenset[type[object]]] = frozenset({Message, Closed, Mailed, Promised})

    cases: MailCaseStore
    mail: MailStore
    conversations: Conversations
    files: FileStore
    addresses: CaseAddresses
    clock: Clock
    gather_ms: int
    away_ms: int
    site: SiteSettings
    links: FileLinks
    automatic: AutomaticLetters
    sender: Follower | None = None
    is_connected: Callable[[str], bool] | None = None
    follower: Follower = field(init=False)
    _cases: set[str] = field(default_factory=set)
    _changed: set[str] = field(default_factory=set)
    _unread_chats: dict[str, int | None] = field(default_factory=dict)
    """Chats in which a technician spoke last, and since when (ms) the customer is missed."""

    def __post_init__(self) -> None:
        self.follower = Follower("mail answers", self.queue_due)

    async def load(self) -> None:
        """Load the conversations that are answered by e-mail, and check each once."""
        self._cases = set(await self.cases.list_cases())
        self._changed = set(self._cases)
        for record in self.conversations.open_records():
            self._note_chat(record.conversation)

    async def add_case(self, conversation: str) -> None:
        """Send what technicians say in a conversation by e-mail from now on."""
        if conversation not in self._cases:
            await self.cases.add_case(conversation)
            self._cases.add(conversation)
        self._note_changed(conversation)

    def observe(self, news: Notification) -> None:
        """Queue the check of a case after a message, a new promise, or its end."""
        if not isinstance(news, Committed):
            return
        if news.after.id in self._cases:
            self._note_changed(news.after.id)
        self._note_chat(news.after)

    async def queue_due(self) -> float | None:
        """Queue a letter for each case with new words; only a notification brings more."""
        while self._changed:
            # Removed first: a message that comes while the log is read adds the case again.
            conversation = self._changed.pop()
            try:
                await self._look_for_words(conversation)
            except BaseException:
                self._changed.add(conversation)
                raise
        for conversation in tuple(self._unread_chats):
            await self._look_at_chat(conversation)
        return min(LONGEST_POLL_S, self.away_ms / 1_000) if self._unread_chats else None

    def _note_chat(self, state: Conversation) -> None:
        """Watch a chat in which a technician spoke last; the customer may not be there to read."""
        last = state.last
        if state.by_mail or last is None or last.author.role is not Role.TECHNICIAN:
            self._unread_chats.pop(state.id, None)
        elif state.id not in self._unread_chats:
            self._unread_chats[state.id] = None
            self.follower.wake()

    async def _look_at_chat(self, conversation: str) -> None:
        record = await self.conversations.find_record(conversation)
        customer = record.conversation.customer.id if record else ""
        if record is None or self.is_connected is None or self.is_connected(customer):
            self._unread_chats[conversation] = None
            return
        missed_at = self._unread_chats[conversation] or self.clock()
        self._unread_chats[conversation] = missed_at
        if self.clock() < missed_at + self.away_ms:
            return
        self._unread_chats.pop(conversation, None)
        unsent = await read_unsent(self.conversations, conversation)
        email = await self.mail.confirmed_address(customer)
        if unsent.messages and email is not None and record.conversation.erased_at is None:
            await self._queue(record.conversation, unsent, email)

    async def write(self, claimed: Letter) -> OutgoingMail:
        """Write the letter with all words that are unsent now; raises Refused without any."""
        record = await self.conversations.find_record(claimed.conversation)
        if record is None or record.conversation.erased_at is not None:
            raise Refused(Code.CLOSED)
        case = record.conversation
        unsent = await read_unsent(self.conversations, case.id)
        if not unsent.messages:
            raise Refused(Code.CLOSED)
        language = choose_language([claimed.locale])
        enclosed = unsent.enclosed
        texts = [self._text_of(event, enclosed, language) for event in unsent.messages]
        _, text = mail_texts(
            LetterKind.ANSWER,
            language,
            words="\n\n".join(texts),
            technician=unsent.messages[-1].author.name,
            reference=case.reference,
        )
        identifier = self.addresses.identifier(case.reference, unsent.through)
        return OutgoingMail(
            id=identifier,
            to=claimed.email,
            subject=unsent.reply_subject(case.reference),
            text=text,
            language=language,
            attachments=await asyncio.to_thread(self._read_files, enclosed),
            thread=MailThread(
                identifier=identifier,
                in_reply_to=unsent.in_reply_to,
                references=unsent.references,
                reply_to=self.addresses.people(case.reference),
                envelope_sender=self.addresses.machines(case.reference),
                first=unsent.messages[0].seq,
                through=unsent.through,
            ),
            thread_index=unsent.answer_index(self.clock(), unsent.through),
        )

    async def record_sent(self, claimed: Letter, mail: OutgoingMail) -> None:
        """Append to the log that a letter was taken by the next mail server."""
        assert mail.thread is not None
        command = commands.RecordMailed(
            mail=mail.id, to=mail.to, first=mail.thread.first, through=mail.thread.through
        )
        await self.conversations.handle(claimed.conversation, command, None)

    async def record_refused(self, claimed: Letter, why: str) -> None:
        """Append to the log that the next mail server refused a letter for good."""
        record = await self.conversations.find_record(claimed.conversation)
        unsent = await read_unsent(self.conversations, claimed.conversation)
        if record is None or not unsent.messages:
            return
        command = commands.RecordBounce(
            mail=self.addresses.identifier(record.conversation.reference, unsent.through),
            status="5.0.0",
            through=unsent.through,
            diagnostic=why[:200],
        )
        await self.record_bounce(claimed.conversation, command)

    async def record_bounce(
        self, conversation: str, command: commands.RecordBounce, request: RequestKey | None = None
    ) -> None:
        """Append to the log that a letter did not arrive; a closed case is opened again for it.

        The same `request` is recorded once.
        """
        if request is None or await self.conversations.find_answer(None, request) is None:
            await self.conversations.handle(conversation, command, None, request)
        record = await self.conversations.find_record(conversation)
        if record is None or record.conversation.is_open:
            return
        now, topic = self.clock(), record.conversation.topic
        reopen = commands.Reopen(
            ended_since=now - self.conversations.reopen_ms,
            reply_by=self.site.reply_by(now, topic),
            milestones=self.site.milestones(now, topic),
        )
        repeated = RequestKey(f"{request.id} reopens") if request else None
        try:
            await self.conversations.handle(conversation, reopen, None, repeated)
        except (Refused, DuplicateRequest):
            # Ended too long ago, erased, or reopened before and closed again.
            return
        await self.add_case(conversation)

    def _note_changed(self, conversation: str) -> None:
        self._changed.add(conversation)
        self.follower.wake()

    async def _look_for_words(self, conversation: str) -> None:
        record = await self.conversations.find_record(conversation)
        state = record.conversation if record else None
        if state is None or state.erased_at is not None:
            await self._forget(conversation)
            return
        unsent = await read_unsent(self.conversations, conversation)
        if unsent.messages and unsent.letters and not unsent.is_chat:
            await self._queue(state, unsent, unsent.letters[-1].sender)
        elif not state.is_open:
            await self._forget(conversation)
        elif not unsent.is_chat:
            await self.automatic.tell_late(state, unsent)

    async def _queue(self, case: Conversation, unsent: UnsentWords, address: str) -> None:
        try:
            email = clean_address(address)
        except Refused:
            await self._record_unsendable(case, unsent)
            return
        first = unsent.messages[0]
        queued = Letter(
            # The same in every check until these words are sent, so that they are queued once.
            id=letter_id(f"answer {case.id} {first.seq}"),
            customer=case.customer.id,
            email=email,
            kind=LetterKind.ANSWER,
            at=first.at + self.gather_ms,
            conversation=case.id,
            locale=case.language or "",
        )
        await self.mail.enqueue(queued, 0)
        if self.sender is not None:
            self.sender.wake()

    async def _record_unsendable(self, case: Conversation, unsent: UnsentWords) -> None:
        command = commands.RecordBounce(
            mail=self.addresses.identifier(case.reference, unsent.through),
            # Bad destination mailbox address syntax (RFC 3463 §3.2).
            status="5.1.3",
            through=unsent.through,
        )
        await self.record_bounce(case.id, command)

    async def _forget(self, conversation: str) -> None:
        # Here before on disk: a letter that comes meanwhile then adds the case to both again.
        self._cases.discard(conversation)
        await self.cases.remove_case(conversation)

    def _text_of(self, event: Event, enclosed: Mapping[str, Attachment], language: str) -> str:
        """Return a text, or the name of a file with a link to one that is not enclosed."""
        fact = event.fact
        assert isinstance(fact, Message)
        if fact.file is None or fact.attachment is None:
            return fact.text or ""
        if fact.file in enclosed:
            return f"[{fact.attachment.name}]"
        link = self.links.create(fact.file, self.clock())
        reader = ReaderLocale(reader_zone(self.site.current.schedule.timezone), language)
        name, until = fact.attachment.name, reader.time(link.until)
        return texts_in(language).say("mail.file_link", file=name, time=until, link=link.url)

    def _read_files(self, enclosed: Mapping[str, Attachment]) -> tuple[MailAttachment, ...]:
        paths = [(self.files.content_path(file), each) for file, each in enclosed.items()]
        # The bytes go before the words where a conversation is erased meanwhile.
        return tuple(
            MailAttachment(each.name, each.type, path.read_bytes())
            for path, each in paths
            if path.exists()
        )
