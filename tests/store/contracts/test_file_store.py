"""The contract of `FileStore`."""

from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.conversation.attachment import Attachment, Upload
from chatserver.core.errors import Unavailable
from chatserver.services.files import FileStore
from chatserver.store.open import Store
from tests.playbook import NOON

PICTURE = Upload("f" * 32, "c1", "ann", Attachment("a.png", "image/png", 3, 40, 30), NOON)


@pytest.fixture
async def files(store: Store) -> FileStore:
    await store.files.prepare()
    return store.files


async def save(files: FileStore, upload: Upload, *, preview: bool = False) -> None:
    """Let a file arrive, and store it."""
    source, picture = await files.begin_upload(upload.file)
    source.write_bytes(b"abc")
    if preview:
        picture.write_bytes(b"preview")
    await files.save_upload(upload, source, picture)
    assert not source.exists()
    files.end_upload(upload.file)


async def test_a_stored_file_is_found_and_its_bytes_are_in_place(files: FileStore) -> None:
    await save(files, PICTURE, preview=True)
    assert await files.find_upload(PICTURE.file) == PICTURE
    assert files.content_path(PICTURE.file).read_bytes() == b"abc"
    assert files.preview_path(PICTURE.file).read_bytes() == b"preview"


async def test_a_file_without_a_preview_has_none(files: FileStore) -> None:
    plain = replace(PICTURE, attachment=Attachment("a.txt", "text/plain", 3))
    await save(files, plain)
    assert await files.find_upload(plain.file) == plain
    assert not files.preview_path(plain.file).exists()


@pytest.mark.parametrize("name", ["", "unknown", "../chat.db", "\0"])
async def test_an_unknown_file_is_not_found(files: FileStore, name: str) -> None:
    await save(files, PICTURE)
    assert await files.find_upload(name) is None


async def test_the_newest_100_files_of_some_conversations_are_listed(files: FileStore) -> None:
    for number in range(101):
        conversation = "c1" if number % 2 else "c2"
        await save(files, Upload(f"{number:032}", conversation, "ann", PICTURE.attachment, number))
    await save(files, replace(PICTURE, conversation="c3", at=999))
    listed = await files.list_uploads(["c1", "c2"])
    assert [upload.at for upload in listed] == list(range(100, 0, -1))
    assert await files.list_uploads([]) == []


async def test_files_are_counted_by_conversation(files: FileStore) -> None:
    await save(files, PICTURE)
    await save(files, replace(PICTURE, file="e" * 32))
    assert await files.count_uploads("c1") == 2
    assert await files.count_uploads("c2") == 0


async def test_removing_bytes_is_of_one_conversation_and_can_be_repeated(
    files: FileStore,
) -> None:
    other = replace(PICTURE, file="e" * 32, conversation="c2")
    await save(files, PICTURE, preview=True)
    await save(files, other)
    for _ in range(2):
        await files.remove_content("c1")
    assert not files.content_path(PICTURE.file).exists()
    assert not files.preview_path(PICTURE.file).exists()
    assert files.content_path(other.file).exists()
    assert await files.find_upload(PICTURE.file) == PICTURE


async def test_a_file_that_did_not_arrive_is_not_stored(files: FileStore, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await files.save_upload(PICTURE, tmp_path / "absent", tmp_path / "absent.webp")
    assert await files.find_upload(PICTURE.file) is None
