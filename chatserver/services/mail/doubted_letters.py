"""Letters as technicians sort them: a doubted one is admitted or discarded, any is split off."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatserver.core.conversation import commands
from chatserver.core.conversation.events import Doubted, Event, Message, Split
from chatserver.core.conversation.mail_origin import MailOrigin, MailTrust, Way
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Conflict, Refused
from chatserver.core.ids import reference
from chatserver.core.incoming_mail.letter import IncomingLetter
from chatserver.core.log import Answer, DuplicateRequest, LogPage, RequestKey
from chatserver.core.people import Customer, Role, Technician
from chatserver.services.conversations import Conversations
from chatserver.services.mail.incoming import IncomingMail, in_one_piece, origin_of
from chatserver.workers.spooled_letter import READ_KEPT

LETTER_EVENTS = 200
"""The events from the beginning of a letter on in which its further messages are looked for."""


@dataclass(slots=True)
class DoubtedLetters:
    """Carries out what technicians decide about letters; each request has its effect once.

    Every method raises Refused where the rules say no, Conflict where another was faster, and
    Unavailable.
    """

    incoming: IncomingMail

    @property
    def conversations(self) -> Conversations:
        """The service that decides about commands and appends their events."""
        return self.incoming.conversations

    async def admit(
        self, conversation: str, doubted: int, technician: Technician, request: RequestKey
    ) -> Answer:
        """Make the words and files of a doubted letter the customer's."""
        answered = await self.conversations.find_answer(technician, request)
        if answered is not None:
            return answered
        case, event = await self._find(conversation, doubted, technician)
        await self.conversations.check_allowed(case.id, commands.Admit(doubted, ()), technician)
        site = self.incoming.site
        command = commands.Admit(
            doubted,
            await self._messages(case, event.fact),
            reply_by=site.reply_by(event.at, case.topic),
            milestones=site.milestones(event.at, case.topic),
        )
        answer = await self.conversations.handle(case.id, command, technician, request)
        await self.incoming.add_case(case.id)
        return answer

    async def discard(
        self, conversation: str, doubted: int, technician: Technician, request: RequestKey
    ) -> Answer:
        """Put a doubted letter away; it stays in the log, for technicians."""
        command = commands.Discard(doubted)
        return await self.conversations.handle(conversation, command, technician, request)

    async def split(
        self, conversation: str, first: int, technician: Technician, request: RequestKey
    ) -> Answer:
        """Move a letter into a new case, and return its id as `opened` beside its `reference`.

        A doubted one becomes a case of its sender, any other one of the same customer that follows
        this one.
        """
        answered = await self.conversations.find_answer(technician, request)
        if answered is not None:
            return answered
        case, event = await self._find(conversation, first, technician)
        if isinstance(event.fact, Doubted):
            await self.conversations.check_allowed(case.id, commands.Discard(first), technician)
            opened = await self._open_doubted(case, event.fact, event.at)
            command: commands.Command = commands.Discard(first, str(opened["reference"]))
        else:
            letter = await self._letter_events(case, first)
            command = commands.SplitLetter(first, letter[-1].seq, "")
            await self.conversations.check_allowed(case.id, command, technician)
            opened = await self._open_following(case, letter, technician)
            command = replace(command, reference=str(opened["reference"]))
        await self.incoming.add_case(str(opened["conversation"]))
        more: Answer = {"opened": opened["conversation"], "reference": opened["reference"]}
        return await self.conversations.handle(
            case.id, command, technician, request, more=lambda _: more
        )

    async def _find(
        self, conversation: str, seq: int, technician: Technician
    ) -> tuple[Conversation, Event]:
        """Return a case and its event `seq`; raises Refused `not_found` without a letter."""
        record = await self.conversations.require_readable(conversation, technician)
        page = LogPage(after=max(seq - 1, 0), limit=1)
        events = await self.conversations.read_history(conversation, page, None)
        for event in events:
            fact = event.fact
            if isinstance(fact, Doubted) or (isinstance(fact, Message) and fact.mail):
                return record.conversation, event
        raise Refused(Code.NOT_FOUND)

    async def _messages(self, case: Conversation, fact: object) -> tuple[Message, ...]:
        if not isinstance(fact, Doubted):
            raise Refused(Code.INVALID, field="doubted")
        letter = await self._read(fact)
        if letter is None:
            origin = MailOrigin(None, fact.sender, MailTrust.TECHNICIAN, fact.subject)
            return (Message(fact.text or fact.subject or "–", way=Way.MAIL, mail=origin),)
        words, quoted = self.incoming.words_of(letter, await self.incoming.said_in(case))
        origin = replace(origin_of(letter, fact.sender), trust=MailTrust.TECHNICIAN)
        first = Message(
            words[0],
            way=Way.MAIL,
            mail=origin,
            quoted=quoted,
            thread_index=letter.thread_index,
        )
        further = [Message(piece, way=Way.MAIL) for piece in words[1:]]
        owner = Customer(case.customer.id, case.customer.name)
        for part in letter.parts:
            file = await self.incoming.file_of(case.id, part, owner)
            further.append(Message(file.text, file.file, file.attachment, way=Way.MAIL))
        return (first, *further)

    async def _read(self, fact: Doubted) -> IncomingLetter | None:
        """Return the whole letter, None for one of which only the words were kept."""
        if fact.source is None:
            return None
        path = self.incoming.files.store.content_path(fact.source)
        return await self.incoming.workers.run(READ_KEPT, path, self.incoming.trusted_server)

    async def _open_doubted(self, case: Conversation, fact: Doubted, arrived_at: int) -> Answer:
        letter = await self._read(fact)
        if letter is None or not letter.sender:
            raise Refused(Code.INVALID, field="first")
        customer = await self.incoming.finder.known_sender(letter, letter.sender)
        # The reference of a case is nothing to tell a stranger.
        follows = case if customer is not None and case.belongs_to(customer.id) else None
        return await self.incoming.open_case(
            letter, letter.sender, customer, follows, arrived_at=arrived_at
        )

    async def _letter_events(self, case: Conversation, first: int) -> list[Event]:
        """Return the messages of a letter; raises Conflict for one that was split off before."""
        page = LogPage(after=first - 1, limit=LETTER_EVENTS)
        events = await self.conversations.read_history(case.id, page, None)
        if any(isinstance(each.fact, Split) and each.fact.first == first for each in events):
            raise Conflict
        letter = [events[0]]
        for event in events[1:]:
            fact = event.fact
            is_next = isinstance(fact, Message) and fact.way is Way.MAIL and fact.mail is None
            if not is_next or event.author.role is not Role.CUSTOMER:
                break
            letter.append(event)
        return letter

    async def _open_following(
        self, case: Conversation, letter: Sequence[Event], technician: Technician
    ) -> Answer:
        """Open a case with the messages of a letter, for the technician that split it off."""
        fact, seq, arrived_at = letter[0].fact, letter[0].seq, letter[0].at
        assert isinstance(fact, Message)
        incoming, customer = self.incoming, Customer(case.customer.id, case.customer.name)
        key = RequestKey(f"split {case.id} {seq}")
        opened = await self.conversations.find_answer(customer, key)
        if opened is None:
            command = commands.Open(
                conversation=self.conversations.new_id(incoming.entropy(80)),
                reference=reference(incoming.entropy(40)),
                topic=case.topic,
                subject=fact.mail.subject if fact.mail else None,
                text=fact.text,
                reply_by=incoming.site.reply_by(arrived_at, case.topic),
                milestones=incoming.site.milestones(arrived_at, case.topic),
                language=case.language,
                previous=technician.id,
                way=Way.MAIL,
                mail=fact.mail,
                quoted=fact.quoted,
                thread_index=fact.thread_index,
                follows=case.reference,
            )
            opened = await self.conversations.open(command, customer, key, lambda: None)
        for event in letter[1:]:
            await self._copy(str(opened["conversation"]), event, customer, key)
        return opened

    async def _copy(
        self, conversation: str, event: Event, customer: Customer, opening: RequestKey
    ) -> None:
        """Append one more message of a letter to its new case, once, with a copy of its file."""
        fact, key = event.fact, RequestKey(f"{opening.id} {event.seq}")
        assert isinstance(fact, Message)
        if await self.conversations.find_answer(customer, key) is not None:
            return
        command = commands.ReceiveMail(text=fact.text)
        if fact.file is not None and fact.attachment is not None:
            path = self.incoming.files.store.content_path(fact.file)
            content = await asyncio.to_thread(path.read_bytes)
            upload = await self.incoming.files.receive(
                customer, conversation, fact.attachment.name, in_one_piece(content)
            )
            command = commands.ReceiveMail(file=upload.file, attachment=upload.attachment)
        try:
            await self.conversations.handle(conversation, command, customer, key)
        except DuplicateRequest:
            return
