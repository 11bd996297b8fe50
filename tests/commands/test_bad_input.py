"""Every command answers bad input with a sentence: what is wrong, where, and what would help."""

import asyncio
import json
import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.cli import MODULES, main
from tests.commands.stored_conversation import conversation_in
from tests.program import run

pytestmark = pytest.mark.sqlite("says what is wrong with a data folder")

TURN = '{"at": "9:30", "from": "customer", "name": "Ann", "text": "hello"}'
FILES = {
    "README.md": "# chatserver\n\nThe support chat server\n",
    "broken.json": '{"misses": 3,\n  "topics": oops}',
    "bad.json": '{"misses": -3}',
    "list.json": "[1, 2]",
    "half.json": '{"conversation": "c1", "events": [{}]}',
    "empty.jsonl": "",
    "second.jsonl": '{"id": "1", "turns": [' + TURN + ']}\n{"id": "2", "turns": 3}\n',
    "time.jsonl": '{"id": "1", "turns": [' + TURN.replace("9:30", "soon") + "]}\n",
    "one.jsonl": '{"id": "1", "turns": [' + TURN + "]}\n",
    "latin.jsonl": "\udce4",
    "poem.db": "Roses are red. " * 200,
    "half.db": "SQLite format 3\0" + "x" * 5_000,
}

BAD: dict[str, tuple[str, str]] = {
    "serve: address": ("serve --host 203.0.113.1 --port 0", "no such address"),
    "serve: name": ("serve --host no-such-host.invalid --port 0", "no machine of this name"),
    "technician: capacity": ("technician add bob --capacity -3", "--capacity -3: expected 1 or"),
    "technician: login": ("technician add ''", "LOGIN '': expected letters"),
    "technician: topic": ("technician add bob --topic Ds!", "--topic 'Ds!': expected small"),
    "technician: near": ("technician add bob --topic inernet", "did you mean internet?"),
    "technician: language": ("technician add bob --language German", "the code of a language"),
    "technician: last": ("technician add admin --role supervisor", "the last administrator"),
    "technician: name": ("technician add bob --name ''", "1 characters or more"),
    "technician link": ("technician link ane", "did you mean anne?"),
    "technician list": ("technician list --data FILES/none", "there is no log in"),
    "transcript": ("transcript NOSUCH", "there is no such conversation"),
    "transcript: zone": ("transcript NOSUCH --timezone Mars", "the IANA name of a time zone"),
    "verify: folder": ("verify FILES", "there is nothing sealed in"),
    "verify: file": ("verify FILES/none", "none: there is no such file"),
    "verify: text": ("verify FILES/README.md", "README.md: there is no seal in it"),
    "verify: key": ("verify FILES/half.json --key FILES/README.md", "README.md: the file is not"),
    "erase": ("erase NOSUCH", "there is no such customer"),
    "hold": ("hold NOSUCH because", "there is no such conversation"),
    "hold: reason": ("hold NOSUCH ''", "REASON is empty"),
    "release": ("release NOSUCH", "there is no such conversation"),
    "export-person": ("export-person NOSUCH FILES/x.zip", "there is no such customer"),
    "export-person: folder": ("export-person REF FILES/no/x.zip", "there is no folder"),
    "import": ("import FILES/none", "none: there is no such file"),
    "import: broken": ("import FILES/broken.json", "broken.json:2, column 13: this is not JSON"),
    "import: text": ("import FILES/README.md", "README.md:1, column 1: this is not JSON"),
    "import: other": ("import FILES/list.json", "list.json is no transcript"),
    "import: half": ("import FILES/half.json", "half.json was changed"),
    "check": ("check --data FILES/none", "there is no log in"),
    "check: poem": ("check --data POEM", "the database is damaged"),
    "status": ("status --data FILES/none", "there is no log in"),
    "status: poem": ("status --data POEM", "the database is damaged"),
    "transcript: poem": ("transcript NOSUCH --data POEM", "the database is damaged"),
    "transcript: newer": ("transcript NOSUCH --data NEWER", "a newer version of this program"),
    "move": ("move --to nonsense", "no connection string"),
    "move: away": ("move --to host=FILES", "PostgreSQL cannot be reached"),
    "move: none": ("move --to host=FILES --data FILES/none", "there is no log in"),
    "move: back": ("move --to-folder", "by CHATSERVER_DATABASE"),
    "backup": ("backup FILES/no/such/x", "there is no folder"),
    "backup: folder": ("backup FILES", "is a folder; name the file"),
    "backup: poem": ("backup FILES/copy.tar --data POEM", "the database is damaged"),
    "restore": ("restore FILES/none", "none: there is no such file"),
    "restore: poem": ("restore FILES/poem.db", "poem.db is no backup"),
    "restore: half": ("restore FILES/half.db", "half.db cannot be read"),
    "restore: folder": ("restore FILES", "it is a folder"),
    "replay": ("replay FILES/README.md", "README.md:1: this is not JSON"),
    "replay: none": ("replay FILES/none", "none: there is no such file"),
    "replay: empty": ("replay FILES/empty.jsonl", "there are no dialogues"),
    "replay: line": ("replay FILES/second.jsonl", "second.jsonl:2: turns = 3: expected a list"),
    "replay: time": ("replay FILES/time.jsonl", "time.jsonl:1: turns.0.at = 'soon': expected a"),
    "replay: bytes": ("replay FILES/latin.jsonl", "this is not UTF-8"),
    "replay: url": ("replay FILES/time.jsonl --url nonsense", "expected http:// or https://"),
    "replay: nobody": ("replay FILES/one.jsonl --url http://127.0.0.1:9", "no chat server answers"),
    "replay: pairs": ("replay FILES/time.jsonl --pairs 0", "--pairs 0: expected 1 or more"),
    "replay: speed": ("replay FILES/time.jsonl --speed nan", "--speed nan: expected 0 or more"),
    "pairing": ("pairing --set FILES/bad.json", "bad.json: misses = -3: expected"),
    "pairing: broken": ("pairing --set FILES/broken.json", "broken.json:2, column 13: this is not"),
    "pairing: none": ("pairing --set FILES/none", "none: there is no such file"),
    "simulate": ("simulate --rules FILES/bad.json", "bad.json: misses = -3: expected"),
    "simulate: line": ("simulate --dialogues FILES/second.jsonl", "second.jsonl:2: turns = 3"),
    "simulate: days": ("simulate --days 0", "--days 0: expected 1 or more"),
    "simulate: people": ("simulate --technicians 0", "--technicians 0: expected 1 or more"),
    "simulate: plot": ("simulate --plot FILES/no/x.svg", "there is no folder"),
    "settings": ("settings --config FILES/none", "there is no file"),
    "read-mail": ("read-mail FILES/none", "none: there is no such file"),
    "read-mail: empty": ("read-mail FILES/empty.jsonl", "empty.jsonl: no headers"),
    "no such document": ("docs nothing", "there is no document nothing; there are architecture"),
}
"""A command with bad input, and a part of the answer. FILES is a folder of the files above, POEM
and NEWER are data folders whose database is none or a later version's, REF is a reference."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The folders and names that stand in BAD."""
    root = tmp_path_factory.mktemp("world")
    _, reference = asyncio.run(conversation_in(root / "data"))
    for words in (("anne", "--topic", "internet"),):
        assert main(["technician", "add", *words, "--data", str(root / "data")]) == 0
    (root / "files").mkdir()
    for name, content in FILES.items():
        (root / "files" / name).write_text(content, "utf-8", "surrogateescape")
    (root / "poem").mkdir()
    shutil.copy(root / "files" / "poem.db", root / "poem" / "chat.db")
    shutil.copytree(root / "data", root / "newer")
    # Above the number of any migration there will be.
    with closing(sqlite3.connect(root / "newer" / "chat.db")) as database:
        database.execute("PRAGMA user_version = 9999")
    return {
        "DATA": str(root / "data"),
        "FILES": str(root / "files"),
        "POEM": str(root / "poem"),
        "NEWER": str(root / "newer"),
        "REF": reference,
    }


