"""The word "genuine" is said only of what is exactly what was sealed, however it was changed."""

import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.transcript.authenticity.manifest import (
    MANIFEST,
    SEALS,
    SUMS,
    ExportManifest,
    seal_files,
)
from chatserver.transcript.authenticity.proof import ProofResult, verify_proof
from chatserver.transcript.authenticity.seal import SiteKey
from chatserver.transcript.authenticity.verify_files import NotSealed, verify_path
from chatserver.transcript.authenticity.verify_folder import VerificationReport
from tests.playbook import NOON
from tests.transcript.authenticity.test_manifest import KEY, KNOWN, WHOLE

REFERENCE = "K7F3-9QMX"
FOLDER = {f"{REFERENCE}/{name}": content for name, content in WHOLE.items()}
INDEX = b"<!doctype html><p>It blinks"


def exported() -> dict[str, bytes]:
    """Return the files of an export: the folder of a conversation, an index, and their seal."""
    beside = {"index.html": INDEX}
    sealed = {**beside, f"{REFERENCE}/{SUMS}": WHOLE[SUMS]}
    sums = {name: sha256(content).hexdigest() for name, content in sealed.items()}
    seals = seal_files(ExportManifest(conversations=1, at=NOON, sums=sums), KEY)
    return FOLDER | beside | seals


EXPORT = exported()
LINK, PIPE = object(), object()


