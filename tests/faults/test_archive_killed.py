"""A kill while a conversation is archived leaves the old folder or the new one, never half."""

import asyncio
import subprocess
import sys
from pathlib import Path

from chatserver.transcript.manifest import Manifest
from tests.program import environment

ENTRIES_BEFORE_KILL = (1, 2, 3, 5, 1, 8, 1, 2, 13, 1)
REPLACING = """
import sys
from itertools import count
from pathlib import Path
from typing import Any, cast
from chatserver.store.archive import SqliteArchive
from chatserver.transcript.manifest import Manifest, sealed
from chatserver.transcript.seal import SiteKey

data, first = Path(sys.argv[1]), int(sys.argv[2])
key = SiteKey.read((data / "key.pem").read_bytes())
archive = SqliteArchive(data, cast(Any, None), cast(Any, None))
archive.prepare({})
for entries in count(first):
    parts = {f"part-{number}": b"%d " % entries * 20_000 for number in range(6)}
    copies = {"files/0001-modem.png": data / "key.pem"}
    def seal(sums):
        return sealed(Manifest("c1", "K7F3-9QMX", entries, "0" * 64, 1, sums), key)
    archive._write(archive.folder("K7F3-9QMX", 0), parts, copies, seal)
    print(entries, flush=True)
"""


async def killed_after(data: Path, first: int, entries: int) -> int:
    """Replace a folder again and again, and be killed in the midst of it; what came last."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        REPLACING,
        str(data),
        str(first),
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    last = 0
    for _ in range(entries):
        last = int(await process.stdout.readline())
    process.kill()
    out, _ = await process.communicate()
    return int(out.split()[-1]) if out.split() else last


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def checked(folder: Path, key: Path) -> Manifest:
    """What a folder says, as others' programs found it right."""
    check = ["sha256sum", "--check", "--strict", "--status", "SHA256SUMS"]
    subprocess.run(check, cwd=folder, check=True)
    signature = ("-in", folder / "SHA256SUMS", "-sigfile", folder / "SHA256SUMS.sig")
    openssl("pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", *signature)
    return Manifest.read((folder / "SHA256SUMS").read_bytes())


async def test_an_archive_is_never_half_wherever_its_writer_is_killed(tmp_path: Path) -> None:
    openssl("genpkey", "-algorithm", "ed25519", "-out", tmp_path / "key.pem")
    openssl("pkey", "-in", tmp_path / "key.pem", "-pubout", "-out", tmp_path / "key.pub.pem")
    folder = tmp_path / "archive/1970/01/01/K7F3-9QMX"
    written = 0
    for entries in ENTRIES_BEFORE_KILL:
        written = await killed_after(tmp_path, written + 1, entries)
        manifest = await asyncio.to_thread(checked, folder, tmp_path / "key.pub.pem")
        assert manifest.entries in (written, written + 1)
        assert {file.name for file in folder.rglob("*") if file.is_file()} == {
            *(name.removeprefix("files/") for name in manifest.sums),
            "SHA256SUMS",
            "SHA256SUMS.sig",
            "manifest.json",
        }
        assert [each.name for each in folder.parent.iterdir()] == ["K7F3-9QMX"]
