"""Files of the program are readable by its own user alone, under any umask."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatserver.store.folder.permissions import make_private
from tests.program import environment, program, run
from tests.services.test_sealing import archive, folders
from tests.web.test_files import picture, upload
from tests.wire.client import Served, customer, opened


@pytest.fixture(autouse=True)
def _umask_of_nothing() -> Iterator[None]:
    former = os.umask(0)
    yield
    os.umask(former)


def readable_by_others(folder: Path) -> list[str]:
    """Everything in a folder, and the folder itself, on which group or others have a right."""
    everything = [folder, *folder.rglob("*")]
    return [str(path) for path in everything if path.stat().st_mode & 0o077]


async def a_sealed_conversation_with_a_file(server: Served) -> str:
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        token = ann.welcome["token"]
        _, kept = await upload(server, token, conversation, picture(), "modem.png")
        await ann.ok("send", conversation=conversation, file=kept["file"])
        await ann.ok("close", conversation=conversation)
        await archive(server, token, conversation)
    return conversation


@pytest.mark.sqlite("PostgreSQL is backed up by its own tools")
async def test_what_a_server_and_the_commands_write_is_read_by_the_owner_only(
    tmp_path: Path,
) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    out.mkdir(mode=0o700)
    async with program(data) as server:
        conversation = await a_sealed_conversation_with_a_file(server)
        # Checked while the server runs: only then the files of the write-ahead log exist.
        assert readable_by_others(data) == []
        for words in (("backup", out / "a.tar"), ("export-person", conversation, out / "a.zip")):
            code, _, err = await run(*words, "--data", data)
            assert code == 0, err
    assert (await run("restore", out / "a.tar", "--data", data))[0] == 0
    assert len(folders(data)) == 1
    assert readable_by_others(data) == []
    assert (await run("erase", conversation, "--data", data))[0] == 0
    assert readable_by_others(data) == []
    assert readable_by_others(out) == []


async def test_what_an_earlier_version_left_open_is_closed_at_the_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with program(data) as server:
        await a_sealed_conversation_with_a_file(server)
    # The modes that version 0.1 left under the usual umask of 022.
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    async with program(data):
        assert readable_by_others(data) == []


def test_a_walk_that_was_interrupted_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "files" / "ab").mkdir(parents=True, mode=0o755)
    (tmp_path / "files" / "ab" / "x").touch(mode=0o644)
    tmp_path.chmod(0o700)
    assert make_private(tmp_path) == []
    assert readable_by_others(tmp_path) == []


def test_a_link_out_of_the_data_folder_changes_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch(mode=0o644)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "elsewhere")
    make_private(tmp_path / "data")
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o644


async def test_a_command_alone_makes_a_private_folder(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatserver", "technician", "add", "bob"),
        *("--data", str(tmp_path / "data")),
        env=environment(),
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    assert readable_by_others(tmp_path / "data") == []
