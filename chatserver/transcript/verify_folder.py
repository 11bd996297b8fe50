"""Verify a sealed folder: its signature, the hash of each file, and files added or missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import orjson
from pydantic import BaseModel, ConfigDict

from chatserver.transcript import proof
from chatserver.transcript.manifest import (
    MANIFEST,
    SEALS,
    SIGNATURE,
    SUMS,
    Manifest,
    manifest_json,
)
from chatserver.transcript.proof import ProofResult, ProofVerdict
from chatserver.transcript.seal import decode_canonical_base64, is_signed

DOCUMENT = "transcript.json"


class SealedFolder(Protocol):
    """The files of a folder, on disk or in a ZIP; names contain slashes for subfolders."""

    def names(self) -> Sequence[str]:
        """Return all names; a name that a ZIP contains twice is listed twice."""

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises ValueError if it is damaged or too large."""

    def pieces(self, name: str) -> Iterable[bytes]:
        """Yield the content of a file in pieces."""


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """The verdict on one sealed thing, and the reference, size and time (ms) that it states."""

    name: str
    verdict: ProofVerdict
    reference: str | None = None
    entries: int | None = None
    at: int | None = None


class SealStatement(BaseModel):
    """The content of manifest.json, not yet trusted: a valid signature proves no sane values."""

    model_config = ConfigDict(frozen=True, strict=True)

    conversation: str
    reference: str
    entries: int
    head: str
    sealed: int
    files: dict[str, str]
    key: str
    signature: str

    @property
    def manifest(self) -> Manifest:
        """The signed part."""
        return Manifest(
            conversation=self.conversation,
            reference=self.reference,
            entries=self.entries,
            head=self.head,
            at=self.sealed,
            sums=self.files,
        )


@dataclass(frozen=True, slots=True)
class VerifiedManifest:
    """A manifest with a valid signature by the owner of `key` (base64)."""

    manifest: Manifest
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


def check_folder(name: str, folder: SealedFolder, known: frozenset[str]) -> VerificationReport:
    """Verify everything in a sealed folder against the `known` public keys (base64)."""
    vouched = _signed_manifest(folder, known)
    if vouched is None:
        return VerificationReport(name, ProofVerdict(ProofResult.CHANGED, "the signature"))
    manifest = vouched.manifest
    changes = [*_find_changes(folder, vouched, known)]
    finding = ProofResult.GENUINE if vouched.key in known else ProofResult.UNKNOWN_KEY
    where = "; ".join(changes) or None
    verdict = ProofVerdict(ProofResult.CHANGED if changes else finding, where, vouched.key)
    return VerificationReport(
        name, verdict, manifest.reference, entries=manifest.entries, at=manifest.at
    )


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


def _signed_manifest(folder: SealedFolder, known: frozenset[str]) -> VerifiedManifest | None:
    """Return the manifest with a valid signature, or None.

    It is read from manifest.json or, if that was damaged, from SHA256SUMS.
    """
    written = {name: _content_or_nothing(folder, name) for name in SEALS}
    try:
        seal = SealStatement.model_validate_json(written[MANIFEST])
        signature = decode_canonical_base64(seal.signature)
        if is_signed(seal.manifest.statement, signature, seal.key):
            return VerifiedManifest(seal.manifest, seal.key, signature)
    except ValueError:
        # Not a failure yet: SHA256SUMS may still be intact, and `_changes` reports this file.
        pass
    signature = written[SIGNATURE]
    for key in known:
        if is_signed(written[SUMS], signature, key):
            return VerifiedManifest(Manifest.parse(written[SUMS]), key, signature)
    return None


def _find_changes(
    folder: SealedFolder, vouched: VerifiedManifest, known: frozenset[str]
) -> Iterable[str]:
    names = folder.names()
    sums = vouched.manifest.sums
    for name, content in vouched.seals.items():
        if _content_or_nothing(folder, name) != content:
            yield name
    for name in sums:
        if name not in names:
            yield f"{name} (missing)"
        elif _file_hash(folder, name) != sums[name]:
            yield _change_location(folder, name, known)
    for name in sorted(set(names) - set(sums) - SEALS):
        yield f"{name} (added)"
    # Programs disagree on which of two members of the same name they unpack, so a second one could
    # replace a verified file.
    yield from (f"{name} (twice)" for name in sorted(set(names)) if names.count(name) > 1)


def _change_location(folder: SealedFolder, name: str, known: frozenset[str]) -> str:
    """Return the name of a changed file and, in a transcript.json, the place of the change."""
    if name != DOCUMENT:
        return name
    where = proof.verify_proof(_content_or_nothing(folder, name), known).where
    return f"{name}: {where}" if where else name


def _file_hash(folder: SealedFolder, name: str) -> str | None:
    digest = sha256()
    try:
        for piece in folder.pieces(name):
            digest.update(piece)
    except ValueError:
        return None
    return digest.hexdigest()


def _content_or_nothing(folder: SealedFolder, name: str) -> bytes:
    """Return the content, or nothing if the file is missing or damaged (which no seal matches)."""
    try:
        return folder.read(name) if name in folder.names() else b""
    except ValueError:
        return b""
