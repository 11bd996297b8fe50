"""A backup has everything that a data folder has, and a restore brings all of it back."""

import asyncio
import hashlib
import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.migrations import copy_database, epoch
from chatserver.store.folder.lock import LOCK, sole_server
from chatserver.store.folder.mail_spool import SpoolFolder
from chatserver.store.folder.pending_restore import READY, finish_restore
from chatserver.store.maintenance import backup as backup_module
from chatserver.store.maintenance.backup import CONTENTS, BackupFailed, backup
from chatserver.store.maintenance.check import check_folder
from chatserver.store.maintenance.restore import restore
from tests.conftest import starting
from tests.program import run
from tests.services.test_sealing import archive, folders
from tests.web.test_files import picture, upload
from tests.wire.client import customer, opened

pytestmark = pytest.mark.sqlite("PostgreSQL is backed up by its own tools")

PASSING = {LOCK, f"{DATABASE}-wal", f"{DATABASE}-shm"}
"""Names in a data folder that mean nothing once the server has stopped."""


async def a_site(data: Path) -> None:
    """Fill a data folder with an attached file and a sealed conversation."""
    async with starting(data) as start:
        server = await start(archive_after_s=3_600)
        async with customer(server, name="Ann") as ann:
            conversation = await opened(ann, text="It blinks")
            token = ann.welcome["token"]
            _, kept = await upload(server, token, conversation, picture(), "modem.png")
            await ann.ok("send", conversation=conversation, file=kept["file"])
            await ann.ok("close", conversation=conversation)
            await archive(server, token, conversation)


def tree(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file that a backup has besides the database."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] in CONTENTS - {DATABASE}
    }


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "data"
    asyncio.run(a_site(folder))
    return folder


@pytest.fixture
def data(made_once: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own, left by a server that has stopped."""
    return shutil.copytree(made_once, tmp_path / "data")


async def test_a_restored_backup_has_files_archive_and_signing_key(
    data: Path, tmp_path: Path
) -> None:
    contents = backup(data, tmp_path / "copy.tar")
    assert (contents.files, contents.sealed, contents.has_key) == (1, 1, True)
    restore(tmp_path / "new", tmp_path / "copy.tar")
    assert tree(tmp_path / "new") == tree(data)
    assert len(folders(tmp_path / "new")) == 1
    assert check_folder(tmp_path / "new").faults == []
    code, out, err = await run("check", "--data", tmp_path / "new")
    assert (code, err) == (0, ""), out


def test_letters_that_wait_are_restored_beside_those_that_wait_now(
    data: Path, tmp_path: Path
) -> None:
    spool, envelope = SpoolFolder(data), Envelope("ann@example.org", ("help@example.org",), 0)
    spool.prepare()
    spool.store("first", envelope, b"The modem blinks")
    spool.store("odd", envelope, b"?")
    aside = spool.set_aside("odd")
    backup(data, tmp_path / "copy.tar")
    for letter in (spool.path("first"), aside):
        letter.unlink()
    spool.store("second", envelope, b"It hums, too")
    restore(data, tmp_path / "copy.tar")
    assert spool.list_arrived() == ["first", "second"]
    assert aside.exists()


def test_a_data_folder_has_nothing_that_a_backup_does_not_know(data: Path) -> None:
    assert {path.name for path in data.iterdir()} - PASSING <= CONTENTS


def test_a_backup_is_read_by_its_owner_only(data: Path, tmp_path: Path) -> None:
    # The most permissive umask: the mode must come from the program.
    umask = os.umask(0)
    try:
        backup(data, tmp_path / "copy.tar")
    finally:
        os.umask(umask)
    assert (tmp_path / "copy.tar").stat().st_mode & 0o777 == 0o600


def test_a_backup_can_be_checked_by_sha256sum(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "copy.tar")
    (tmp_path / "out").mkdir()
    script = "tar -xf ../copy.tar && sha256sum --check --strict SHA256SUMS"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path / "out", capture_output=True)
    assert done.returncode == 0, done.stderr


def test_what_was_uploaded_while_the_backup_ran_is_in_it_or_not_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the snapshot a conversation is sealed further and a file is removed from the disk."""
    before = backup_module._add_archive

    def erased_meanwhile(database: sqlite3.Connection, folder: Path, tar: object) -> int:
        monkeypatch.setattr(backup_module, "_add_archive", before)
        with closing(open_database(folder / DATABASE)) as live:
            ((file,),) = live.execute("SELECT id FROM files").fetchall()
            live.execute("DELETE FROM files")
        (folder / "files" / file[-2:] / file).unlink()
        return before(database, folder, tar)  # type: ignore[arg-type]

    # Between the snapshot and the copy of the files the archive is copied.
    monkeypatch.setattr(backup_module, "_add_archive", erased_meanwhile)
    contents = backup(data, tmp_path / "copy.tar")
    assert (contents.files, contents.missing) == (0, ())
    restore(tmp_path / "new", tmp_path / "copy.tar")
    assert check_folder(tmp_path / "new").faults == []


def test_a_folder_that_is_newer_than_the_snapshot_is_sealed_again(
    data: Path, tmp_path: Path
) -> None:
    with closing(open_database(data / DATABASE)) as live:
        (seq,) = live.execute("SELECT max(seq) FROM events").fetchone()
        live.execute("DELETE FROM events WHERE seq = ?", (seq,))
        live.execute("UPDATE conversations SET seq = seq - 1, sealed = seq - 1")
    assert backup(data, tmp_path / "copy.tar").sealed == 0
    restore(tmp_path / "new", tmp_path / "copy.tar")
    with closing(open_database(tmp_path / "new" / DATABASE)) as database:
        assert database.execute("SELECT sealed FROM conversations").fetchall() == [(0,)]
    assert folders(tmp_path / "new") == []


@pytest.mark.parametrize("share", [0.2, 0.6, 0.999])
def test_a_backup_that_was_cut_off_is_not_restored(
    data: Path, tmp_path: Path, share: float
) -> None:
    whole = tmp_path / "copy.tar"
    backup(data, whole)
    # Cut at a multiple of 512 bytes, where tar sees a proper end instead of a broken header.
    os.truncate(whole, int(whole.stat().st_size * share) // 512 * 512 - 1024)
    before = tree(data)
    with pytest.raises(BackupFailed):
        restore(data, whole)
    assert tree(data) == before
    assert check_folder(data).faults == []
    assert not list(data.glob("restore.*"))


def test_a_backup_of_which_one_byte_changed_is_not_restored(data: Path, tmp_path: Path) -> None:
    whole = tmp_path / "copy.tar"
    backup(data, whole)
    with tarfile.open(whole) as tar:
        offset = next(each.offset_data for each in tar if each.name.startswith("files/"))
    content = bytearray(whole.read_bytes())
    # tar has checksums for headers only; the content is covered by the backup's SHA256SUMS.
    content[offset + 20] ^= 1
    whole.write_bytes(content)
    with pytest.raises(BackupFailed, match="damaged: files/"):
        restore(tmp_path / "new", whole)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "files/../../outside", "other.txt"])