def words_of(line: str, world: dict[str, str]) -> list[str]:
    for name, value in world.items():
        line = line.replace(name, value)
    words = [word.strip("'") for word in line.split(" ")]
    return words if "--data" in words else [*words, "--data", world["DATA"]]


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_answered_with_a_sentence(
    name: str, world: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    line, hint = BAD[name]
    # In this process: an error that no command expects then fails the test with its traceback.
    code = main(words_of(line, world))
    said = capfd.readouterr()
    assert code != 0
    assert hint in said.err
    assert len(said.err.splitlines()) <= 2, said.err
    assert said.out == ""
    for foreign in ("Traceback", "Errno", "pydantic", "Error", "errno", "sqlite3"):
        assert foreign not in said.err


def test_every_command_is_in_the_table() -> None:
    assert {line.split(" ")[0] for line, _ in BAD.values()} == set(MODULES)


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        code, _, err = await run("serve", "--port", port, "--data", tmp_path)
    assert code == 1
    where = f"127.0.0.1:{port}"
    assert err == (
        f"chatserver: cannot serve on {where}: another program listens there; "
        "choose another --port\n"
    )


def test_a_topic_that_is_much_like_another_is_made_when_it_is_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path)]
    assert main(["technician", "add", "bob", "--topic", "internet", *data]) == 0
    assert "made the topic internet" in capsys.readouterr().err
    assert main(["technician", "add", "bob", "--topic", "internet", *data]) == 0
    assert capsys.readouterr().err == ""
    assert main(["technician", "add", "bob", "--topic", "internet2", *data]) == 1
    assert main(["technician", "add", "bob", "--topic", "internet2", "--new-topic", *data]) == 0


def test_technicians_are_listed_and_given_another_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path)]
    assert main(["technician", "add", "bob", "--name", "Bob", "--topic", "dsl", *data]) == 0
    assert main(["technician", "add", "ann", "--role", "admin", *data]) == 0
    capsys.readouterr()
    assert main(["technician", "list", *data]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ann: ann, admin, room for 4, all topics",
        "bob: Bob, technician, room for 4, topics dsl",
    ]
    # As the administration removes a topic: technicians keep its name in their terms.
    with closing(sqlite3.connect(tmp_path / "chat.db")) as database:
        database.execute("DELETE FROM topics")
        database.commit()
    assert main(["technician", "list", *data]) == 0
    assert (
        "bob: Bob, technician, room for 4, only conversations without a topic"
        in capsys.readouterr().out
    )
    assert main(["technician", "link", "bob", *data]) == 0
    assert capsys.readouterr().out.startswith("http://127.0.0.1:8080/login#link=")


def test_status_says_what_is_in_the_folder_and_that_no_server_runs(
    world: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--data", world["DATA"]]) == 0
    said = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    values = {name.strip(): value.strip() for name, value in said.items()}
    assert values["server"] == "not running"
    assert values["conversations"] == "1 (0 open, 0 waiting)"
    assert json.dumps(values["last commit"]).endswith('UTC"')
