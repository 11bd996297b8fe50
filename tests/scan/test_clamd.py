"""The contract of `Scanner`, met by ClamAV's protocol over a socket of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chatserver.core.errors import Unavailable
from chatserver.scan.clamd import Clamd
from chatserver.services.files import Scanner

Daemon = Callable[[bytes], bytes]
CONTENT = b"0123456789" * 20_000
"""More than one piece of 64 KiB."""


@asynccontextmanager
async def daemon(folder: Path, reply: Daemon) -> AsyncIterator[Scanner]:
    """A scanner with a daemon that replies to the bytes of a file."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        received = b""
        while length := int.from_bytes(await reader.readexactly(4)):
            received += await reader.readexactly(length)
        writer.write(reply(received))
        writer.close()
        await writer.wait_closed()

    address = str(folder / "clamd")
    async with await asyncio.start_unix_server(serve, address):
        yield Clamd(address)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "upload"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean"
    path.write_bytes(b"")
    return path


def virus_in_content(received: bytes) -> bytes:
    return b"stream: Eicar FOUND\0" if received == CONTENT else b"stream: OK\0"


async def test_a_file_is_scanned_as_a_whole(tmp_path: Path, file: Path) -> None:
    async with daemon(tmp_path, virus_in_content) as scanner:
        assert await scanner.find_virus(file) == "Eicar"


async def test_a_clean_file_has_no_virus(tmp_path: Path, clean: Path) -> None:
    async with daemon(tmp_path, virus_in_content) as scanner:
        assert await scanner.find_virus(clean) is None


@pytest.mark.parametrize(
    "reply", [b"", b"stream: OK", b"\0", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\0"]
)
async def test_a_scanner_that_does_not_answer_as_it_should_is_unavailable(
    tmp_path: Path, file: Path, reply: bytes
) -> None:
    async with daemon(tmp_path, lambda _: reply) as scanner:
        with pytest.raises(Unavailable):
            await scanner.find_virus(file)


async def test_a_scanner_that_is_not_there_is_unavailable(tmp_path: Path, file: Path) -> None:
    with pytest.raises(Unavailable):
        await Clamd(str(tmp_path / "absent")).find_virus(file)
