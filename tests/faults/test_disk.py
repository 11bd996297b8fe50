"""The simulated disk, on which other tests rely, forgets unflushed writes when power fails."""

from pathlib import Path

import pytest

from tests.bench.faults.disk import Disk, DiskChange

ROOT = "/data"


def never() -> bool:
    return False


def always() -> bool:
    return True


@pytest.fixture
def disk() -> Disk:
    """A disk with one file, `a`, whose content `old` is flushed."""
    disk = Disk(ROOT)
    do(disk, "c", "a")
    do(disk, "w", "a", data=b"old")
    do(disk, "s", "a")
    # fsync of a file does not keep its name: the folder has to be flushed as well (fsync(2)).
    do(disk, "s", "")
    return disk


def do(
    disk: Disk, what: str, path: str, other: str = "", number: int = 0, data: bytes = b""
) -> None:
    full = f"{ROOT}/{path}" if path else ROOT
    disk.apply(DiskChange(what, full, f"{ROOT}/{other}", number=number, data=data, at=0))


def left(disk: Disk, folder: Path) -> dict[str, bytes]:
    """Return the files after a power failure that kept nothing unflushed."""
    disk.lose_power(folder, never)
    found = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def test_flushed_data_survives_a_power_failure(disk: Disk, tmp_path: Path) -> None:
    do(disk, "w", "a", data=b"new")
    assert left(disk, tmp_path) == {"a": b"old"}
    do(disk, "s", "a")
    assert left(disk, tmp_path) == {"a": b"new"}


def test_a_file_name_survives_once_its_folder_was_flushed(disk: Disk, tmp_path: Path) -> None:
    do(disk, "c", "b")
    do(disk, "w", "b", data=b"new")
    do(disk, "s", "b")
    assert left(disk, tmp_path / "1") == {"a": b"old"}
    do(disk, "s", "")
    assert left(disk, tmp_path / "2") == {"a": b"old", "b": b"new"}


def test_a_folder_does_not_bring_itself_along(disk: Disk, tmp_path: Path) -> None:
    do(disk, "m", "inner")
    do(disk, "c", "inner/b")
    do(disk, "s", "inner/b")
    do(disk, "s", "inner")
    assert left(disk, tmp_path / "1") == {"a": b"old"}
    do(disk, "s", "")
    assert left(disk, tmp_path / "2") == {"a": b"old", "inner/b": b""}


def test_a_rename_is_one_step(disk: Disk, tmp_path: Path) -> None:
    do(disk, "r", "a", "b")
    assert left(disk, tmp_path / "1") == {"a": b"old"}
    do(disk, "s", "")
    assert left(disk, tmp_path / "2") == {"b": b"old"}


def test_unflushed_sectors_survive_independently_of_each_other(disk: Disk, tmp_path: Path) -> None:
    do(disk, "w", "a", data=b"1" * 512 + b"2" * 512)
    chances = iter([False, True])
    disk.lose_power(tmp_path, lambda: next(chances))
    # The first sector is lost and the second kept: a write is atomic for 512 bytes, not as a whole.
    assert (tmp_path / "a").read_bytes() == b"old" + bytes(509) + b"2" * 512


def test_unflushed_data_may_survive_a_power_failure(disk: Disk, tmp_path: Path) -> None:
    do(disk, "t", "a", number=1)
    do(disk, "c", "b")
    disk.lose_power(tmp_path, always)
    assert (tmp_path / "a").read_bytes() == b"o"
    assert (tmp_path / "b").exists()
