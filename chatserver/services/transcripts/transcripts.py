"""Transcripts: whole conversations, read from the log for those that may read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatserver.core.conversation.commands import Actor
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.state import Conversation, may_read
from chatserver.core.errors import Code, Refused
from chatserver.core.ids import parse_reference
from chatserver.core.log import LogPage
from chatserver.core.people import Customer
from chatserver.services.clock import Clock
from chatserver.services.files import FileStore
from chatserver.services.log import ConversationStore, Log
from chatserver.services.topics import TopicStore
from chatserver.transcript import json
from chatserver.transcript.authenticity.chain import ChainRecord, head, leaves
from chatserver.transcript.authenticity.proof import Proof, make_proof
from chatserver.transcript.authenticity.seal import SiteKey
from chatserver.transcript.document import Transcript

PAGE_EVENTS = 500
"""Events that one read fetches for a transcript."""


@dataclass(slots=True)
class Transcripts:
    """Builds transcripts from the log.

    `base_url` is the public address of the pages; without it a transcript names no page that
    verifies it.
    """

    store: ConversationStore
    log: Log
    topics: TopicStore
    files: FileStore
    key: SiteKey
    clock: Clock
    base_url: str = ""

    async def fetch(self, name: str, actor: Actor, *, internal: bool = False) -> Transcript:
        """Return a transcript, by id or reference; raises what `require_readable` raises.

        `internal` asks for the edition with notes, which no customer gets.
        """
        record = await self.require_readable(name, actor)
        internal = internal and not isinstance(actor, Customer)
        return await self.signed_edition(record.conversation, internal=internal)

    async def signed_edition(self, conversation: Conversation, *, internal: bool) -> Transcript:
        """Return the signed transcript of a conversation; the caller has checked the right to read.

        Of erased entries it shows only the `redacted` event.
        """
        # Before the words are read: an erasure from then on is later than this transcript.
        at = self.clock()
        # One reading: an entry stored between two would be in the proof, and not in the transcript.
        chained, salted = await self.read_chain(conversation.id)
        erased = {each.seq for each in salted if each.salt is None}
        left = [event for event in chained if event.seq not in erased]
        edition = Transcript.edition(conversation, left, self.log.epoch, internal=internal)
        proof = self._proof(edition, leaves(chained, salted), salted, at=at)
        return replace(
            edition,
            proof=proof,
            check_at=self._check_at(conversation, proof),
            topics={topic.id: topic.name for topic in await self.topics.list_topics()},
            previews={file: self.files.preview_path(file) for file in edition.enclosures.values()},
        )

    async def require_readable(self, name: str, actor: Actor) -> ConversationRecord:
        """Return a conversation by id or reference.

        Raises Refused `not_found` for what the actor may not read.
        """
        record = await self.find_by_name(name)
        if record is None or not may_read(record.conversation, actor):
            raise Refused(Code.NOT_FOUND)
        return record

    async def find_by_name(self, name: str) -> ConversationRecord | None:
        """Return a conversation by id or reference, without any check of rights, or None."""
        by_id = await self.store.find_by_id(name)
        return by_id or await self.store.find_by_reference(parse_reference(name))

    def _check_at(self, conversation: Conversation, proof: Proof) -> str | None:
        if not self.base_url:
            return None
        # In the fragment, which browsers send to no server: no log and no referrer has it.
        return (
            f"{self.base_url}/verify#{conversation.reference}.{head(conversation.id, proof.leaves)}"
        )

    def _proof(
        self, edition: Transcript, made: Sequence[str], salted: Sequence[ChainRecord], at: int
    ) -> Proof:
        """Return the site's signature under the hash chain, up to the last entry that was read."""
        shown = {event.seq for event in edition.events}
        salts = {each.seq: each.salt for each in salted if each.salt and each.seq in shown}
        return make_proof(json.document(edition), made, salts, at=at, key=self.key)

    async def read_chain(self, conversation: str) -> tuple[Sequence[Event], Sequence[ChainRecord]]:
        """Return every event, notes too, and the salt or leaf of each for the hash chain."""
        events: list[Event] = []
        while True:
            after = events[-1].seq if events else 0
            page = LogPage(after=after, limit=PAGE_EVENTS)
            found = await self.log.read_page(conversation, page, internal=True)
            events += found
            if len(found) < PAGE_EVENTS:
                return events, (await self.log.read_salts(conversation))[: len(events)]
