"""`move` takes everything from the data folder into PostgreSQL, and back, row for row."""

import asyncio
from pathlib import Path

import pytest

from chatserver.app import running
from chatserver.cli import main
from chatserver.settings_file import load_settings
from chatserver.store.engine.refusals import MovedAway
from tests.wire.client import customer, opened, technician

pytestmark = pytest.mark.sqlite("moves from one engine to the other")


@pytest.fixture
async def reference(tmp_path: Path) -> str:
    """The reference of one of two closed conversations in a folder; the other one is erased.

    The customer's token is kept beside the folder.
    """
    async with (
        running(load_settings(None, data=tmp_path / "data", port=0)) as server,
        technician(server) as bob,
        customer(server, name="Ann") as ann,
    ):
        (tmp_path / "token").write_text(ann.welcome["token"])
        answer = await ann.ok("open", text="The modem\0 blinks")
        conversation, reference = answer["conversation"], str(answer["reference"])
        await bob.event("assigned", conversation)
        await bob.ok("note", conversation=conversation, text="Looks like the power supply")
        await ann.ok("close", conversation=conversation)
        other = await opened(ann, text="Forget this")
        await ann.ok("close", conversation=other)
    assert await command(tmp_path, "hold", reference, "a dispute") == 0
    assert await command(tmp_path, "erase", other, "--yes") == 1
    return reference


async def command(folder: Path, *words: str) -> int:
    """Run a command on the data folder, in a thread as it has a loop of its own."""
    return await asyncio.to_thread(main, [*words, "--data", str(folder / "data")])


async def exported(folder: Path, reference: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    words = ("transcript", reference, "--internal", "--format", "md")
    assert await command(folder, *words) == 0
    return capsys.readouterr().out


async def test_the_log_is_the_same_there_and_back(
    tmp_path: Path,
    reference: str,
    empty_postgres: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = await exported(tmp_path, reference, capsys)
    assert await command(tmp_path, "move", "--to", empty_postgres) == 0
    assert "2 conversations" in capsys.readouterr().out
    monkeypatch.setenv("CHATSERVER_DATABASE", empty_postgres)
    there = await exported(tmp_path, reference, capsys)
    # PostgreSQL has no U+0000.
    assert there == before.replace("\0", "\ufffd")
    assert await command(tmp_path, "move", "--to-folder") == 0
    monkeypatch.delenv("CHATSERVER_DATABASE")
    assert await exported(tmp_path, reference, capsys) == there
    async with (
        running(load_settings(None, data=tmp_path / "data", port=0)) as server,
        customer(server, token=(tmp_path / "token").read_text()) as ann,
    ):
        (found,) = (await ann.ok("search", text="blinks"))["results"]
        assert found["reference"] == reference


async def test_a_log_that_was_moved_is_not_served_where_it_was(
    tmp_path: Path, reference: str, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(None, data=tmp_path / "data", port=0)
    await command(tmp_path, "move", "--to", empty_postgres)
    with pytest.raises(MovedAway):
        async with running(settings):
            pass
    monkeypatch.setenv("CHATSERVER_DATABASE", empty_postgres)
    await command(tmp_path, "move", "--to-folder")
    with pytest.raises(MovedAway):
        async with running(settings.model_copy(update={"database": empty_postgres})):
            pass


async def test_a_log_is_moved_into_an_empty_database_only(
    tmp_path: Path, reference: str, empty_postgres: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = load_settings(None, data=tmp_path / "other", port=0, database=empty_postgres)
    async with running(other) as server, customer(server):
        assert await command(tmp_path, "move", "--to", empty_postgres) == 1
        assert "another server uses the database" in capsys.readouterr().err
    assert await command(tmp_path, "move", "--to", empty_postgres) == 1
    assert "has a log already" in capsys.readouterr().err
    assert await exported(tmp_path, reference, capsys)


async def test_the_folder_of_a_running_server_is_not_moved(
    tmp_path: Path, empty_postgres: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running(load_settings(None, data=tmp_path / "data", port=0)):
        assert await command(tmp_path, "move", "--to", empty_postgres) == 1
    assert "stop the server first" in capsys.readouterr().err
