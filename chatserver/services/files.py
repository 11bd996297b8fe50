"""Uploaded files: received, inspected, stored, and handed to those that may read them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import ClassVar, Protocol

import structlog

from chatserver.auth.file_links import FileLinks
from chatserver.core.conversation.attachment import Attachment, Upload, clean_name
from chatserver.core.conversation.events import Closed, Redacted
from chatserver.core.errors import ChatError, Code, Refused, StorageFull, Unavailable
from chatserver.core.ids import base32
from chatserver.core.notifications import Committed, Notification
from chatserver.core.people import DESK, Customer, Technician
from chatserver.services.clock import Clock, Entropy
from chatserver.services.conversations import Conversations
from chatserver.workers.inspected_file import INSPECT
from chatserver.workers.pool import WorkerPool

_log: structlog.stdlib.BoundLogger = structlog.get_logger("files")


class FileStore(Protocol):
    """Uploaded files: their bytes on disk, and their descriptions.

    Asynchronous methods raise Unavailable where the disk fails.
    """

    async def begin_upload(self, file: str) -> tuple[Path, Path]:
        """Return the paths at which a file and its preview are written while they arrive.

        They lie in a folder of their own, so that nothing can be written once it is removed.
        """

    def end_upload(self, file: str) -> None:
        """Remove the remaining files of an upload that was stored or refused; raises OSError."""

    def content_path(self, file: str) -> Path:
        """Return the path of a stored file's bytes."""

    def preview_path(self, file: str) -> Path:
        """Return the path of a stored picture's preview."""

    async def save_upload(self, upload: Upload, source: Path, preview: Path) -> None:
        """Move an arrived file, and its preview if there is one, into place durably.

        The bytes are flushed before the description is committed. Raises StorageFull, Unavailable,
        and Refused for a conversation that is erased; no bytes stay then.
        """

    async def find_upload(self, file: str) -> Upload | None:
        """Return the description of a file, or None."""

    async def list_uploads(self, conversations: Sequence[str]) -> Sequence[Upload]:
        """Return the 100 newest files of some conversations, newest first."""

    async def count_uploads(self, conversation: str) -> int:
        """Return the number of files in a conversation."""

    async def remove_content(self, conversation: str) -> None:
        """Remove the bytes of a conversation's files; absent ones are no error."""


class Scanner(Protocol):
    """A virus scanner."""

    async def find_virus(self, file: Path) -> str | None:
        """Return the name of the virus in a file, or None when it is clean.

        Raises Unavailable when the scanner does not answer in time, or not as it should.
        """