@dataclass
class Given:
    """The input of a verification: files in order, and all that is no plain file, by name."""

    files: list[tuple[str, bytes]]
    irregular: dict[str, object] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Return True for exactly what was sealed."""
        return not self.irregular and len(self.files) == len(EXPORT) and dict(self.files) == EXPORT

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        with TemporaryDirectory() as root:
            folder = Path(root) / "given"
            for name, content in self.files:
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            for name, kind in self.irregular.items():
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                if kind is LINK:
                    file.symlink_to(Path(root) / "elsewhere")
                elif kind is PIPE:
                    os.mkfifo(file)
                else:
                    file.mkdir()
            (Path(root) / "elsewhere").write_bytes(WHOLE["transcript.html"])
            yield folder

    def as_zip(self) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files:
                archive.writestr(name, content)
            for name, kind in self.irregular.items():
                part = zipfile.ZipInfo(name if kind is LINK or kind is PIPE else f"{name}/")
                mode = {id(LINK): 0o120777, id(PIPE): 0o010600}.get(id(kind), 0o040700)
                part.external_attr = mode << 16
                archive.writestr(part, b"../elsewhere" if kind is LINK else b"")
        return made.getvalue()


def findings(reports: list[VerificationReport]) -> set[ProofResult]:
    return {report.verdict.finding for report in reports}


def verified(path: Path) -> set[ProofResult]:
    try:
        return findings(verify_path(path, KNOWN))
    except NotSealed:
        return set()


def verified_zip(content: bytes) -> set[ProofResult]:
    with TemporaryDirectory() as root:
        file = Path(root) / "given.zip"
        file.write_bytes(content)
        return verified(file)


# Changes

Change = Callable[[Given, st.DataObject], None]

LOOKALIKES: list[Callable[[str], str]] = [
    lambda name: name,
    str.lower,
    str.swapcase,
    lambda name: f"{name}.",
    lambda name: f"{name} ",
    lambda name: normalize("NFD", name),
    lambda name: name.replace("/", "/./"),
    lambda name: name.replace("K", "\u212a"),
    lambda name: f"{REFERENCE.lower()}/{name.rpartition('/')[2]}",
]
NEW_NAMES = ["more.txt", f"{REFERENCE}/more.txt", f"{REFERENCE}/files/x", "other/transcript.json"]


def names(given: Given) -> list[str]:
    return [name for name, _ in given.files]


def add(given: Given, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NEW_NAMES + names(given)))
    alike = data.draw(st.sampled_from(LOOKALIKES))(name)
    given.files.append((alike, data.draw(st.sampled_from([b"", b"forged", *WHOLE.values()]))))


def remove(given: Given, data: st.DataObject) -> None:
    given.files.pop(data.draw(st.integers(0, len(given.files) - 1)))


def rename(given: Given, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(given.files) - 1))
    name, content = given.files[at]
    changed = data.draw(st.sampled_from(LOOKALIKES))(name)
    given.files[at] = (data.draw(st.sampled_from([changed, *NEW_NAMES])), content)


def rename_folder(given: Given, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from([REFERENCE.lower(), "AAAA-AAAA", f"deeper/{REFERENCE}"]))
    given.files[:] = [(name.replace(REFERENCE, other), each) for name, each in given.files]


def exchange(given: Given, data: st.DataObject) -> None:
    one, other = (data.draw(st.integers(0, len(given.files) - 1)) for _ in range(2))
    (name, content), (other_name, other_content) = given.files[one], given.files[other]
    given.files[one], given.files[other] = (name, other_content), (other_name, content)


def edit(given: Given, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(given.files) - 1))
    name, content = given.files[at]
    place = data.draw(st.integers(0, len(content)))
    put = data.draw(st.sampled_from([b"", b"\n", b" ", b"x", b"0" * 64]))
    rest = content[place + data.draw(st.integers(0, 2)) :]
    given.files[at] = (name, content[:place] + put + rest)


def double_a_member(given: Given, data: st.DataObject) -> None:
    documents = [at for at, (_, content) in enumerate(given.files) if content[:1] == b"{"]
    at = data.draw(st.sampled_from(documents or [0]))
    name, content = given.files[at]
    given.files[at] = (name, doubled(content.decode(errors="replace"), data).encode())


def reorder(given: Given, data: st.DataObject) -> None:
    given.files[:] = data.draw(st.permutations(given.files))


def replace_by_stranger(given: Given, data: st.DataObject) -> None:
    name, _ = given.files.pop(data.draw(st.integers(0, len(given.files) - 1)))
    given.irregular[name] = data.draw(st.sampled_from([LINK, PIPE, None]))


def add_stranger(given: Given, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["words that say more", f"{REFERENCE}/files/more"]))
    given.irregular[name] = data.draw(st.sampled_from([LINK, PIPE, None]))


CHANGES: list[Change] = [
    add,
    remove,
    rename,
    rename_folder,
    exchange,
    edit,
    double_a_member,
    reorder,
    replace_by_stranger,
    add_stranger,
]


def doubled(text: str, data: st.DataObject) -> str:
    """Return JSON in which a member stands twice, the second time with another value."""
    members = [*re.finditer(r'"(\w+)":', text)]
    if not members:
        return text
    member = data.draw(st.sampled_from(members))
    return f'{text[: member.start()]}"{member[1]}":"forged",{text[member.start() :]}'


def changed(data: st.DataObject) -> Given:
    given = Given([*EXPORT.items()])
    for change in data.draw(st.lists(st.sampled_from(CHANGES), max_size=3)):
        if given.files:
            change(given, data)
    return given


def test_what_was_sealed_is_genuine_on_disk_and_in_a_zip() -> None:
    for files in (EXPORT, FOLDER, WHOLE):
        given = Given([*files.items()])
        with given.on_disk() as folder:
            assert verified(folder) == {ProofResult.GENUINE}
        assert verified_zip(given.as_zip()) == {ProofResult.GENUINE}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_zip_is_genuine_exactly_if_it_has_what_was_sealed(data: st.DataObject) -> None:
    given = changed(data)
    assert (verified_zip(given.as_zip()) == {ProofResult.GENUINE}) is given.is_whole


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_folder_is_genuine_exactly_if_it_has_what_was_sealed(data: st.DataObject) -> None:
    given = changed(data)
    try:
        with given.on_disk() as folder:
            found = verified(folder)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        # Two of the names cannot stand side by side on a disk.
        return
    # On a disk, the later of two files of one name has taken the place of the earlier.
    on_disk = Given([*dict(given.files).items()], given.irregular)
    on_disk.files = [(name.replace("/./", "/"), content) for name, content in on_disk.files]
    assert (found == {ProofResult.GENUINE}) is on_disk.is_whole


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_zip_with_any_byte_changed_is_genuine_only_if_its_files_are(data: st.DataObject) -> None:
    content = Given([*EXPORT.items()]).as_zip()
    place = data.draw(st.integers(0, len(content)))
    put = data.draw(st.binary(max_size=3))
    forged = content[:place] + put + content[place + data.draw(st.integers(0, 3)) :]
    if verified_zip(forged) == {ProofResult.GENUINE}:
        with zipfile.ZipFile(io.BytesIO(forged)) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == EXPORT
        assert len(forged) == len(content)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_transcript_is_genuine_only_if_every_reader_reads_what_was_sealed(
    data: st.DataObject,
) -> None:
    content = WHOLE["transcript.json"].decode()
    if data.draw(st.booleans()):
        forged = doubled(content, data)
    else:
        place = data.draw(st.integers(0, len(content)))
        put = data.draw(st.sampled_from(["", " ", "\n", "0", '"', ",", "x", "\ufeff", "\\u0041"]))
        forged = content[:place] + put + content[place + data.draw(st.integers(0, 2)) :]
    if verify_proof(forged.encode(), KNOWN).finding is ProofResult.GENUINE:
        assert pairs(forged) == pairs(content)


def pairs(text: str) -> object:
    """Return JSON with its objects as sorted lists of their members, none of them dropped."""
    return json.loads(text, object_pairs_hook=lambda members: ["object", *sorted(members, key=str)])


# Single cases, each of which was called genuine


def forged_zip(files: dict[str, bytes], **more: bytes) -> bytes:
    return Given([*files.items(), *more.items()]).as_zip()


@pytest.mark.parametrize(
    "beside",
    [
        "more.txt",
        f"{REFERENCE.lower()}/transcript.html",
        f"{REFERENCE} /transcript.html",
        f"{REFERENCE}\\transcript.html",
        f"../{REFERENCE}/transcript.html",
        f"/{REFERENCE}/transcript.html",
        ".hidden/transcript.html",
        "words/",
    ],
)
def test_what_lies_beside_a_sealed_folder_is_named_and_nothing_is_called_genuine(
    beside: str, tmp_path: Path
) -> None:
    file = tmp_path / "given.zip"
    file.write_bytes(forged_zip(FOLDER, **{beside: b"" if beside.endswith("/") else b"forged"}))
    reports = verify_path(file, KNOWN)
    found = {report.name: report.verdict.finding for report in reports}
    assert found.pop(REFERENCE) is ProofResult.UNCHANGED
    assert found[beside] is ProofResult.NOT_COVERED


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    given = Given([(name, each) for name, each in WHOLE.items() if name != "transcript.html"])
    given.irregular["transcript.html"] = LINK
    with given.on_disk() as folder:
        (report,) = verify_path(folder, KNOWN)
    assert report.verdict.where == "transcript.html (link)"


def test_a_pipe_does_not_stop_the_program(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotSealed):
        verify_path(tmp_path / "pipe", KNOWN)


@pytest.mark.parametrize("name", [MANIFEST, "index.html", f"{REFERENCE}/transcript.json"])
def test_an_export_misses_what_was_taken_out(name: str, tmp_path: Path) -> None:
    file = tmp_path / "given.zip"
    file.write_bytes(forged_zip({each: EXPORT[each] for each in EXPORT if each != name}))
    assert ProofResult.CHANGED in findings(verify_path(file, KNOWN))


def test_an_export_misses_a_whole_conversation(tmp_path: Path) -> None:
    file = tmp_path / "given.zip"
    file.write_bytes(forged_zip({name: EXPORT[name] for name in ("index.html", *SEALS)}))
    (report,) = verify_path(file, KNOWN)
    assert report.verdict.where == f"{REFERENCE}/{SUMS} (missing)"


def test_the_index_of_an_export_of_a_former_version_is_not_covered(tmp_path: Path) -> None:
    file = tmp_path / "given.zip"
    file.write_bytes(forged_zip(FOLDER | {"index.html": INDEX}))
    found = {each.name: each.verdict.finding for each in verify_path(file, KNOWN)}
    assert found == {
        REFERENCE: ProofResult.UNCHANGED,
        "index.html": ProofResult.NOT_COVERED,
    }


def test_a_conversation_that_stands_in_it_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "given.zip"
    again = {f"2020/01/01/{name}": content for name, content in FOLDER.items()}
    file.write_bytes(forged_zip(FOLDER | again))
    assert {each.verdict.where for each in verify_path(file, KNOWN)} == {
        None,
        "the conversation (twice)",
    }


def test_a_salt_under_a_name_that_is_no_entry_is_refused() -> None:
    document = json.loads(WHOLE["transcript.json"])
    for name in ("02", "words", "٢"):
        odd = document | {"proof": document["proof"] | {"salts": {**document["proof"]["salts"]}}}
        odd["proof"]["salts"][name] = "0" * 32
        verdict = verify_proof(json.dumps(odd).encode(), KNOWN)
        assert (verdict.finding, verdict.where) == (ProofResult.CHANGED, "proof: salts")


def test_bytes_before_between_and_behind_the_files_of_a_zip_are_refused() -> None:
    content = forged_zip(FOLDER)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        second = sorted(part.header_offset for part in archive.infolist())[1]
    directory = content.rindex(b"PK\x05\x06")
    (start,) = struct.unpack_from("<L", content, directory + 16)
    shifted = bytearray(content[:start] + b"gap" + content[start:])
    struct.pack_into("<L", shifted, directory + 3 + 16, start + 3)
    comment = bytearray(content + b"words")
    struct.pack_into("<H", comment, len(content) - 2, 5)
    for forged in (b"before" + content, bytes(shifted), content + b"behind", bytes(comment)):
        assert ProofResult.GENUINE not in verified_zip(forged)
    assert ProofResult.GENUINE not in verified_zip(content[:second] + b"x" + content[second:])


def test_another_sites_export_is_not_ours(tmp_path: Path) -> None:
    file = tmp_path / "given.zip"
    beside = {name: EXPORT[name] for name in EXPORT if name not in SEALS}
    sums = {name: sha256(beside[name]).hexdigest() for name in ("index.html",)}
    sums[f"{REFERENCE}/{SUMS}"] = sha256(WHOLE[SUMS]).hexdigest()
    manifest = ExportManifest(conversations=1, at=NOON, sums=sums)
    file.write_bytes(forged_zip(beside | seal_files(manifest, SiteKey.generate())))
    found = {each.name: each.verdict.finding for each in verify_path(file, KNOWN)}
    assert found == {"given.zip": ProofResult.UNKNOWN_KEY, REFERENCE: ProofResult.UNCHANGED}
