"""An erasure keeps ledger and receipts in the data folder, and no copies from before it."""

import os
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Erase
from chatserver.core.errors import Unavailable
from chatserver.core.ledger import LedgerKind
from chatserver.store.folder.ledger_file import LEDGER, read_ledger
from chatserver.store.open import Store
from tests.playbook import NOON
from tests.store.contracts.scenes import Scene


async def test_a_flushed_ledger_names_each_erasure_once(store: Store, tmp_path: Path) -> None:
    scene = Scene(store)
    for name in ("c1", "c2"):
        await scene.do(await scene.waiting(name), Erase())
        await store.ledger.flush()
    # Nothing has been erased since.
    await store.ledger.flush()
    filed = [(number, each.kind, each.id) for number, each in read_ledger(tmp_path / LEDGER)]
    assert filed == [(1, LedgerKind.CONVERSATION, "c1"), (2, LedgerKind.CONVERSATION, "c2")]


async def test_a_ledger_that_cannot_be_written_is_unavailable(store: Store, tmp_path: Path) -> None:
    scene = Scene(store)
    await scene.do(await scene.waiting("c1"), Erase())
    (tmp_path / LEDGER).unlink(missing_ok=True)
    (tmp_path / LEDGER).mkdir()
    with pytest.raises(Unavailable):
        await store.ledger.flush()


async def test_copies_from_before_a_moment_are_removed_and_named(
    store: Store, tmp_path: Path
) -> None:
    for name, at in (("chat.db.before-0001", NOON - 1), ("chat.db.before-0002", NOON)):
        (tmp_path / name).write_bytes(b"copy")
        os.utime(tmp_path / name, (at / 1_000, at / 1_000))
    whole = tmp_path / "files.before-restore"
    whole.mkdir()
    (whole / "a").write_bytes(b"copy")
    os.utime(whole, (0, 0))
    assert await store.copies.remove_older(NOON) == ["chat.db.before-0001", whole.name]
    assert await store.copies.remove_older(NOON) == []
    assert (tmp_path / "chat.db.before-0002").exists()


async def test_a_copy_that_cannot_be_removed_is_unavailable(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(path: Path) -> None:
        raise PermissionError(str(path))

    (tmp_path / "chat.db.before-0001").write_bytes(b"copy")
    os.utime(tmp_path / "chat.db.before-0001", (0, 0))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuses)
        with pytest.raises(Unavailable):
            await store.copies.remove_older(NOON)


async def test_two_receipts_of_one_moment_are_kept_in_two_files(store: Store) -> None:
    first = await store.receipts.save_receipt(NOON, "Receipt of Ann")
    # The clock was set back since.
    second = await store.receipts.save_receipt(NOON, "Receipt of Eve")
    assert (first.read_text(), second.read_text()) == ("Receipt of Ann", "Receipt of Eve")


async def test_a_receipt_that_cannot_be_kept_is_unavailable(store: Store, tmp_path: Path) -> None:
    (tmp_path / "receipts").write_bytes(b"no folder")
    with pytest.raises(Unavailable):
        await store.receipts.save_receipt(NOON, "Receipt of Ann")
