"""Sealing conversations into the archive: once they are closed and quiet, or when asked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial

import structlog

from chatserver.core.commands import Actor
from chatserver.core.conversation import Conversation
from chatserver.core.errors import ChatError
from chatserver.core.news import Committed, News
from chatserver.desk.enclosures import Enclosures
from chatserver.desk.follower import RETRY_S, Follower
from chatserver.desk.ports import ArchiveStore, Clock
from chatserver.desk.transcripts import Transcripts
from chatserver.transcript import chain, json
from chatserver.transcript.document import Transcript
from chatserver.transcript.html import Picture
from chatserver.transcript.manifest import Manifest, sealed
from chatserver.workshop import Craft, Workshop

PAGE: Craft[[Transcript, object, Mapping[str, Picture]], bytes] = Craft(
    "chatserver.transcript.html", "render"
)

_log: structlog.stdlib.BoundLogger = structlog.get_logger("archive")


@dataclass(slots=True)
class Archive:
    """Keeps the customer's edition of each conversation on disk, signed.

    `quiet` is in ms: how long a closed conversation must have been left alone.
    """

    transcripts: Transcripts
    enclosures: Enclosures
    store: ArchiveStore
    workshop: Workshop
    clock: Clock
    quiet: int
    follower: Follower = field(init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.follower = Follower("archive", self.drain)

    def observe(self, news: News) -> None:
        """Something was committed: what is closed will be due."""
        if isinstance(news, Committed) and not news.after.is_open:
            self.follower.wake()

    async def drain(self) -> float | None:
        """Seal all that is due; the seconds until more will be.

        What cannot be sealed does not hold up what comes after it.
        """
        quiet_since, after, failed = self.clock() - self.quiet, (0, ""), False
        while due := await self.store.due(quiet_since, after):
            for record in due:
                state = record.conversation
                after = (state.touched_at, state.id)
                failed |= not await self._attempt(state)
        if failed:
            return RETRY_S
        changed_at = await self.store.next_due(quiet_since)
        return None if changed_at is None else (changed_at - quiet_since) / 1_000

    async def archive(self, name: str, actor: Actor) -> Conversation:
        """Seal now what is the actor's to read; raises Refused `not_found`, Unavailable."""
        state = (await self.transcripts.readable(name, actor)).conversation
        if await self.store.sealed_to(state.id) < state.seq:
            await self.seal(state)
        return state

    async def seal(self, conversation: Conversation) -> None:
        """Write its folder anew, in place of the one before; raises StorageFull, Unavailable."""
        async with self._turn:
            transcript = await self.transcripts.edition(conversation, internal=False)
            enclosures = await self.enclosures.of(transcript.events)
            pictures = await self.enclosures.pictures(enclosures)
            parts = {
                "transcript.json": json.render(transcript),
                "transcript.html": await self.workshop.do(PAGE, transcript, UTC, pictures),
            }
            copies = {each.path: self.enclosures.content(each) for each in enclosures}
            seal = partial(self._sealed, transcript)
            reference, opened_at = conversation.reference, conversation.opened_at
            await self.store.write(reference, opened_at, parts, copies, seal)
            # What came while it was read makes it due again: the heading is older than that.
            await self.store.sealed(conversation.id, conversation.seq)

    async def _attempt(self, conversation: Conversation) -> bool:
        try:
            await self.seal(conversation)
        except (ChatError, ValueError):
            _log.exception("not archived", conversation=conversation.id)
            return False
        _log.info("archived", conversation=conversation.id, reference=conversation.reference)
        return True

    def _sealed(self, transcript: Transcript, sums: Mapping[str, str]) -> Mapping[str, bytes]:
        proof, state = transcript.proof, transcript.conversation
        assert proof is not None
        manifest = Manifest(
            conversation=state.id,
            reference=state.reference,
            entries=len(proof.leaves),
            head=chain.head(state.id, proof.leaves),
            at=proof.at,
            sums=sums,
        )
        return sealed(manifest, self.transcripts.key)
