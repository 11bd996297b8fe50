"""What was sent along in a conversation: files for its archive, pictures for its pages."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chatserver.core.attachment import path_name
from chatserver.core.events import Event, Message
from chatserver.core.journal import Upload
from chatserver.desk.ports import FileStore
from chatserver.transcript.html import Picture

FOLDER = "files"
PREVIEW_TYPE = "image/webp"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that the entry `seq` sent."""

    seq: int
    upload: Upload

    @property
    def path(self) -> str:
        """Its name in a folder of the conversation; no two are the same."""
        return f"{FOLDER}/{self.seq:04}-{path_name(self.upload.attachment.name)}"


@dataclass(slots=True)
class Enclosures:
    """Finds the files of a conversation's events."""

    store: FileStore

    async def of(self, events: Iterable[Event]) -> list[Enclosure]:
        """In the order of the entries; those that are gone are left out."""
        sent = [(event.seq, event.fact.file) for event in events if isinstance(event.fact, Message)]
        found = [(seq, await self.store.find(file)) for seq, file in sent if file is not None]
        return [Enclosure(seq, upload) for seq, upload in found if upload is not None]

    async def pictures(self, enclosures: Iterable[Enclosure]) -> dict[str, Picture]:
        """Small forms of the pictures among them, by the ids of their files."""
        previews = {
            each.upload.file: self.store.preview(each.upload.file)
            for each in enclosures
            if each.upload.attachment.width is not None
        }
        return await asyncio.to_thread(_read, previews)

    def content(self, enclosure: Enclosure) -> Path:
        """Where its bytes are."""
        return self.store.content(enclosure.upload.file)


def _read(previews: dict[str, Path]) -> dict[str, Picture]:
    return {
        file: Picture(PREVIEW_TYPE, preview.read_bytes())
        for file, preview in previews.items()
        if preview.exists()
    }