def test_a_tar_file_of_something_else_writes_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "poem").write_text("Roses are red")
    with tarfile.open(tmp_path / "strange.tar", "w") as tar:
        tar.add(tmp_path / "poem", arcname=name)
        # `tar.add` strips a leading slash, so the hostile name is set afterwards.
        tar.getmembers()[0].name = name
    with pytest.raises(BackupFailed, match="no backup"):
        restore(tmp_path / "a" / "data", tmp_path / "strange.tar")
    assert not list(tmp_path.rglob("outside"))


async def test_a_copy_of_the_database_alone_is_restored_and_the_rest_stays(
    data: Path, tmp_path: Path
) -> None:
    with closing(open_database(data / DATABASE)) as database:
        copy_database(database, tmp_path / "old.db")
        former = epoch(database)
    before = tree(data)
    assert restore(data, tmp_path / "old.db").only_database
    assert tree(data) == before
    with closing(open_database(data / DATABASE)) as database:
        # A new epoch tells clients that the events they hold may differ from those of the log.
        assert epoch(database) != former
    _, _, err = await run("restore", tmp_path / "old.db", "--data", data)
    assert "files, archive and signing key were not in it" in err


def test_a_backup_is_restored_over_a_database_that_cannot_be_read(
    data: Path, tmp_path: Path
) -> None:
    backup(data, tmp_path / "copy.tar")
    (data / DATABASE).write_bytes(b"rubbish" * 1_000)
    restore(data, tmp_path / "copy.tar")
    assert check_folder(data).faults == []
    # Even a damaged database is kept: a specialist may still recover something from it.
    assert (data / f"{DATABASE}.before-restore").read_bytes().startswith(b"rubbish")


def test_what_was_there_is_kept_beside_what_was_restored(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "copy.tar")
    (data / "files" / "zz").mkdir()
    (data / "files" / "zz" / "extra").write_text("later")
    # Twice, because the first restore leaves a `.before-restore` in the way of the second.
    for _ in range(2):
        restore(data, tmp_path / "copy.tar")
    assert not (data / "files" / "zz").exists()
    assert (data / "files.before-restore").is_dir()
    assert (data / "site-key.pem.before-restore").exists()


async def test_a_restore_that_was_cut_off_is_finished_by_the_next_command(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(data, tmp_path / "copy.tar")
    shutil.rmtree(data / "archive")
    renames = 0
    rename = Path.rename

    def cut_off(path: Path, target: Path) -> Path:
        nonlocal renames
        if path.parent.name == READY:
            renames += 1
            # In the middle of the exchange: one part is new already, the others are old.
            if renames == 2:
                raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", cut_off)
    with pytest.raises(KeyboardInterrupt):
        restore(data, tmp_path / "copy.tar")
    monkeypatch.undo()
    assert (data / READY).exists()
    code, _, err = await run("check", "--data", data)
    assert (code, err) == (0, "")
    assert len(folders(data)) == 1
    finish_restore(data)


def test_check_names_a_file_that_is_missing_or_has_another_size(data: Path) -> None:
    (content,) = (path for path in data.glob("files/??/*") if not path.suffix)
    content.write_bytes(content.read_bytes() + b"x")
    assert any("bytes instead of" in fault for fault in check_folder(data).faults)
    content.unlink()
    assert any(f"file {content.name}: missing" in fault for fault in check_folder(data).faults)


def test_check_names_a_sealed_folder_that_is_missing(data: Path) -> None:
    shutil.rmtree(folders(data)[0])
    faults = check_folder(data).faults
    assert any("its folder in the archive is missing" in fault for fault in faults)


async def test_check_tells_that_the_signing_key_is_missing_or_another(data: Path) -> None:
    (data / "site-key.pem").unlink()
    assert any("site-key.pem is missing" in fault for fault in check_folder(data).faults)
    (data / "site-key.pub.pem").unlink()
    # A command that signs makes a new key, under which the archive is a stranger's.
    await run("erase", "NOBODY", "--data", data)
    code, _, err = await run("check", "--data", data)
    assert (code, "signed by another key" in err) == (1, True)


def test_a_backup_is_not_restored_while_a_server_runs(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "copy.tar")
    with sole_server(data), pytest.raises(BlockingIOError):
        restore(data, tmp_path / "copy.tar")


def test_a_backup_into_no_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="there is no folder"):
        backup(tmp_path, tmp_path / "no" / "such.tar")
