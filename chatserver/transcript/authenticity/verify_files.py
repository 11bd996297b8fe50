"""Verify transcripts, ZIPs and archive folders given as paths.

Everything in the input is either covered by a seal or reported as not covered; GENUINE is reported
only if a seal covers all of it. Used by `chatserver verify`, and in the worker
process by the page that does the same.
"""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from chatserver.transcript.authenticity.manifest import SEALS, SUMS
from chatserver.transcript.authenticity.proof import ProofResult, ProofVerdict
from chatserver.transcript.authenticity.seal import read_public_key
from chatserver.transcript.authenticity.sealed_tree import (
    DOCUMENT_LIMIT,
    EMPTY_FOLDER,
    UNPACK_ERRORS,
    DiskTree,
    SealedTree,
    SubTree,
    ZipTree,
    find_twins,
)
from chatserver.transcript.authenticity.verify_folder import (
    DOCUMENT,
    VerificationReport,
    check_document,
    check_folder,
    seals_an_export,
)
from chatserver.transcript.authenticity.zip_structure import find_oddities

SEALED_NAMES = SEALS | {DOCUMENT}
"""Names that mark a folder as sealed, even if one of the files was removed."""

UNPACKED_LIMIT = 1 << 30
"""The largest unpacked size of a ZIP in bytes; a ZIP bomb of a few KB may declare much more."""

README, KEY = "README.txt", "site-key.pub.pem"
"""Files that a site puts beside the folders of its archive; the first is the same everywhere."""


class NotSealed(Exception):
    """The path contains nothing that can be verified; the message is shown to the user."""


def verify_path(path: Path, known: frozenset[str]) -> list[VerificationReport]:
    """Verify everything in a file or folder, with one report for each sealed thing, and one for
    each thing that no seal covers.

    Raises NotSealed if there is nothing to verify, OSError if the path cannot be read.
    """
    if path.is_dir():
        return _verify_tree(DiskTree(path), path.name, known)
    if path.exists() and not path.is_file():
        raise NotSealed("it is no file and no folder")
    if _is_zip(path):
        return _verify_zip(path, known)
    if path.stat().st_size > DOCUMENT_LIMIT:
        raise NotSealed("it is larger than any transcript")
    content = path.read_bytes()
    if content.lstrip()[:1] == b"{":
        return [check_document(path.name, content, known)]
    raise NotSealed("there is no seal in it; export the transcript as JSON or ZIP")


def _is_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:
        # The file claims to be one part of a multi-part ZIP.
        return True


def _verify_zip(path: Path, known: frozenset[str]) -> list[VerificationReport]:
    try:
        with zipfile.ZipFile(path) as archive:
            # These are the sizes the ZIP declares. A ZIP that declares too little fails later:
            # zipfile stops at the declared size and then reports a wrong checksum.
            if sum(part.file_size for part in archive.infolist()) > UNPACKED_LIMIT:
                raise NotSealed("it is too large when unpacked; unpack it and check the folder")
            oddities = [*dict.fromkeys(find_oddities(path, archive))]
            if oddities:
                where = f"the ZIP as a whole ({', '.join(oddities)})"
                return [VerificationReport(path.name, ProofVerdict(ProofResult.CHANGED, where))]
            return _verify_tree(ZipTree(archive), path.name, known)
    except UNPACK_ERRORS:
        return [
            VerificationReport(path.name, ProofVerdict(ProofResult.CHANGED, "the ZIP as a whole"))
        ]


def _verify_tree(whole: SealedTree, name: str, known: frozenset[str]) -> list[VerificationReport]:
    folders = _sealed_folders(whole)
    if not folders:
        raise NotSealed(f"there is nothing sealed in {name}")
    reports = []
    for folder, tree in folders.items():
        location = folder.rpartition("/")[2] if folder else None
        reports.append(check_folder(folder or name, tree, known, location))
    references = [report.reference for report in reports]
    reports = [
        _mark_duplicate(report) if references.index(report.reference) < number else report
        for number, report in enumerate(reports)
    ]
    reports += _not_covered(whole, folders, known)
    if all(report.verdict.finding is ProofResult.GENUINE for report in reports):
        return reports
    return [_downgrade_genuine(report) for report in reports]


