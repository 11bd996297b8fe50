"""The commands of the program, as an operator types them."""

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatserver import __version__
from chatserver.cli import MODULES, main
from chatserver.settings import Settings
from tests.commands.stored_conversation import conversation_in
from tests.program import program, run


async def test_an_empty_folder_greets_its_first_administrator(tmp_path: Path) -> None:
    async with program(tmp_path / "data") as server:
        assert server.process is not None
        assert server.process.stdout is not None
        lines = [(await server.process.stdout.readline()).decode() for _ in range(3)]
        assert lines[0].strip().endswith("/demo")
        assert lines[1].strip().endswith("/console")
        assert "/login#link=" in lines[2]
        assert await server.kill(signal.SIGTERM) == 0


@pytest.mark.parametrize("command", MODULES)
def test_each_command_is_declared_by_its_module(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: chatserver {command} ")


async def test_the_version_is_that_of_the_package() -> None:
    assert await run("--version") == (0, f"chatserver {__version__}\n", "")


async def test_a_second_server_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with program(tmp_path) as server:
        code, _, err = await run("serve", "--port", "0", "--data", tmp_path)
        assert (code, "another server" in err, "Traceback" in err) == (1, True, False)
        other = tmp_path / "other"
        code, _, err = await run("serve", "--port", str(server.port), "--data", other)
        assert (code, "Traceback" in err) == (1, False)


async def test_a_transcript_is_found_by_id_and_by_reference(tmp_path: Path) -> None:
    conversation, reference = await conversation_in(tmp_path)
    code, by_id, _ = await run("transcript", conversation, "--data", tmp_path)
    assert code == 0
    assert "It ␛[31mblinks" in by_id
    spoken = reference.lower().replace("-", " ")
    assert (await run("transcript", spoken, "--data", tmp_path))[1] == by_id
    _, out, _ = await run("transcript", reference, "--format", "json", "--data", tmp_path)
    assert json.loads(out)["reference"] == reference
    code, _, err = await run("transcript", "AAAA-AAAA", "--data", tmp_path)
    assert (code, err.strip()) == (1, "chatserver: there is no such conversation")


def put_back(folder: Path, database: bytes) -> None:
    for kept in folder.glob("chat.db*"):
        kept.unlink()
    (folder / "chat.db").write_bytes(database)


@pytest.mark.sqlite("writes into the file")
async def test_check_finds_what_was_changed_behind_its_back(tmp_path: Path) -> None:
    conversation, _ = await conversation_in(tmp_path)
    assert (await run("check", "--data", tmp_path))[0] == 0
    for change in (
        "DELETE FROM events WHERE seq = 2",
        "UPDATE events SET fact = 'x' WHERE seq = 1",
        "UPDATE conversations SET state = replace(state, 'closed', 'active')",
    ):
        database = sqlite3.connect(tmp_path / "chat.db", isolation_level=None)
        before = database.serialize()
        database.execute(change)
        database.close()
        code, out, err = await run("check", "--data", tmp_path)
        assert (code, "faults" in out, conversation in err) == (1, True, True)
        put_back(tmp_path, before)


@pytest.mark.sqlite("writes into the file")
async def test_check_says_that_a_folder_is_older_and_what_it_therefore_left_out(
    tmp_path: Path,
) -> None:
    await conversation_in(tmp_path)
    with closing(sqlite3.connect(tmp_path / "chat.db", isolation_level=None)) as database:
        # As version 0.1 left it, whose summaries have no question.
        database.execute("UPDATE conversations SET state = json_remove(state, '$.question')")
        database.execute("PRAGMA user_version = 66")
    code, out, err = await run("check", "--data", tmp_path)
    assert (code, "all well" in out) == (0, True)
    assert "belongs to an older version" in err
    assert "summaries of conversations are not compared" in err


@pytest.mark.sqlite("PostgreSQL is backed up by its own tools")
async def test_a_backup_is_made_while_the_server_runs_and_restored_while_not(
    tmp_path: Path,
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    conversation, _ = await conversation_in(data)
    async with program(data):
        assert (await run("backup", copy, "--data", data))[0] == 0
        code, _, err = await run("restore", copy, "--data", data)
        assert (code, "stop the server" in err) == (1, True)
    assert (await run("restore", copy, "--data", tmp_path / "new"))[0] == 0
    assert (await run("transcript", conversation, "--data", tmp_path / "new"))[0] == 0


@pytest.mark.sqlite("PostgreSQL is restored by its own tools")
async def test_what_is_no_backup_is_not_restored(tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text("Roses are red. " * 100)
    conversation, _ = await conversation_in(tmp_path)
    code, _, err = await run("restore", tmp_path / "poem.txt", "--data", tmp_path)
    assert (code, "Traceback" in err) == (1, False)
    assert (await run("transcript", conversation, "--data", tmp_path))[0] == 0


async def test_status_says_that_a_server_runs(tmp_path: Path) -> None:
    async with program(tmp_path):
        code, out, _ = await run("status", "--data", tmp_path)
        assert code == 0
        assert "server          running" in out


async def test_every_setting_is_printed_with_its_meaning(tmp_path: Path) -> None:
    code, out, _ = await run("settings", "--data", tmp_path, identity_secret="hush" * 8)
    assert code == 0
    assert all(f"CHATSERVER_{name.upper()} = " in out for name in Settings.model_fields)
    assert "hush" not in out


async def test_settings_come_from_a_file_and_nonsense_is_named(tmp_path: Path) -> None:
    config = tmp_path / "chat.toml"
    config.write_text('timezone = "Europe/Berlin"\nport = 1234\n')
    _, out, _ = await run("settings", "--config", config, port=4321)
    assert "CHATSERVER_TIMEZONE = Europe/Berlin" in out
    assert "CHATSERVER_PORT = 4321" in out
    code, _, err = await run("settings", port="many")
    assert (code, "CHATSERVER_PORT" in err) == (1, True)
    config.write_text("colour = 1\n")
    code, _, err = await run("settings", "--config", config)
    assert (code, "COLOUR" in err) == (1, True)


async def test_a_technician_is_added_once_and_changed_after_that(tmp_path: Path) -> None:
    code, out, _ = await run("technician", "add", "bob", "--data", tmp_path, "--role", "supervisor")
    assert code == 0
    assert "bob is supervisor" in out
    assert "/login#link=" in out
    _, out, _ = await run("technician", "add", "bob", "--data", tmp_path, "--capacity", "7")
    assert "bob is supervisor, with room for 7" in out


async def test_other_numbers_of_technicians_are_tried_on_recorded_arrivals(tmp_path: Path) -> None:
    turns = [
        {"at": f"10:{minute:02}", "from": side, "name": side, "text": "…"}
        for minute, side in ((0, "customer"), (30, "technician"))
    ]
    recorded = [json.dumps({"id": f"{number}", "turns": turns}) for number in range(4)]
    (tmp_path / "dialogues.jsonl").write_text("\n".join(recorded), encoding="utf-8")
    added = await run("technician", "add", "bob", "--capacity", "1", "--data", tmp_path)
    assert added[0] == 0
    plot = tmp_path / "waits.svg"
    code, out, err = await run(
        *("simulate", "--days", "1", "--technicians", "4", "--data", tmp_path),
        *("--dialogues", tmp_path / "dialogues.jsonl", "--plot", plot),
    )
    assert (code, err) == (0, "")
    alone = next(line for line in out.splitlines() if "as it is" in line)
    together = next(line for line in out.splitlines() if "4 technicians" in line)
    assert "1:30:00" in alone
    assert "1:30:00" not in together
    assert plot.read_bytes().startswith(b"<?xml")


async def test_without_arrivals_there_is_nothing_to_try(tmp_path: Path) -> None:
    await run("technician", "add", "bob", "--data", tmp_path)
    code, _, err = await run("simulate", "--data", tmp_path)
    assert (code, err.startswith("chatserver: no customer came")) == (1, True)


async def test_the_rules_of_pairing_are_shown_and_chosen(tmp_path: Path) -> None:
    data, rules = tmp_path / "data", tmp_path / "rules.json"
    assert (await run("technician", "add", "bob", "--data", data))[0] == 0
    code, shown, _ = await run("pairing", "--data", data)
    assert (code, json.loads(shown)["misses"]) == (0, 2)
    rules.write_text(json.dumps({"misses": 3, "topics": {"dsl": {"required": ["modem"]}}}))
    code, _, _ = await run("pairing", "--set", rules, "--data", data)
    assert code == 0
    _, chosen, _ = await run("pairing", "--data", data)
    assert json.loads(chosen)["topics"]["dsl"]["required"] == ["modem"]
    rules.write_text(json.dumps({"misses": -3}))
    code, out, err = await run("pairing", "--set", rules, "--data", data)
    assert (code, out, "misses" in err) == (1, "", True)
    assert (await run("pairing", "--data", data))[1] == chosen


def test_documents_are_listed_and_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["docs", "--data", str(tmp_path)]) == 0
    assert "operating     Operating\n" in capsys.readouterr().out
    assert main(["docs", "operating.md", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == (
        Path(__file__).parents[2] / "docs" / "operating.md"
    ).read_text(encoding="utf-8")
