"""The commands in docs/archive.md, run as they stand there, prove what the text says."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from tests.conftest import StartServer
from tests.services.test_sealing import archive, folders
from tests.wire.client import customer, opened

TEXT = (Path(__file__).parents[1] / "docs" / "archive.md").read_text(encoding="utf-8")
Type = Callable[[str], subprocess.CompletedProcess[str]]


def commands(before: str) -> str:
    """Return the block of commands after a sentence."""
    blocks = re.findall(r"\n\n((?:    .+\n)+)", TEXT[TEXT.index(before) :])
    return "set -e\n" + re.sub(r"^    ", "", blocks[0], flags=re.MULTILINE)


@pytest.fixture
async def folder(start: StartServer, tmp_path: Path) -> Path:
    """Archive a conversation; its folder has the public key of the site beside it."""
    server = await start()
    async with customer(server) as ann:
        await archive(server, ann.welcome["token"], await opened(ann, text="It blinks 🙂"))
    (found,) = folders(tmp_path / "data")
    url = f"{server.url}/.well-known/site-key.pub.pem"
    async with aiohttp.request("GET", url) as answer:
        (tmp_path / "site-key.pub.pem").write_bytes(await answer.read())
    return found


@pytest.fixture
def typed(folder: Path) -> Type:
    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True)

    return run


def test_a_folder_is_checked_by_sha256sum_and_openssl(folder: Path, typed: Type) -> None:
    script = commands("In the folder of a conversation:")
    whole = typed(script)
    assert whole.returncode == 0, whole.stderr
    assert "transcript.json: OK" in whole.stdout
    assert "Signature Verified Successfully" in whole.stdout
    page = folder / "transcript.html"
    page.write_text(page.read_text().replace("blinks", "blonks"))
    changed = typed(script)
    assert changed.returncode != 0
    assert "transcript.html: FAILED" in changed.stdout


def test_a_transcript_alone_is_checked_by_jq_and_openssl(folder: Path, typed: Type) -> None:
    shutil.copy(folder.parents[5] / "site-key.pub.pem", folder)
    script = commands("The head from a file, and the signature under it:")
    whole = typed(script)
    assert whole.returncode == 0, whole.stderr
    assert "Signature Verified Successfully" in whole.stdout
    document = folder / "transcript.json"
    leaf = re.findall(r'"leaves":\["([0-9a-f]{64})', document.read_text())[0]
    document.write_text(document.read_text().replace(leaf, leaf[::-1]))
    assert typed(script).returncode != 0