@dataclass(slots=True)
class Files:
    """Receives and finds uploads. `limit_bytes` is 0 for none; types not `allowed` are refused.

    `links` checks the links in letters, and is None where no letter has one.
    """

    hears: ClassVar[frozenset[type[object]]] = frozenset({Closed, Redacted})

    conversations: Conversations
    store: FileStore
    workers: WorkerPool
    scanner: Scanner | None
    clock: Clock
    entropy: Entropy
    limit_bytes: int
    allowed: frozenset[str]
    links: FileLinks | None = None
    _arriving: dict[str, set[asyncio.Timeout]] = field(default_factory=dict)

    def observe(self, news: Notification) -> None:
        """Cut off uploads to a conversation that has ended, so that their bytes leave the disk."""
        if isinstance(news, Committed) and not news.after.is_open:
            for deadline in self._arriving.get(news.after.id, ()):
                deadline.reschedule(asyncio.get_running_loop().time())

    async def receive(
        self,
        actor: Customer | Technician,
        conversation: str,
        name: str,
        pieces: AsyncIterator[bytes],
    ) -> Upload:
        """Store a file for a conversation in which the actor may write, and return its description.

        Raises Refused `not_found`, `not_allowed`, `closed` for the conversation, `too_long` for
        the size, `invalid` with `field` "type" or "file" for the content; StorageFull, Unavailable.
        """
        await self._require_may_upload(actor, conversation)
        file = base32(self.entropy(160), 32)
        try:
            arriving, preview = await self.store.begin_upload(file)
            await self._spool_while_open(conversation, pieces, arriving)
            attachment = await self._inspect(clean_name(name), arriving, preview)
            # A body may take minutes, in which the conversation may have ended or gone to another.
            await self._require_may_upload(actor, conversation)
            upload = Upload(file, conversation, actor.id, attachment=attachment, at=self.clock())
            await self.store.save_upload(upload, arriving, preview)
        except ChatError as error:
            _log.info("upload refused", conversation=conversation, code=error.code)
            raise
        finally:
            # What cannot be removed now is removed at the next start.
            with suppress(OSError):
                self.store.end_upload(file)
        return upload

    async def keep_letter(self, conversation: str, copy: Callable[[Path], int]) -> str:
        """Store an e-mail for technicians; return its id. `copy` writes it and returns its bytes.

        Raises StorageFull, Unavailable, and Refused for a conversation that is erased.
        """
        file = base32(self.entropy(160), 32)
        try:
            arriving, preview = await self.store.begin_upload(file)
            size = await asyncio.to_thread(copy, arriving)
            letter = Attachment("letter.eml", "message/rfc822", size)
            upload = Upload(file, conversation, DESK.id, attachment=letter, at=self.clock())
            await self.store.save_upload(upload, arriving, preview)
        except OSError as error:
            full = error.errno in (ENOSPC, EDQUOT, EFBIG)
            raise (StorageFull if full else Unavailable)() from error
        finally:
            with suppress(OSError):
                self.store.end_upload(file)
        return file

    async def find_readable(self, actor: Customer | Technician, file: str) -> Upload:
        """Return a file of a conversation the actor may read; raises Refused `not_found`.

        Letters that the desk keeps are for technicians: some were never shown to the customer.
        """
        upload = await self.store.find_upload(file)
        if upload is None or (upload.owner == DESK.id and isinstance(actor, Customer)):
            raise Refused(Code.NOT_FOUND)
        await self.conversations.require_readable(upload.conversation, actor)
        return upload

    async def find_linked(self, file: str, until: str, key: str) -> Upload:
        """Return the file that a link in a letter opens; raises Refused `not_found`."""
        upload = await self.store.find_upload(file)
        links = self.links
        if upload is None or links is None or not links.is_valid(file, until, key, self.clock()):
            raise Refused(Code.NOT_FOUND)
        return upload

    async def attachment_to_send(
        self, actor: Customer | Technician, conversation: str, file: str
    ) -> Attachment:
        """Return a file that the actor uploaded for this conversation; raises Refused `invalid`."""
        upload = await self.store.find_upload(file)
        if upload is None or (upload.owner, upload.conversation) != (actor.id, conversation):
            raise Refused(Code.INVALID, field="file")
        return upload.attachment

    async def _require_may_upload(self, actor: Customer | Technician, conversation: str) -> None:
        state = (await self.conversations.require_readable(conversation, actor)).conversation
        if isinstance(actor, Technician) and not state.is_with(actor.id):
            raise Refused(Code.NOT_ALLOWED)
        if not state.is_open:
            raise Refused(Code.CLOSED)

    async def _spool_while_open(
        self, conversation: str, pieces: AsyncIterator[bytes], target: Path
    ) -> None:
        """Write a body to a file; raises Refused `closed` as soon as the conversation ends."""
        try:
            async with asyncio.timeout(None) as deadline:
                arriving = self._arriving.setdefault(conversation, set())
                arriving.add(deadline)
                try:
                    await self._spool(pieces, target)
                finally:
                    arriving.discard(deadline)
                    if not arriving:
                        self._arriving.pop(conversation, None)
        except TimeoutError:
            if deadline.expired():
                raise Refused(Code.CLOSED) from None
            raise

    async def _spool(self, pieces: AsyncIterator[bytes], target: Path) -> None:
        size = 0
        try:
            with await asyncio.to_thread(target.open, "xb") as file:
                async for piece in pieces:
                    size += len(piece)
                    if self.limit_bytes and size > self.limit_bytes:
                        raise Refused(Code.TOO_LONG, field="file")
                    await asyncio.to_thread(file.write, piece)
        except OSError as error:
            full = error.errno in (ENOSPC, EDQUOT, EFBIG)
            raise (StorageFull if full else Unavailable)() from error
        if size == 0:
            raise Refused(Code.INVALID, field="file")

    async def _inspect(self, name: str, file: Path, preview: Path) -> Attachment:
        if self.scanner is not None:
            found = await self.scanner.find_virus(file)
            if found is not None:
                _log.warning("virus refused", found=found)
                raise Refused(Code.INVALID, field="file")
        try:
            inspected = await self.workers.run(INSPECT, file, preview)
        except ValueError:
            raise Refused(Code.INVALID, field="file") from None
        if inspected.type not in self.allowed:
            raise Refused(Code.INVALID, field="type")
        size = await asyncio.to_thread(lambda: file.stat().st_size)
        return Attachment(
            name, inspected.type, size, width=inspected.width, height=inspected.height
        )
