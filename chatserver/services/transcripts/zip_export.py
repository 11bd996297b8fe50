"""Export as ZIP, made while it is sent, so that no archive is ever whole in memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED

from zipstream import ZipStream

from chatserver.core.audit import AuditActor
from chatserver.core.people import Customer
from chatserver.services.customer_archive import CustomerArchive
from chatserver.services.files import FileStore
from chatserver.services.transcripts.transcripts import Transcripts
from chatserver.services.transcripts.verification import IssuedFileVerification
from chatserver.transcript import zip_index
from chatserver.transcript.authenticity.manifest import SUMS, ExportManifest, Manifest, seal_files
from chatserver.transcript.document import Transcript
from chatserver.transcript.formats import ALL_SUFFIXES, ARCHIVE_ZIP_SUFFIXES
from chatserver.transcript.reader_locale import ReaderLocale
from chatserver.workers.pool import WorkerJob, WorkerPool

RENDER: WorkerJob[[Transcript, ReaderLocale, Sequence[str]], dict[str, bytes]] = WorkerJob(
    "chatserver.transcript.bundle", "render"
)

PIECE = 65_536
"""Bytes read from a file at a time."""

NOTHING: Mapping[str, bytes] = {}


@dataclass(slots=True)
class ZipBuilder:
    """A ZIP that is made as a stream: pieces of it come out as parts go in.

    Packing is done in threads; in memory is one part, and some 100 bytes for each earlier one.
    """

    _zip: ZipStream = field(
        default_factory=lambda: ZipStream(compress_type=ZIP_DEFLATED, compress_level=6)
    )

    def add_content(self, name: str, content: bytes | Iterable[bytes]) -> AsyncIterator[bytes]:
        """Add a file, compressed; yield the pieces."""
        self._zip.add(content, name)
        return _pieces(self._zip.all_files())

    def add_file(self, name: str, path: Path) -> AsyncIterator[bytes]:
        """Add a file from the disk, uncompressed: pictures and archives are compressed already."""
        self._zip.add_path(path, name, compress_type=ZIP_STORED)
        return _pieces(self._zip.all_files())

    def finish_zip(self) -> AsyncIterator[bytes]:
        """Add the central directory, which ends a ZIP."""
        return _pieces(self._zip.finalize())


@dataclass(slots=True)
class ZipExport:
    """Exports conversations in many formats, with their attachments."""

    transcripts: Transcripts
    customer_archive: CustomerArchive
    files: FileStore
    workers: WorkerPool
    verification: IssuedFileVerification

    async def zip_conversation(
        self, transcript: Transcript, reader: ReaderLocale, receiver: AuditActor
    ) -> AsyncIterator[bytes]:
        """Yield one transcript as a ZIP; raises Unavailable."""
        package = ZipBuilder()
        async for piece in self._conversation(
            package, transcript, reader, suffixes=ALL_SUFFIXES, receiver=receiver
        ):
            yield piece
        async for piece in package.finish_zip():
            yield piece

    async def zip_archive(
        self,
        customer: Customer,
        reader: ReaderLocale,
        suffixes: Sequence[str] = ARCHIVE_ZIP_SUFFIXES,
        beside: Mapping[str, bytes] = NOTHING,
    ) -> AsyncIterator[bytes]:
        """Yield a customer's whole archive, newest first, with a page that lists and searches it.

        `beside` are further files by their names. The site's signature is under all of it.
        """
        package, receiver = ZipBuilder(), AuditActor.from_principal(customer)
        sums: dict[str, str] = {}
        for name, content in beside.items():
            sums[name] = sha256(content).hexdigest()
        async for piece in _contents(package, beside):
            yield piece
        count = 0
        with tempfile.TemporaryFile() as index:
            separator = zip_index.BEGINNING
            async for kept in self.customer_archive.iterate_conversations(customer):
                conversation = kept.record.conversation
                transcript = await self.transcripts.signed_edition(conversation, internal=False)
                parts = self._conversation(
                    package, transcript, reader, suffixes=suffixes, receiver=receiver, seals=sums
                )
                async for piece in parts:
                    yield piece
                count += 1
                line = zip_index.index_entry(transcript, kept.label, conversation.reference, reader)
                await asyncio.to_thread(index.write, separator + line)
                separator = zip_index.BETWEEN
            beginning = zip_index.BEGINNING if separator is zip_index.BEGINNING else b""
            digest = sha256()
            page = _noted(_page(index, beginning, reader), digest.update)
            async for piece in package.add_content("index.html", page):
                yield piece
            sums["index.html"] = digest.hexdigest()
        manifest = ExportManifest(conversations=count, at=self.transcripts.clock(), sums=sums)
        async for piece in _contents(package, seal_files(manifest, self.transcripts.key)):
            yield piece
        async for piece in package.finish_zip():
            yield piece

    async def _conversation(
        self,
        package: ZipBuilder,
        transcript: Transcript,
        reader: ReaderLocale,
        suffixes: Sequence[str],
        receiver: AuditActor,
        seals: dict[str, str] | None = None,
    ) -> AsyncIterator[bytes]:
        """Yield a folder named by the reference: a transcript in each format, the attachments, and
        the site's signature under all of it, whose SHA-256 is added to `seals`."""
        folder = transcript.conversation.reference
        enclosures = transcript.enclosures
        made = await self.workers.run(RENDER, transcript, reader, suffixes)
        await self.verification.record_issued(made, transcript, receiver)
        sums = {}
        for suffix, content in made.items():
            async for piece in package.add_content(f"{folder}/transcript.{suffix}", content):
                yield piece
            sums[f"transcript.{suffix}"] = sha256(content).hexdigest()
        for name, file in enclosures.items():
            path = self.files.content_path(file)
            if await asyncio.to_thread(path.exists):
                async for piece in package.add_file(f"{folder}/{name}", path):
                    yield piece
                sums[name] = await asyncio.to_thread(_sum, path)
        sealed = seal_files(Manifest.for_transcript(transcript, sums), self.transcripts.key)
        if seals is not None:
            seals[f"{folder}/{SUMS}"] = sha256(sealed[SUMS]).hexdigest()
        named = {f"{folder}/{name}": content for name, content in sealed.items()}
        async for piece in _contents(package, named):
            yield piece


async def _contents(package: ZipBuilder, files: Mapping[str, bytes]) -> AsyncIterator[bytes]:
    """Add files by their names; yield the pieces."""
    for name, content in files.items():
        async for piece in package.add_content(name, content):
            yield piece


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def _page(index: IO[bytes], beginning: bytes, reader: ReaderLocale) -> Iterator[bytes]:
    frame = zip_index.page_frame(reader)
    index.seek(0)
    yield frame.before + beginning
    while piece := index.read(PIECE):
        yield piece
    yield zip_index.END + frame.after


def _noted(pieces: Iterable[bytes], note: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in pieces:
        note(piece)
        yield piece


async def _pieces(made: Iterable[bytes]) -> AsyncIterator[bytes]:
    pieces = iter(made)
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