def _sealed_folders(whole: SealedTree) -> dict[str, SealedTree]:
    """Return the outermost sealed folders by their paths; the whole itself has none.

    The whole is sealed as one conversation's folder, with everything that is in it, or as an
    export, whose seal covers what lies beside the folders of its conversations, and their seals.
    """
    names = whole.names()
    # The archive writes a folder under a name with a leading dot and renames it when it is
    # complete: what is in an unfinished one is sealed by nothing.
    marked = {
        _parent(name)
        for name in names
        if name.rpartition("/")[2] in SEALED_NAMES and "/." not in f"/{name}"
    }
    if "" in marked and (marked == {""} or not seals_an_export(whole)):
        return {"": whole}
    inner = marked - {""}
    outermost = {folder for folder in inner if _owner(_parent(folder), inner) is None}
    inside: dict[str, list[str]] = {folder: [] for folder in sorted(outermost)}
    beside: list[str] = []
    for name in names:
        owner = _owner(_parent(name), outermost)
        if owner is None:
            beside.append(name)
        else:
            inside[owner].append(name[len(owner) + 1 :])
    found: dict[str, SealedTree] = {
        folder: SubTree(whole, f"{folder}/", listed, _strangers_in(whole, f"{folder}/"))
        for folder, listed in inside.items()
    }
    if "" not in marked:
        return found
    listed = [*beside, *(f"{folder}/{SUMS}" for folder in found if SUMS in inside[folder])]
    others = {
        each: why
        for each, why in whole.irregular.items()
        if _owner(_parent(each.rstrip("/")), outermost) is None
    }
    return {"": SubTree(whole, "", listed, others), **found}


def _not_covered(
    whole: SealedTree, folders: Mapping[str, SealedTree], known: frozenset[str]
) -> Iterator[VerificationReport]:
    """Yield a report for each thing outside the sealed folders that is not the site's own."""
    if "" in folders:
        return
    sealed = set(folders)
    for name in whole.names():
        if _owner(_parent(name), sealed) is None and not _is_archive_furniture(whole, name, known):
            yield _stranger(name, None)
    for name, why in whole.irregular.items():
        if _owner(_parent(name.rstrip("/")), sealed) is None and not _is_date_folder(name, why):
            yield _stranger(name, why)
    for name in find_twins([*whole.names(), *whole.irregular]):
        yield _stranger(name, "twice")


def _stranger(name: str, why: str | None) -> VerificationReport:
    return VerificationReport(name, ProofVerdict(ProofResult.NOT_COVERED, why))


def _is_archive_furniture(whole: SealedTree, name: str, known: frozenset[str]) -> bool:
    """Return True for what a site writes into the root of its archive, as it writes it."""
    if name == README:
        return sha256(whole.read(name)).digest() == _readme_digest()
    if name != KEY:
        return False
    content = whole.read(name)
    try:
        return read_public_key(content) in known and content.count(b"-----") == 4
    except ValueError:
        return False


def _is_date_folder(name: str, why: str) -> bool:
    """Return True for an empty folder of the archive: of a day, or of what is being written."""
    parts = name.rstrip("/").split("/")
    return why == EMPTY_FOLDER and (parts == [".partial"] or all(part.isdigit() for part in parts))


@cache
def _readme_digest() -> bytes:
    return sha256(files("chatserver.transcript").joinpath("archive.txt").read_bytes()).digest()


def _downgrade_genuine(report: VerificationReport) -> VerificationReport:
    """Return the report with another word for "genuine": it is not said of all that was given."""
    if report.verdict.finding is not ProofResult.GENUINE:
        return report
    return replace(report, verdict=replace(report.verdict, finding=ProofResult.UNCHANGED))


def _mark_duplicate(report: VerificationReport) -> VerificationReport:
    """Return the report on a conversation that is in what was given a second time."""
    if report.reference is None:
        return report
    where = "; ".join(filter(None, (report.verdict.where, "the conversation (twice)")))
    verdict = replace(report.verdict, finding=ProofResult.CHANGED, where=where)
    return replace(report, verdict=verdict)


def _strangers_in(whole: SealedTree, prefix: str) -> dict[str, str]:
    return {
        name[len(prefix) :]: why
        for name, why in whole.irregular.items()
        if name.startswith(prefix) and name != prefix
    }


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _owner(folder: str, sealed: set[str]) -> str | None:
    """Return the sealed folder that a folder is or lies in, or None."""
    while folder:
        if folder in sealed:
            return folder
        folder = _parent(folder)
    return None
