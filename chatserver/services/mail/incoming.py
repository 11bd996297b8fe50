"""Takes letters from the spool into the log, each once.

A letter is removed from the spool only after it was stored in the log. A server that was killed in
between takes it again under the same request ids, so that no part of it is stored twice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from chatserver.core.conversation import commands
from chatserver.core.conversation.events import AutomaticLetter, Doubt, Message
from chatserver.core.conversation.mail_origin import MailOrigin, MailTrust, Way
from chatserver.core.conversation.state import Conversation
from chatserver.core.conversation.text_rules import TextRules
from chatserver.core.errors import Code, Refused, Unavailable
from chatserver.core.ids import identifier, reference
from chatserver.core.incoming_mail.case_address import CaseAddresses
from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.incoming_mail.letter import (
    AutomaticKind,
    DeliveryStatus,
    IncomingLetter,
    LetterPart,
    SenderCheck,
    UnreadableLetter,
)
from chatserver.core.incoming_mail.quotes import FoldedText, fold_quotes
from chatserver.core.incoming_mail.text_pieces import split_text
from chatserver.core.log import Answer, DuplicateRequest, RequestKey
from chatserver.core.mail import LetterKind
from chatserver.core.people import Customer, Person, Role
from chatserver.i18n.languages import choose_language, texts_in
from chatserver.services.clock import Clock, Entropy
from chatserver.services.conversations import Conversations
from chatserver.services.files import Files
from chatserver.services.mail import templates
from chatserver.services.mail.case_finder import CaseFinder, SenderStore, is_for_machines
from chatserver.services.site import SiteSettings
from chatserver.workers.pool import WorkerPool
from chatserver.workers.spooled_letter import READ_LETTER

MAX_READS = 3
"""Attempts after which a letter is set aside: it crashes or blocks the worker."""

FILED_CHARACTERS = 2_000
"""Characters that are kept of a letter that is filed for technicians only."""

_TRUST = {
    SenderCheck.PASS: MailTrust.CHECKED,
    SenderCheck.UNCHECKED: MailTrust.UNCHECKED,
    SenderCheck.FAIL: MailTrust.FAILED,
}

_log: structlog.stdlib.BoundLogger = structlog.get_logger("incoming mail")


class MailSpool(Protocol):
    """Letters on disk that are not in the log yet; every method is to be called in a thread."""

    def path(self, identifier: str) -> Path:
        """Return the path of a letter that arrived."""

    def list_arrived(self) -> Sequence[str]:
        """Return the ids of the letters that wait, oldest first."""

    def copy_letter(self, identifier: str, target: Path) -> int:
        """Copy a letter without its envelope to a new file; return its bytes, raises OSError."""

    def remove(self, identifier: str) -> None:
        """Remove a letter that is in the log."""

    def set_aside(self, identifier: str) -> Path:
        """Keep a letter that cannot be read under another name, for the operator."""


@dataclass(slots=True)
class IncomingMail:
    """Reads spooled letters and appends them to the log.

    `add_case` is called with the id of each case, so that technicians' words in it go out by
    e-mail. `trusted_server` is the authserv-id of the site's own mail server (RFC 8601 §2.5).
    """

    spool: MailSpool
    finder: CaseFinder
    senders: SenderStore
    conversations: Conversations
    files: Files
    site: SiteSettings
    texts: TextRules
    workers: WorkerPool
    addresses: CaseAddresses
    clock: Clock
    entropy: Entropy
    trusted_server: str | None
    add_case: Callable[[str], Awaitable[None]]
    acknowledge: Callable[[str, str], Awaitable[None]]
    record_bounce: Callable[[str, commands.RecordBounce, RequestKey], Awaitable[None]]
    _reads: dict[str, int] = field(default_factory=dict)

    async def drain(self) -> None:
        """Take all letters that wait; return None, as only a new letter means more work."""
        for letter in await asyncio.to_thread(self.spool.list_arrived):
            await self._take(letter)

    async def _take(self, spooled: str) -> None:
        try:
            await self._enter(spooled, *await self._read(spooled))
        except Unavailable:
            raise
        except Exception as error:
            # Letters are taken in order: one that cannot be taken must not hold up the others.
            is_final = isinstance(error, UnreadableLetter | Refused)
            if not is_final and self._reads[spooled] < MAX_READS:
                raise
            aside = await asyncio.to_thread(self.spool.set_aside, spooled)
            _log.warning("mail set aside", why=str(error), file=str(aside), exc_info=not is_final)
        else:
            await asyncio.to_thread(self.spool.remove, spooled)
        self._reads.pop(spooled, None)

    async def _read(self, spooled: str) -> tuple[Envelope, IncomingLetter]:
        path = self.spool.path(spooled)
        self._reads[spooled] = self._reads.get(spooled, 0) + 1
        try:
            return await self.workers.run(READ_LETTER, path, self.trusted_server)
        except Unavailable:
            if self._reads[spooled] >= MAX_READS:
                raise UnreadableLetter("takes too long") from None
            raise

    async def _enter(self, spooled: str, envelope: Envelope, letter: IncomingLetter) -> None:
        email = letter.sender or envelope.sender
        customer = await self.finder.known_sender(letter, email) if email else None
        case = await self.finder.find_case(envelope, letter, customer)
        if letter.automatic is not None or is_for_machines(envelope, self.addresses):
            await self._file_automatic(letter, case)
            return
        doubt = None if case is None else await self.finder.doubt(letter, case)
        if case is not None and case.is_open and doubt is not None:
            await self._file_doubted(spooled, letter, case, doubt)
        elif case is not None and case.is_open:
            owner = Customer(case.customer.id, case.customer.name)
            said = await self.said_in(case)
            await self._join(case.id, letter, owner, said=said, arrived_at=envelope.at)
        elif case is not None and doubt is None:
            await self._reopen(letter, email, case, arrived_at=envelope.at)
        elif not email:
            _log.warning("mail without a sender", digest=letter.digest)
        else:
            await self._begin(letter, email, customer, None, arrived_at=envelope.at)

    async def _file_automatic(self, letter: IncomingLetter, case: Conversation | None) -> None:
        """File what a program wrote; nothing is answered, and without a case nothing is kept."""
        if case is None:
            _log.info("automatic mail discarded", what=letter.automatic)
            return
        failed = [each for each in letter.deliveries if each.action == "failed"]
        for number, status in enumerate(failed):
            await self._bounced(letter, case, status, number)
        if not failed:
            command = commands.RecordAutomatic(
                what=_automatic(letter),
                subject=letter.subject or None,
                text=self.texts.as_stored(letter.text[:FILED_CHARACTERS]) or None,
            )
            await self._desk(case, command, letter)

    async def _file_doubted(
        self, spooled: str, letter: IncomingLetter, case: Conversation, doubt: Doubt
    ) -> None:
        """File a letter that waits for a technician, with all of it in a file beside it."""
        key = RequestKey(f"mail {letter.digest} 0")
        if await self.conversations.find_answer(None, key) is not None:
            return
        copy = partial(self.spool.copy_letter, spooled)
        command = commands.RecordDoubted(
            sender=letter.sender or letter.envelope_sender,
            doubt=doubt,
            subject=letter.subject or None,
            text=self.texts.as_stored(letter.text[: self.texts.limit or None]) or None,
            source=await self.files.keep_letter(case.id, copy),
        )
        await self.conversations.handle(case.id, command, None, key)

    async def _bounced(
        self, letter: IncomingLetter, case: Conversation, status: DeliveryStatus, number: int
    ) -> None:
        proof = self.addresses.prove_identifier(status.original or "")
        command = commands.RecordBounce(
            mail=status.original or "",
            status=status.status,
            # Without the original's headers the newest letter is meant.
            through=proof.seq if proof else case.seq,
            diagnostic=status.diagnostic or None,
        )
        await self.record_bounce(case.id, command, RequestKey(f"mail {letter.digest} {number}"))

    async def _desk(
        self, case: Conversation, command: commands.Command, letter: IncomingLetter
    ) -> None:
        key = RequestKey(f"mail {letter.digest} 0")
        if await self.conversations.find_answer(None, key) is None:
            await self.conversations.handle(case.id, command, None, key)

    async def _begin(
        self,
        letter: IncomingLetter,
        email: str,
        customer: Customer | None,
        closed: Conversation | None,
        *,
        arrived_at: int,
    ) -> None:
        """Open a case, or join the customer's newest one if they have as many as they may."""
        try:
            answer = await self.open_case(letter, email, customer, closed, arrived_at=arrived_at)
            # A forged sender would make the desk write to somebody who asked nothing.
            if letter.check is SenderCheck.PASS:
                await self.acknowledge(str(answer["conversation"]), email)
        except Refused as error:
            if error.code is not Code.TOO_MANY or customer is None:
                raise
            newest = self.conversations.open_ids_of_customer(customer.id)[-1]
            await self._join(newest, letter, customer, said=(), arrived_at=arrived_at)

    async def open_case(
        self,
        letter: IncomingLetter,
        email: str,
        customer: Customer | None,
        closed: Conversation | None,
        *,
        arrived_at: int,
    ) -> Answer:
        """Open a case of the sender, or of the `customer`, that follows a `closed` one if given.

        Returns the answer of the first time for a letter that opened one before. Raises Refused
        `too_many`.
        """
        customer = customer or await self.senders.save_sender(email, self._newcomer(letter, email))
        words, quoted = self.words_of(letter, ())
        command = commands.Open(
            conversation=self.conversations.new_id(self.entropy(80)),
            reference=reference(self.entropy(40)),
            subject=letter.subject or None,
            text=words[0],
            reply_by=self.site.reply_by(arrived_at),
            milestones=self.site.milestones(arrived_at),
            language=customer.locale.partition("-")[0].lower() if customer.locale else None,
            previous=_previous_technician(closed),
            way=Way.MAIL,
            mail=origin_of(letter, email),
            quoted=quoted,
            thread_index=letter.thread_index,
            follows=closed.reference if closed else None,
        )
        key = RequestKey(f"mail {letter.digest}")
        try:
            answer = await self.conversations.open(command, customer, key, lambda: None)
        except DuplicateRequest as repeated:
            answer = repeated.answer
        await self._add_rest(str(answer["conversation"]), letter, customer, words)
        return answer

    async def _reopen(
        self, letter: IncomingLetter, email: str, case: Conversation, *, arrived_at: int
    ) -> None:
        """Continue a closed case, or open one that follows it if it ended too long ago."""
        owner = Customer(case.customer.id, case.customer.name)
        words, quoted = self.words_of(letter, await self.said_in(case))
        command = commands.Reopen(
            ended_since=self.clock() - self.conversations.reopen_ms,
            text=words[0],
            reply_by=self.site.reply_by(arrived_at, case.topic),
            milestones=self.site.milestones(arrived_at, case.topic),
            mail=origin_of(letter, email),
            quoted=quoted,
            thread_index=letter.thread_index,
        )
        key = RequestKey(f"mail {letter.digest}")
        try:
            await self.conversations.reopen(
                case.id, command, owner, request=key, queue_position=lambda: None
            )
        except DuplicateRequest:
            pass
        except Refused as error:
            if error.code not in (Code.CLOSED, Code.TOO_MANY, Code.CONFLICT):
                raise
            if error.code is Code.CONFLICT:
                # Continued in the chat while the case was read.
                await self._join(case.id, letter, owner, said=(), arrived_at=arrived_at)
            else:
                await self._begin(letter, email, owner, case, arrived_at=arrived_at)
            return
        await self._add_rest(case.id, letter, owner, words)

    async def _join(
        self,
        conversation: str,
        letter: IncomingLetter,
        customer: Customer,
        *,
        said: Sequence[str],
        arrived_at: int,
    ) -> None:
        words, quoted = self.words_of(letter, said)
        record = await self.conversations.find_record(conversation)
        topic = record.conversation.topic if record else None
        first = commands.ReceiveMail(
            text=words[0],
            mail=origin_of(letter, letter.sender or letter.envelope_sender),
            quoted=quoted,
            thread_index=letter.thread_index,
            reply_by=self.site.reply_by(arrived_at, topic),
            milestones=self.site.milestones(arrived_at, topic),
        )
        await self._append(conversation, first, customer, f"mail {letter.digest}")
        await self._add_rest(conversation, letter, customer, words)

    async def _add_rest(
        self,
        conversation: str,
        letter: IncomingLetter,
        customer: Customer,
        words: Sequence[str],
    ) -> None:
        """Append the further pieces of a long text and the files; then the case is answered."""
        for number, piece in enumerate(words[1:], start=1):
            command = commands.ReceiveMail(text=piece)
            await self._append(
                conversation, command, customer, f"mail {letter.digest} text {number}"
            )
        for number, part in enumerate(letter.parts, start=1):
            key = RequestKey(f"mail {letter.digest} file {number}")
            if await self.conversations.find_answer(customer, key) is None:
                command = await self.file_of(conversation, part, customer)
                await self._append(conversation, command, customer, key.id)
        await self.add_case(conversation)

    async def file_of(
        self, conversation: str, part: LetterPart, customer: Customer
    ) -> commands.ReceiveMail:
        """Return the command for a file, or for a sentence if it cannot be taken."""
        try:
            upload = await self.files.receive(
                customer, conversation, part.name, in_one_piece(part.content)
            )
        except Refused:
            say = texts_in(choose_language([customer.locale or ""])).say
            return commands.ReceiveMail(text=say("mail.file_refused", file=part.name[:150]))
        return commands.ReceiveMail(file=upload.file, attachment=upload.attachment)

    async def _append(
        self, conversation: str, command: commands.Command, customer: Customer, request: str
    ) -> None:
        try:
            await self.conversations.handle(conversation, command, customer, RequestKey(request))
        except DuplicateRequest:
            return
        except Refused as error:
            # Closed or erased between two parts of a letter: what came before is there.
            _log.warning("mail cut off", conversation=conversation, code=error.code)

    def words_of(
        self, letter: IncomingLetter, said: Sequence[str]
    ) -> tuple[Sequence[str], str | None]:
        """Return the new words in messages of the allowed length, and the folded quote."""
        folded = fold_quotes(letter.text, said, self.addresses.mailbox)
        limit = self.texts.limit
        if limit and len(folded.quoted or "") > limit:
            # A quote is one field of an event; a longer one is shown as words.
            folded = FoldedText(letter.text)
        stored = self.texts.as_stored(folded.words.strip("\n"))
        text = stored if stored.strip() else letter.subject or "–"
        return split_text(text, limit), self.texts.as_stored(folded.quoted)

    async def said_in(self, case: Conversation) -> list[str]:
        """Return the words that both sides said in a case, and what stood below them in letters."""
        events = await self.finder.read_events(case.id)
        messages = [event for event in events if isinstance(event.fact, Message)]
        words = [event.fact.text for event in messages if isinstance(event.fact, Message)]
        writers = {each.author.name for each in messages if each.author.role is Role.TECHNICIAN}
        language = choose_language([case.language or ""])
        framed = [
            templates.mail_texts(
                LetterKind.ANSWER, language, words="", technician=name, reference=case.reference
            )[1]
            for name in writers
        ]
        return [*filter(None, words), *framed]

    def _newcomer(self, letter: IncomingLetter, email: str) -> Customer:
        return Customer(
            id=identifier(self.clock(), self.entropy(80)),
            name=letter.sender_name or email.partition("@")[0],
            email=email,
            locale=next(iter(letter.languages), None),
        )


def origin_of(letter: IncomingLetter, email: str) -> MailOrigin:
    """Return what a message says of the letter that it came by."""
    return MailOrigin(
        id=letter.message_id,
        sender=email,
        trust=_TRUST[letter.check],
        subject=letter.subject or None,
    )


def _automatic(letter: IncomingLetter) -> AutomaticLetter:
    if any(each.action == "delayed" for each in letter.deliveries):
        return AutomaticLetter.DELAYED
    return AutomaticLetter(letter.automatic or AutomaticKind.REPLY)


def _previous_technician(closed: Conversation | None) -> str | None:
    """Return the id of the technician that had a closed conversation last, or None."""
    technician: Person | None = closed.technician if closed else None
    return technician.id if technician else None


async def in_one_piece(content: bytes) -> AsyncIterator[bytes]:
    """Yield the content of a file that is in memory, as an upload that arrives at once."""
    yield content
