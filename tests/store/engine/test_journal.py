"""The journal gives back what was appended, and nothing else, wherever a write was cut off."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatserver.store.engine import journal as module
from chatserver.store.engine.journal import (
    Journal,
    checksum_seed,
    empty_files,
    find_damage,
    read_records,
)

SEED = checksum_seed("an epoch")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path, SEED)
    opened.open(0)
    yield opened
    opened.close()


def entries(folder: Path, after: int = 0, seed: int = SEED) -> list[bytes]:
    return [each.entries for each in read_records(folder, seed, after)]


def test_records_are_read_in_order_beyond_a_position(tmp_path: Path, journal: Journal) -> None:
    for text in (b"one", b"", b"three"):
        journal.append(text)
    assert entries(tmp_path) == [b"one", b"", b"three"]
    assert entries(tmp_path, after=2) == [b"three"]
    assert journal.last == 3


def test_without_files_there_are_no_records(tmp_path: Path) -> None:
    assert entries(tmp_path) == []


def test_the_records_of_another_epoch_are_not_read(tmp_path: Path, journal: Journal) -> None:
    journal.append(b"one")
    assert entries(tmp_path, seed=checksum_seed("another epoch")) == []


@pytest.mark.parametrize("kept", range(len(b"two") + 16))
def test_a_record_that_was_cut_off_anywhere_is_not_read(
    tmp_path: Path, journal: Journal, kept: int
) -> None:
    journal.append(b"one")
    file = tmp_path / module.JOURNALS[0]
    # Zeros are reserved behind the last record.
    begin = len(file.read_bytes().rstrip(b"\0"))
    journal.append(b"two")
    os.truncate(file, begin + kept)
    assert entries(tmp_path) == [b"one"]


def test_a_damaged_record_ends_its_file(tmp_path: Path, journal: Journal) -> None:
    for text in (b"one", b"two", b"three"):
        journal.append(text)
    file = tmp_path / module.JOURNALS[0]
    file.write_bytes(file.read_bytes().replace(b"two", b"twi"))
    assert entries(tmp_path) == [b"one"]


@pytest.mark.parametrize("damaged", range(len(b"two") + 16))
def test_damage_to_any_byte_is_found_where_records_follow(
    tmp_path: Path, journal: Journal, damaged: int
) -> None:
    for text in (b"one", b"two", b"three"):
        journal.append(text)
    assert find_damage(tmp_path, SEED) is None
    file = tmp_path / module.JOURNALS[0]
    content = bytearray(file.read_bytes())
    begin = len(b"one") + 16
    content[begin + damaged] ^= 0xFF
    file.write_bytes(content)
    assert find_damage(tmp_path, SEED) == f"journal.0: damaged at byte {begin}, before the record 3"


def test_the_former_content_of_a_file_is_no_damage(tmp_path: Path, journal: Journal) -> None:
    for text in (b"old 1", b"an older 2", b"old 3"):
        journal.append(text)
    journal.restart()
    journal.append(b"new 4")
    # The rest of the second record stands behind the new one, and the third one is whole.
    assert find_damage(tmp_path, SEED) is None
    file = tmp_path / module.JOURNALS[0]
    # Nor is it if the new record was never finished.
    file.write_bytes(file.read_bytes().replace(b"new 4", b"new ?"))
    assert find_damage(tmp_path, SEED) is None


def test_damage_to_the_first_record_is_found(tmp_path: Path, journal: Journal) -> None:
    for text in (b"one", b"two"):
        journal.append(text)
    file = tmp_path / module.JOURNALS[0]
    file.write_bytes(file.read_bytes().replace(b"one", b"on?"))
    assert find_damage(tmp_path, SEED) == "journal.0: damaged at byte 0, before the record 2"


def test_what_stands_behind_a_new_beginning_is_not_read(tmp_path: Path, journal: Journal) -> None:
    # Records of equal length, so that the old second one begins where the new first one ends.
    for text in (b"old 1", b"old 2", b"old 3"):
        journal.append(text)
    journal.restart()
    journal.append(b"new 4")
    assert entries(tmp_path) == [b"new 4"]


def test_a_long_file_is_left_once_the_tables_have_all_of_the_other(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SWITCH_BYTES", 0)
    journal.append(b"one")
    journal.switch(needed=1)
    journal.append(b"two")
    # The first record is still needed: its file must not be begun again.
    journal.switch(needed=1)
    journal.append(b"three")
    assert entries(tmp_path) == [b"one", b"two", b"three"]
    journal.switch(needed=2)
    journal.append(b"four")
    assert entries(tmp_path) == [b"two", b"three", b"four"]


def test_a_record_that_could_not_be_flushed_is_not_read(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(5, "broken")

    journal.append(b"one")
    with monkeypatch.context() as disk:
        disk.setattr(os, "fdatasync", broken)
        with pytest.raises(OSError, match="broken"):
            journal.append(b"two")
    assert entries(tmp_path) == [b"one"]
    journal.append(b"three")
    assert entries(tmp_path) == [b"one", b"three"]
    assert journal.last == 2


def test_a_file_gets_its_length_for_many_records_at_once(tmp_path: Path, journal: Journal) -> None:
    # A flush that has to write a new length as well takes twice as long.
    file = tmp_path / module.JOURNALS[0]
    lengths = set()
    for _ in range(100):
        journal.append(b"a message of an ordinary length")
        lengths.add(file.stat().st_size)
    assert len(lengths) == 1
    assert len(entries(tmp_path)) == 100


def test_a_record_is_appended_where_no_length_can_be_reserved(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: int) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    journal.append(b"one")
    assert entries(tmp_path) == [b"one"]


def test_files_that_were_emptied_have_no_byte_left(tmp_path: Path, journal: Journal) -> None:
    journal.append(b"a word")
    empty_files(tmp_path)
    journal.restart()
    assert [(tmp_path / name).read_bytes() for name in module.JOURNALS] == [b"", b""]
    journal.append(b"another")
    assert entries(tmp_path) == [b"another"]
