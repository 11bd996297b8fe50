"""Links to a single conversation, which customers and technicians may pass on."""

from dataclasses import dataclass

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.tokens import digest, new_token
from chatserver.core.access_keys import AccessKey, AccessKeyKind
from chatserver.core.audit import AuditAction
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.services.audit import AuditTrail
from chatserver.services.clock import Clock, Entropy
from chatserver.services.customer_archive_login import AccessKeyStore
from chatserver.services.transcripts.transcripts import Transcripts
from chatserver.transcript.document import Transcript


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A new link, valid before `until` (ms). Only the digest of its secret is stored."""

    conversation: Conversation
    secret: str
    until: int


@dataclass(slots=True)
class Shares:
    """Issues links to single conversations, and opens the conversation of a link.

    All attempts are limited for each address, successful ones too: otherwise the absence of a
    limit would tell a guesser that a key was right.
    """

    transcripts: Transcripts
    keys: AccessKeyStore
    audit: AuditTrail
    clock: Clock
    entropy: Entropy
    valid_for_ms: int
    attempts: KeyedRateLimiter

    async def create_link(self, actor: Customer | Technician, name: str) -> ShareLink:
        """Return a new link to a conversation, given by id or reference.

        Raises Refused `not_found` for what the actor may not read, `not_allowed` for technicians
        that never had the conversation.
        """
        conversation = await self._own(actor, name)
        secret, now = new_token(self.entropy), self.clock()
        until = now + self.valid_for_ms
        owner = conversation.customer.id
        key = AccessKey(
            digest(secret), AccessKeyKind.SHARE, owner, until=until, conversation=conversation.id
        )
        await self.keys.save_key(key, now)
        await self.audit.record(AuditAction.SHARED, actor, conversation, key.audit_id)
        return ShareLink(conversation, secret, until)

    async def withdraw_links(self, actor: Customer | Technician, name: str) -> int:
        """Withdraw all links to a conversation; return their number."""
        conversation = await self._own(actor, name)
        count = await self.keys.withdraw_keys(conversation.customer.id, conversation.id)
        await self.audit.record(AuditAction.WITHDRAWN, actor, conversation, str(count))
        return count

    async def open_shared(
        self, secret: str, name: str, network_address: str
    ) -> tuple[Transcript, AccessKey]:
        """Return the customer's edition of the conversation that a link opens.

        Raises RateLimited, and Refused `not_found` for whichever reason, after the same work.
        """
        self.attempts.consume(network_address, self.clock())
        key = await self.keys.find_valid_key(AccessKeyKind.SHARE, digest(secret), self.clock())
        record = await self.transcripts.find_by_name(name)
        if key is None or record is None or record.conversation.id != key.conversation:
            raise Refused(Code.NOT_FOUND)
        return await self.transcripts.signed_edition(record.conversation, internal=False), key

    async def _own(self, actor: Customer | Technician, name: str) -> Conversation:
        record = await self.transcripts.require_readable(name, actor)
        conversation = record.conversation
        if isinstance(actor, Technician) and actor.id not in conversation.helpers:
            raise Refused(Code.NOT_ALLOWED)
        return conversation
