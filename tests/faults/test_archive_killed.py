"""A kill while a conversation is archived leaves the old folder or the new one, never half."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chatserver.transcript.authenticity.manifest import Manifest
from tests.bench.faults.machine import Machine
from tests.program import environment

REPLACING = """
import os, sys
from pathlib import Path
from typing import Any, cast
from chatserver.store.folder.archive import SealedFolders
from chatserver.transcript.authenticity.manifest import Manifest, seal_files
from chatserver.transcript.authenticity.seal import SiteKey

data = Path(sys.argv[1])
key = SiteKey.from_pem((data / "key.pem").read_bytes())
archive = SealedFolders(data, cast(Any, None), cast(Any, None))
archive.prepare({})
for line in sys.stdin:
    entries = int(line)
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
        continue
    parts = {f"part-{number}": b"%d " % entries * 2_000 for number in range(2)}
    copies = {"files/0001-modem.png": data / "key.pem"}
    def seal(sums):
        return seal_files(Manifest("c1", "K7F3-9QMX", entries, "0" * 64, 1, sums), key)
    archive._write_sealed_folder(archive.folder("K7F3-9QMX", 0), parts, copies, seal)
    os._exit(0)
"""
KILLED = -9


@dataclass(slots=True)
class Writer:
    """A process that replaces the archived folder, in a child of its own each time."""

    process: asyncio.subprocess.Process

    async def replace(self, entries: int) -> int:
        """Replace the folder and return the exit code of the child."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{entries}\n".encode())
        return int(await self.process.stdout.readline())


@asynccontextmanager
async def writer(machine: Machine) -> AsyncIterator[Writer]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", REPLACING, str(machine.data)),
        env=environment() | machine.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    yield Writer(process)
    await process.communicate(b"")


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def checked(folder: Path, key: Path) -> Manifest:
    """Return a folder's manifest after `sha256sum` and `openssl` have accepted the folder."""
    # Foreign tools: the promise is that anybody can check a folder without this program.
    check = ["sha256sum", "--check", "--strict", "--status", "SHA256SUMS"]
    subprocess.run(check, cwd=folder, check=True)
    signature = ("-in", folder / "SHA256SUMS", "-sigfile", folder / "SHA256SUMS.sig")
    openssl("pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", *signature)
    return Manifest.parse((folder / "SHA256SUMS").read_bytes())


async def test_an_archive_is_never_half_wherever_its_writer_is_killed(tmp_path: Path) -> None:
    openssl("genpkey", "-algorithm", "ed25519", "-out", tmp_path / "key.pem")
    openssl("pkey", "-in", tmp_path / "key.pem", "-pubout", "-out", tmp_path / "key.pub.pem")
    folder = tmp_path / "archive/1970/01/01/K7F3-9QMX"
    with Machine(tmp_path / "machine", tmp_path) as machine:
        async with writer(machine) as archive:
            assert await archive.replace(entries=1) == 0
            entries, there, code = 1, 1, KILLED
            while code == KILLED:
                # Each round is killed one disk write later than the one before, until it survives.
                entries += 1
                machine.kill_in(entries - 1, "/archive/")
                code = await archive.replace(entries)
                manifest = await asyncio.to_thread(checked, folder, tmp_path / "key.pub.pem")
                assert manifest.entries in (there, entries)
                there = manifest.entries
                assert {file.name for file in folder.rglob("*") if file.is_file()} == {
                    *(name.removeprefix("files/") for name in manifest.sums),
                    "SHA256SUMS",
                    "SHA256SUMS.sig",
                    "manifest.json",
                }
                # Nothing half-written is left beside the folder either.
                assert [each.name for each in folder.parent.iterdir()] == ["K7F3-9QMX"]
    assert (code, there) == (0, entries)
    # Fewer rounds would mean that most writes were never interrupted.
    assert entries > 20
