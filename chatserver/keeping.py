"""What is kept and what is forgotten, put together: the archive, and erasing."""

import asyncio
from importlib.resources import files

from chatserver.services.archive.erasure import Erasure
from chatserver.services.archive.sealing import ArchiveSealer
from chatserver.services.archive.transcripts import Transcripts
from chatserver.services.conversations import Conversations
from chatserver.services.ports import Clock
from chatserver.settings import Settings
from chatserver.store.open import Store
from chatserver.store.signing_key import PUBLIC
from chatserver.workers.pool import WorkerPool


async def prepare_archive(store: Store, transcripts: Transcripts) -> None:
    """Lay beside the folders what explains them, and the key under which they are signed."""
    explained = files("chatserver.transcript").joinpath("archive.txt").read_bytes()
    beside = {"README.txt": explained, PUBLIC: transcripts.key.public_pem}
    await asyncio.to_thread(store.archive.prepare, beside)


def archive_of(
    store: Store, settings: Settings, transcripts: Transcripts, workshop: WorkerPool, clock: Clock
) -> ArchiveSealer:
    """Who seals conversations, on an open store."""
    quiet = round(settings.archive_after_s * 1_000)
    return ArchiveSealer(transcripts, store.files, store.archive, workshop, clock, quiet)


def erasure_of(
    store: Store,
    settings: Settings,
    conversations: Conversations,
    archive: ArchiveSealer,
    clock: Clock,
) -> Erasure:
    """Who forgets, on an open store, beside a running server or without one."""
    return Erasure(conversations, store.erasures, store.files, archive, clock, settings.retention)
