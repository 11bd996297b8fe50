"""The contract of `SealedFolderStore`."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Rate
from chatserver.core.errors import Unavailable
from chatserver.services.sealing import SealedFolderStore
from chatserver.store.open import Store
from tests.playbook import ANN, NOON
from tests.store.contracts.scenes import Scene

START = (0, "")
PAGE = 50


@pytest.fixture
def archive(store: Store) -> SealedFolderStore:
    store.sealed_folders.prepare({})
    return store.sealed_folders


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


def sums_file(sums: Mapping[str, str]) -> Mapping[str, bytes]:
    return {"SUMS": "".join(f"{digest} {name}\n" for name, digest in sorted(sums.items())).encode()}


async def unsealed(archive: SealedFolderStore, before: int = NOON + 99) -> list[str]:
    return [each.conversation.id for each in await archive.list_unsealed(before, START)]


async def test_a_closed_conversation_is_unsealed_until_it_is_marked(
    archive: SealedFolderStore, scene: Scene
) -> None:
    await scene.waiting("open")
    state = await scene.closed("c1")
    assert await unsealed(archive) == ["c1"]
    assert await archive.sealed_seq("c1") == 0
    await archive.mark_sealed("c1", state.seq)
    assert await archive.sealed_seq("c1") == state.seq
    assert await unsealed(archive) == []


async def test_a_change_after_sealing_makes_it_unsealed_again(
    archive: SealedFolderStore, scene: Scene
) -> None:
    state = await scene.closed("c1")
    await archive.mark_sealed("c1", state.seq)
    await scene.do(state, Rate(score=5), ANN)
    assert await unsealed(archive) == ["c1"]


async def test_the_mark_never_moves_back(archive: SealedFolderStore, scene: Scene) -> None:
    state = await scene.closed("c1")
    for seq in (state.seq, 1):
        await archive.mark_sealed("c1", seq)
    assert await archive.sealed_seq("c1") == state.seq
    assert await archive.sealed_seq("nowhere") == 0


async def test_recently_changed_conversations_are_not_listed_yet(
    archive: SealedFolderStore, scene: Scene
) -> None:
    await scene.closed("c1", at=NOON)
    await scene.closed("c2", at=NOON + 10)
    assert await unsealed(archive, NOON) == ["c1"]
    assert await unsealed(archive, NOON - 1) == []
    assert await archive.next_unsealed_change(NOON - 1) == NOON
    assert await archive.next_unsealed_change(NOON) == NOON + 10
    assert await archive.next_unsealed_change(NOON + 10) is None


async def test_pages_follow_each_other_in_order_of_change_and_id(
    archive: SealedFolderStore, scene: Scene
) -> None:
    names = [f"c{number:02}" for number in range(PAGE + 2)]
    for name in reversed(names):
        await scene.closed(name)
    first = await archive.list_unsealed(NOON, START)
    last = first[-1].conversation
    rest = await archive.list_unsealed(NOON, (last.touched_at, last.id))
    assert [each.conversation.id for each in [*first, *rest]] == names
    assert len(first) == PAGE


def folder(store: Store) -> Path:
    return store.sealed_folders.folder("REF-c1", NOON)


async def test_a_folder_holds_parts_copies_and_a_file_made_of_their_digests(
    archive: SealedFolderStore, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(b"copy")
    copies = {"files/a": tmp_path / "source", "files/b": tmp_path / "absent"}
    await archive.write_folder("REF-c1", NOON, {"text": b"part"}, copies, sums_file)
    written = folder(store)
    assert (written / "text").read_bytes() == b"part"
    assert (written / "files/a").read_bytes() == b"copy"
    assert not (written / "files/b").exists()
    copied, part = (hashlib.sha256(content).hexdigest() for content in (b"copy", b"part"))
    assert (written / "SUMS").read_text() == f"{copied} files/a\n{part} text\n"


async def test_a_folder_takes_the_place_of_the_one_before_as_a_whole(
    archive: SealedFolderStore, store: Store
) -> None:
    for name in ("old", "new"):
        await archive.write_folder("REF-c1", NOON, {name: b""}, {}, sums_file)
    assert {file.name for file in folder(store).iterdir()} == {"new", "SUMS"}


async def test_a_folder_that_cannot_be_written_leaves_the_one_before(
    archive: SealedFolderStore, store: Store, tmp_path: Path
) -> None:
    await archive.write_folder("REF-c1", NOON, {"old": b""}, {}, sums_file)
    # A folder cannot be copied as a file.
    with pytest.raises(Unavailable):
        await archive.write_folder("REF-c1", NOON, {"new": b""}, {"bad": tmp_path}, sums_file)
    assert {file.name for file in folder(store).iterdir()} == {"old", "SUMS"}


async def test_a_folder_is_removed_as_a_whole_and_an_absent_one_is_no_error(
    archive: SealedFolderStore, store: Store
) -> None:
    await archive.write_folder("REF-c1", NOON, {"text": b""}, {}, sums_file)
    for _ in range(2):
        await archive.remove_folder("REF-c1", NOON)
    assert not folder(store).exists()
