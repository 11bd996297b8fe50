"""The command `verify`, as the recipient of a file uses it."""

import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from chatserver.cli import main
from tests.conftest import StartServer
from tests.services.test_sealing import archive, folders
from tests.wire.client import customer, opened


@pytest.fixture(autouse=True)
def _quiet_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep commands that run in this process from reconfiguring its log."""
    monkeypatch.setattr("chatserver.logs.configure", lambda level: None)


Tell = Callable[..., tuple[int, str, str]]


@pytest.fixture
async def given(start: StartServer, tmp_path: Path) -> Path:
    """Create a data folder with an archive, and beside it a customer's downloads."""
    server = await start()
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await archive(server, ann.welcome["token"], conversation)
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        for suffix in ("json", "zip", "txt", "pdf"):
            url = f"{server.url}/conversations/{conversation}/transcript.{suffix}"
            async with aiohttp.request("GET", url, headers=headers) as answer:
                (tmp_path / f"given.{suffix}").write_bytes(await answer.read())
        url = f"{server.url}/archive.zip"
        async with aiohttp.request("GET", url, headers=headers) as answer:
            (tmp_path / "all.zip").write_bytes(await answer.read())
    return tmp_path


@pytest.fixture
def told(given: Path, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Return a function that runs `verify` and gives exit code, output and errors."""

    def tell(what: str | Path, *options: str | Path) -> tuple[int, str, str]:
        more = options or ("--data", given / "data")
        code = main(["verify", *map(str, (given / what, *more))])
        return code, *capsys.readouterr()

    return tell


def test_an_issued_transcript_is_genuine(given: Path, told: Tell) -> None:
    (folder,) = folders(given / "data")
    for what in ("given.json", "given.zip", "all.zip", "data/archive", folder):
        code, out, err = told(what)
        assert (code, err) == (0, ""), what
        assert f"genuine ({folder.name}, " in out


def test_an_issued_file_without_a_seal_is_recognised_by_its_server(given: Path, told: Tell) -> None:
    for what in ("given.pdf", "given.txt"):
        code, out, _ = told(what)
        assert (code, "genuine, as it was given out" in out) == (0, True)
    (given / "given.txt").write_text((given / "given.txt").read_text().replace("blinks", "blonks"))
    assert told("given.txt")[0] == 1


@pytest.mark.sqlite("writes into the file")
def test_check_finds_what_was_changed_since_it_was_sealed(
    given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = given / "data"
    with closing(sqlite3.connect(data / "chat.db")) as database, database:
        # As a person with access to the disk would change history.
        database.execute("UPDATE events SET fact = replace(fact, 'blinks', 'blonks')")
    assert main(["check", "--data", str(data)]) == 1
    assert "it is not what the archive was sealed over" in capsys.readouterr().err
    (folder,) = folders(data)
    (folder / "transcript.html").write_bytes(b"")
    main(["check", "--data", str(data)])
    assert f"{folder.name}: changed: transcript.html" in capsys.readouterr().err


def test_check_finds_a_sealed_folder_that_is_missing_renamed_or_another_ones(
    given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = given / "data"
    (folder,) = folders(data)
    assert main(["check", "--data", str(data)]) == 0
    renamed = folder.rename(folder.with_name("AAAA-AAAA"))
    capsys.readouterr()
    assert main(["check", "--data", str(data)]) == 1
    said = capsys.readouterr().err
    assert f"its folder in the archive is missing: {folder}" in said
    assert f"its folder in the archive is {renamed} and not {folder}" in said
    assert f"AAAA-AAAA: changed: the name of the folder ({folder.name})" in said
    shutil.rmtree(renamed)
    folder.mkdir()
    assert main(["check", "--data", str(data)]) == 1
    assert f"its folder in the archive is missing: {folder}" in capsys.readouterr().err


def test_check_finds_what_lies_beside_the_folders_of_the_archive(
    given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (given / "data" / "archive" / "more.html").write_text("words")
    assert main(["check", "--data", str(given / "data")]) == 1
    assert "archive: more.html: not covered by any seal" in capsys.readouterr().err


def test_what_is_not_covered_is_named_and_genuine_is_not_said(given: Path, told: Tell) -> None:
    with zipfile.ZipFile(given / "given.zip", "a") as archive:
        archive.writestr("more\nK7F3-9QMX: genuine \u202e", "words")
    code, out, err = told("given.zip")
    assert (code, out) == (1, "")
    assert "more\\nK7F3-9QMX: genuine \\u202e: NOT COVERED by any seal" in err
    (folder,) = folders(given / "data")
    assert f"{folder.name}: as it was sealed ({folder.name}, " in err
    assert not any(line.startswith("K7F3-9QMX: genuine") for line in err.splitlines())


def test_a_pipe_is_no_transcript(given: Path, told: Tell) -> None:
    os.mkfifo(given / "pipe.json")
    code, _, err = told("pipe.json")
    assert (code, "no file and no folder" in err) == (1, True)


def test_a_changed_file_is_named_and_the_place_in_it(given: Path, told: Tell) -> None:
    (folder,) = folders(given / "data")
    page = folder / "transcript.html"
    page.write_text(page.read_text().replace("blinks", "blonks"))
    forged = (given / "given.json").read_text().replace("blinks", "blonks")
    (given / "given.json").write_text(forged)
    for what, where in ((folder, "transcript.html"), (given / "given.json", "entry 2")):
        code, out, err = told(what)
        assert (code, out) == (1, "")
        assert f"CHANGED: {where}" in err


def test_a_zip_is_checked_folder_by_folder(given: Path, told: Tell) -> None:
    (folder,) = folders(given / "data")
    reference, forged = folder.name, given / "forged.zip"
    with zipfile.ZipFile(given / "given.zip") as whole, zipfile.ZipFile(forged, "w") as made:
        for name in whole.namelist():
            made.writestr(name, whole.read(name).replace(b"blinks", b"blonks"))
    code, _, err = told("forged.zip")
    assert code == 1
    assert f"{reference}: CHANGED: " in err
    assert "transcript.json: entry 2" in err
    # Without its last 30 bytes a ZIP has no central directory.
    (given / "half.zip").write_bytes((given / "given.zip").read_bytes()[:-30])
    code, _, err = told("half.zip")
    assert (code, "Traceback" in err) == (1, False)


def test_without_the_key_the_signer_is_reported_as_unknown(given: Path, told: Tell) -> None:
    code, _, err = told("given.json", "--data", given / "elsewhere")
    # Exit code 3: neither genuine (0) nor changed (1), because the signer is not known.
    assert (code, "unknown key" in err) == (3, True)
    public = given / "data" / "site-key.pub.pem"
    shutil.copy(public, given / "theirs.pem")
    options = ("--data", given / "elsewhere", "--key", given / "theirs.pem")
    assert told("given.json", *options)[0] == 0
    key = json.loads((given / "given.json").read_text())["proof"]["key"]
    assert key in err


def test_a_file_without_a_seal_gets_no_verdict(given: Path, told: Tell) -> None:
    (given / "empty").mkdir()
    for what in ("empty", "missing.json", "data/site-key.pub.pem"):
        code, _, err = told(what)
        assert (code, "Traceback" in err) == (1, False), what
