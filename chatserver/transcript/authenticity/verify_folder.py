"""Verify a sealed folder: its signature, the hash of each file, and files added or missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter

from chatserver.transcript.authenticity import proof
from chatserver.transcript.authenticity.manifest import (
    EXPORT_TITLE,
    MANIFEST,
    SEALS,
    SIGNATURE,
    SUMS,
    AnyManifest,
    ExportManifest,
    Manifest,
    manifest_json,
    parse_manifest,
)
from chatserver.transcript.authenticity.proof import ProofResult, ProofVerdict
from chatserver.transcript.authenticity.seal import decode_canonical_base64, is_signed
from chatserver.transcript.authenticity.sealed_tree import SealedTree, find_twins

DOCUMENT = "transcript.json"


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """The verdict on one sealed thing, and the reference, size and time (ms) that it states.

    Of an export, which has no reference, the size is the number of its conversations.
    """

    name: str
    verdict: ProofVerdict
    reference: str | None = None
    entries: int | None = None
    at: int | None = None


class SealStatement(BaseModel):
    """The content of manifest.json, not yet trusted: a valid signature proves no sane values."""

    model_config = ConfigDict(frozen=True, strict=True)

    files: dict[str, str]
    key: str
    signature: str


class FolderStatement(SealStatement):
    """The manifest.json of a conversation's folder."""

    conversation: str
    reference: str
    entries: int
    head: str
    sealed: int

    @property
    def manifest(self) -> AnyManifest:
        """The signed part."""
        return Manifest(
            conversation=self.conversation,
            reference=self.reference,
            entries=self.entries,
            head=self.head,
            at=self.sealed,
            sums=self.files,
        )


class ExportStatement(SealStatement):
    """The manifest.json of an export."""

    version: Literal["chatserver export 1"]
    conversations: int
    sealed: int

    @property
    def manifest(self) -> AnyManifest:
        """The signed part."""
        return ExportManifest(conversations=self.conversations, at=self.sealed, sums=self.files)


STATEMENT: TypeAdapter[ExportStatement | FolderStatement] = TypeAdapter(
    ExportStatement | FolderStatement
)


@dataclass(frozen=True, slots=True)
class VerifiedManifest:
    """A manifest with a valid signature by the owner of `key` (base64)."""

    manifest: AnyManifest
    key: str
    signature: bytes

    @property
    def seals(self) -> Mapping[str, bytes]:
        """The content that the three sealing files must have, by name."""
        return {
            SUMS: self.manifest.statement,
            SIGNATURE: self.signature,
            MANIFEST: manifest_json(self.manifest, self.key, self.signature),
        }


def check_folder(
    name: str, folder: SealedTree, known: frozenset[str], location: str | None = None
) -> VerificationReport:
    """Verify everything in a sealed folder against the `known` public keys (base64).

    `location` is the folder's own name where that must be the conversation's reference.
    """
    vouched = _signed_manifest(folder, known)
    if vouched is None:
        return VerificationReport(name, ProofVerdict(ProofResult.CHANGED, "the signature"))
    manifest = vouched.manifest
    changes = [*_find_changes(folder, vouched, known)]
    reference = manifest.reference if isinstance(manifest, Manifest) else None
    if location is not None and location != reference:
        changes.append(f"the name of the folder ({reference})")
    finding = ProofResult.GENUINE if vouched.key in known else ProofResult.UNKNOWN_KEY
    where = "; ".join(changes) or None
    verdict = ProofVerdict(ProofResult.CHANGED if changes else finding, where, vouched.key)
    entries = manifest.entries if isinstance(manifest, Manifest) else manifest.conversations
    return VerificationReport(name, verdict, reference, entries=entries, at=manifest.at)


def seals_an_export(folder: SealedTree) -> bool:
    """Return True if the seals in a folder are, or pretend to be, those of an export."""
    first_line = f"# {EXPORT_TITLE}\n".encode()
    if _content_or_nothing(folder, SUMS).startswith(first_line):
        return True
    try:
        written = STATEMENT.validate_json(_content_or_nothing(folder, MANIFEST))
    except ValueError:
        return False
    return isinstance(written, ExportStatement)


def check_document(name: str, content: bytes, known: frozenset[str]) -> VerificationReport:
    """Verify a single `transcript.json` against the `known` public keys (base64)."""
    verdict = proof.verify_proof(content, known)
    if verdict.finding is ProofResult.CHANGED:
        return VerificationReport(name, verdict)
    document = orjson.loads(content)
    made = document["proof"]
    return VerificationReport(
        name, verdict, str(document["reference"]), entries=len(made["leaves"]), at=made["at"]
    )


def _signed_manifest(folder: SealedTree, known: frozenset[str]) -> VerifiedManifest | None:
    """Return the manifest with a valid signature, or None.

    It is read from manifest.json or, if that was damaged, from SHA256SUMS.
    """
    written = {name: _content_or_nothing(folder, name) for name in SEALS}
    try:
        seal = STATEMENT.validate_json(written[MANIFEST])
        signature = decode_canonical_base64(seal.signature)
        if is_signed(seal.manifest.statement, signature, seal.key):
            return VerifiedManifest(seal.manifest, seal.key, signature)
    except ValueError:
        # Not a failure yet: SHA256SUMS may still be intact, and `_changes` reports this file.
        pass
    signature = written[SIGNATURE]
    for key in known:
        if is_signed(written[SUMS], signature, key):
            return VerifiedManifest(parse_manifest(written[SUMS]), key, signature)
    return None


def _find_changes(
    folder: SealedTree, vouched: VerifiedManifest, known: frozenset[str]
) -> Iterable[str]:
    names = folder.names()
    sums = vouched.manifest.sums
    for name, content in vouched.seals.items():
        if _content_or_nothing(folder, name) != content:
            yield name
    present = set(names)
    for name in sums:
        if name in folder.irregular:
            continue
        if name not in present:
            yield f"{name} (missing)"
        elif _file_hash(folder, name) != sums[name]:
            yield _change_location(folder, name, known)
    for name in sorted(present - set(sums) - SEALS):
        yield f"{name} (added)"
    yield from (f"{name} ({why})" for name, why in folder.irregular.items())
    # Programs disagree on which of two members of the same name they unpack, so a second one could
    # replace a verified file.
    yield from (f"{name} (twice)" for name in find_twins([*names, *folder.irregular]))


def _change_location(folder: SealedTree, name: str, known: frozenset[str]) -> str:
    """Return the name of a changed file and, in a transcript.json, the place of the change."""
    if name != DOCUMENT:
        return name
    where = proof.verify_proof(_content_or_nothing(folder, name), known).where
    return f"{name}: {where}" if where else name


def _file_hash(folder: SealedTree, name: str) -> str | None:
    digest = sha256()
    try:
        for piece in folder.pieces(name):
            digest.update(piece)
    except ValueError:
        return None
    return digest.hexdigest()


def _content_or_nothing(folder: SealedTree, name: str) -> bytes:
    """Return the content, or nothing if the file is missing or damaged (which no seal matches)."""
    try:
        return folder.read(name) if name in folder.names() else b""
    except ValueError:
        return b""
