"""Seals conversations into the archive: some time after they are closed, or on request."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

import structlog

from chatserver.core.conversation.commands import Actor
from chatserver.core.conversation.events import (
    Automatic,
    Bounced,
    Closed,
    Discarded,
    Doubted,
    Mailed,
    Note,
    Rated,
    Redacted,
    Split,
)
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import ChatError
from chatserver.core.notifications import Committed, Notification
from chatserver.services.clock import Clock
from chatserver.services.files import FileStore
from chatserver.services.follower import RETRY_S, Follower
from chatserver.services.transcripts.transcripts import Transcripts
from chatserver.services.transcripts.zip_export import RENDER
from chatserver.transcript.authenticity.manifest import Manifest, SealFiles, seal_files
from chatserver.transcript.formats import SEALED
from chatserver.transcript.reader_locale import UTC_ENGLISH
from chatserver.workers.pool import WorkerPool

_log: structlog.stdlib.BoundLogger = structlog.get_logger("archive")


class SealedFolderStore(Protocol):
    """The folders of sealed conversations, and how far each conversation is sealed.

    A conversation is unsealed while it is closed and its log is longer than what was sealed. Every
    method raises Unavailable where the disk fails.
    """

    async def list_unsealed(
        self, before: int, after: tuple[int, str]
    ) -> Sequence[ConversationRecord]:
        """Return up to 50 unsealed conversations last changed at or before `before` (ms).

        In order of (last change in ms, id), beyond the cursor `after`.
        """

    async def next_unsealed_change(self, after: int) -> int | None:
        """Return the first last change (ms) after `after` of an unsealed conversation, or None."""

    async def sealed_seq(self, conversation: str) -> int:
        """Return the seq up to which the archive holds a conversation, 0 when it does not."""

    async def mark_sealed(self, conversation: str, seq: int) -> None:
        """Remember up to which seq the archive holds a conversation; a lower one is ignored."""

    async def write_folder(
        self,
        reference: str,
        opened_at: int,
        parts: Mapping[str, bytes],
        copies: Mapping[str, Path],
        seal: SealFiles,
    ) -> None:
        """Put a folder in place of the one before atomically and durably.

        It holds `parts` by their names, copies of the files in `copies` (one that does not exist
        is left out), and what `seal` makes of their digests. Raises StorageFull, Unavailable; the
        folder before then stays.
        """

    async def remove_folder(self, reference: str, opened_at: int) -> None:
        """Remove a folder; an absent one is no error."""


@dataclass(slots=True)
class ArchiveSealer:
    """Keeps a signed copy of each conversation's customer edition on disk.

    `quiet_ms` is the time without a change after which a closed conversation is sealed.
    """

    hears: ClassVar[frozenset[type[object]]] = frozenset(
        {Closed, Note, Rated, Redacted, Mailed, Bounced, Automatic, Doubted, Discarded, Split}
    )
    """Events that end a conversation, and those that may still come after its end."""

    transcripts: Transcripts
    files: FileStore
    store: SealedFolderStore
    workers: WorkerPool
    clock: Clock
    quiet_ms: int
    follower: Follower = field(init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.follower = Follower("archive", self.seal_due)

    def observe(self, news: Notification) -> None:
        """Wake the follower when a closed conversation has changed."""
        if isinstance(news, Committed) and not news.after.is_open:
            self.follower.wake()

    async def seal_due(self) -> float | None:
        """Seal all that is due; return the seconds until more will be, or None.

        A conversation that cannot be sealed does not hold up those after it.
        """
        quiet_since, after, failed = self.clock() - self.quiet_ms, (0, ""), False
        while due := await self.store.list_unsealed(quiet_since, after):
            for record in due:
                state = record.conversation
                after = (state.touched_at, state.id)
                failed |= not await self._attempt(state)
        if failed:
            return RETRY_S
        changed_at = await self.store.next_unsealed_change(quiet_since)
        return None if changed_at is None else (changed_at - quiet_since) / 1_000

    async def seal_now(self, name: str, actor: Actor) -> Conversation:
        """Seal a conversation the actor may read; raises Refused `not_found`, Unavailable."""
        state = (await self.transcripts.require_readable(name, actor)).conversation
        if await self.store.sealed_seq(state.id) < state.seq:
            await self.seal(state)
        return state

    async def seal(self, conversation: Conversation) -> None:
        """Replace a conversation's folder; raises StorageFull, Unavailable.

        One that is erased meanwhile, by this server or a command beside it, leaves no folder; it
        stays unsealed, so that what is left of it is sealed next.
        """
        async with self._turn:
            # Read again: it may have been erased while this waited for its turn.
            conversation = await self._current(conversation)
            transcript = await self.transcripts.signed_edition(conversation, internal=False)
            enclosures = transcript.enclosures
            made = await self.workers.run(RENDER, transcript, UTC_ENGLISH, SEALED)
            await self.store.write_folder(
                conversation.reference,
                conversation.opened_at,
                {f"transcript.{suffix}": content for suffix, content in made.items()},
                copies={path: self.files.content_path(file) for path, file in enclosures.items()},
                seal=lambda sums: seal_files(
                    Manifest.for_transcript(transcript, sums), self.transcripts.key
                ),
            )
            if (await self._current(conversation)).erased_at != conversation.erased_at:
                await self.store.remove_folder(conversation.reference, conversation.opened_at)
                return
            # The seq is the one read first: an event that came during sealing makes it due again.
            await self.store.mark_sealed(conversation.id, conversation.seq)

    async def remove_sealed(self, conversation: Conversation) -> None:
        """Remove a conversation's folder, whose words are to be erased.

        What is left in the log counts as a change, and is sealed in its place.
        """
        async with self._turn:
            await self.store.remove_folder(conversation.reference, conversation.opened_at)

    async def _current(self, conversation: Conversation) -> Conversation:
        """Return a conversation as the log has it now."""
        record = await self.transcripts.store.find_by_id(conversation.id)
        assert record is not None
        return record.conversation

    async def _attempt(self, conversation: Conversation) -> bool:
        try:
            await self.seal(conversation)
        except (ChatError, ValueError):
            _log.exception("not archived", conversation=conversation.id)
            return False
        _log.info("archived", conversation=conversation.id, reference=conversation.reference)
        return True
