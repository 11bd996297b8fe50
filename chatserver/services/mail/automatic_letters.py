"""Letters that the desk writes by itself: a case has come in, a promised answer is late.

Each goes only to a sender for whom the site's mail server or a technician vouches: a forged sender
would make the desk write to a stranger. They are marked as automatic, and so never answered.
"""

from dataclasses import dataclass

from chatserver.core.conversation.events import Promised
from chatserver.core.conversation.mail_origin import MailTrust
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.incoming_mail.case_address import CaseAddresses
from chatserver.core.mail import Letter, LetterKind, OutgoingMail
from chatserver.i18n.languages import choose_language
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations
from chatserver.services.follower import Follower
from chatserver.services.mail.address import clean_address
from chatserver.services.mail.requests import MailStore, letter_id
from chatserver.services.mail.templates import mail_texts
from chatserver.services.mail.unsent_words import UnsentWords, read_unsent
from chatserver.services.site import SiteSettings
from chatserver.transcript.reader_locale import ReaderLocale, reader_zone

_VOUCHED = (MailTrust.CHECKED, MailTrust.TECHNICIAN)


@dataclass(slots=True)
class AutomaticLetters:
    """Queues and writes them: one of each kind for a sender in each `period_ms`, none if that is 0.

    Periods are counted from 1970, so that two letters may be nearer to each other than one period.
    `sender` is the follower that sends the queue, set once it exists.
    """

    mail: MailStore
    conversations: Conversations
    addresses: CaseAddresses
    clock: Clock
    period_ms: int
    site: SiteSettings
    sender: Follower | None = None

    async def acknowledge(self, conversation: str, email: str) -> None:
        """Queue the letter that tells a new case's sender its reference and the promised time."""
        record = await self.conversations.find_record(conversation)
        if record is not None:
            await self._queue(LetterKind.ACKNOWLEDGEMENT, record.conversation, email, self.clock())

    async def tell_late(self, case: Conversation, unsent: UnsentWords) -> None:
        """Queue the letter that tells the new time in place of a promise that was not kept."""
        last = unsent.letters[-1] if unsent.letters else None
        if unsent.late is not None and last is not None and last.trust in _VOUCHED:
            await self._queue(LetterKind.LATE, case, last.sender, unsent.late.at)

    async def write(self, claimed: Letter) -> OutgoingMail:
        """Write a letter; raises Refused where there is nothing left to promise."""
        record = await self.conversations.find_record(claimed.conversation)
        case = record.conversation if record else None
        if case is None or case.reply_by is None or case.erased_at is not None:
            raise Refused(Code.CLOSED)
        unsent = await read_unsent(self.conversations, case.id)
        language = choose_language([claimed.locale])
        reader = ReaderLocale(reader_zone(self.site.current.schedule.timezone), language)
        values = {"reference": case.reference, "time": reader.time(case.reply_by)}
        if claimed.kind is LetterKind.LATE:
            promised = unsent.late.fact if unsent.late else None
            if not isinstance(promised, Promised) or promised.instead_of is None:
                raise Refused(Code.CLOSED)
            values["broken"] = reader.time(promised.instead_of)
        return OutgoingMail(
            id=claimed.id,
            to=claimed.email,
            subject=unsent.reply_subject(case.reference),
            text=mail_texts(claimed.kind, language, **values)[1],
            language=language,
            in_reply_to=unsent.in_reply_to,
            reply_to=self.addresses.people(case.reference),
            thread_index=unsent.answer_index(self.clock(), case.seq),
        )

    async def _queue(self, kind: LetterKind, case: Conversation, email: str, at: int) -> None:
        if not self.period_ms:
            return
        try:
            to = clean_address(email)
        except Refused:
            return
        queued = Letter(
            # The same in one period, so that it is queued once.
            id=letter_id(f"{kind} {to} {at // self.period_ms}"),
            customer=case.customer.id,
            email=to,
            kind=kind,
            at=at,
            conversation=case.id,
            locale=case.language or "",
        )
        await self.mail.enqueue(queued, 0)
        if self.sender is not None:
            self.sender.wake()
