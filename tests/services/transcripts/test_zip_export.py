"""The export of an archive is a stream: it begins before its end is known."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

from chatserver.services.transcripts.zip_export import ZipBuilder


async def drained(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def test_a_zip_yields_each_file_before_the_next_is_added() -> None:
    package = ZipBuilder()
    made = b""
    for number in range(3):
        piece = await drained(package.add_content(f"{number}.txt", b"words" * 1_000))
        assert f"{number}.txt".encode() in piece
        made += piece
    made += await drained(package.finish_zip())
    archive = zipfile.ZipFile(io.BytesIO(made))
    assert archive.testzip() is None
    assert archive.namelist() == ["0.txt", "1.txt", "2.txt"]


async def test_a_zip_without_its_end_is_recognisably_broken() -> None:
    package = ZipBuilder()
    made = await drained(package.add_content("0.txt", b"words"))
    assert not zipfile.is_zipfile(io.BytesIO(made))


async def test_a_large_file_is_streamed_uncompressed(tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000
    (tmp_path / "large").write_bytes(content)
    package = ZipBuilder()
    pieces = [piece async for piece in package.add_file("large", tmp_path / "large")]
    assert max(map(len, pieces)) < len(content) / 2
    made = b"".join(pieces) + await drained(package.finish_zip())
    assert zipfile.ZipFile(io.BytesIO(made)).read("large") == content
