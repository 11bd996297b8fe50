"""Whether sealed folders are as they were sealed, and where they are not."""

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
    as_json,
)
from chatserver.transcript.proof import ProofResult, ProofVerdict
from chatserver.transcript.seal import decoded, is_signed

DOCUMENT = "transcript.json"


class SealedFolder(Protocol):
    """Files by their names; a name in a folder of it has slashes."""

    def names(self) -> Sequence[str]:
        """All of them; a name that stands there twice comes twice."""

    def read(self, name: str) -> bytes:
        """The content of one of them; raises ValueError where it cannot be read as written."""

    def pieces(self, name: str) -> Iterable[bytes]:
        """The same, piece by piece."""


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What was found of one sealed thing by its `name`, and what it says that it is."""

    name: str
    verdict: ProofVerdict
    reference: str | None = None
    entries: int | None = None
    at: int | None = None


class SealStatement(BaseModel):
    """What stands in manifest.json. Anybody can sign anything: also numbers that are none."""

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
        """What is signed of it."""
        return Manifest(
            self.conversation, self.reference, self.entries, self.head, self.sealed, self.files
        )


@dataclass(frozen=True, slots=True)
class VerifiedManifest:
    """A manifest under which there is a right signature, by the owner of `key` (base64)."""

    manifest: Manifest
    key: str
    signature: bytes

    @property
    def seals(self) -> Mapping[str, bytes]:
        """The files that say so, as they must be."""
        return {
            SUMS: self.manifest.statement,
            SIGNATURE: self.signature,
            MANIFEST: as_json(self.manifest, self.key, self.signature),
        }


def check_folder(name: str, folder: SealedFolder, known: frozenset[str]) -> VerificationReport:
    """Whether everything in a sealed folder is as the owner of one of the `known` keys left it."""
    vouched = _vouched(folder, known)
    if vouched is None:
        return VerificationReport(name, ProofVerdict(ProofResult.CHANGED, "the signature"))
    manifest = vouched.manifest
    changes = [*_changes(folder, vouched, known)]
    finding = ProofResult.GENUINE if vouched.key in known else ProofResult.UNKNOWN_KEY
    where = "; ".join(changes) or None
    verdict = ProofVerdict(ProofResult.CHANGED if changes else finding, where, vouched.key)
    return VerificationReport(name, verdict, manifest.reference, manifest.entries, manifest.at)


def check_document(name: str, content: bytes, known: frozenset[str]) -> VerificationReport:
    """Whether a `transcript.json` is as it was given out."""
    verdict = proof.check(content, known)
    if verdict.finding is ProofResult.CHANGED:
        return VerificationReport(name, verdict)
    document = orjson.loads(content)
    made = document["proof"]
    return VerificationReport(
        name, verdict, str(document["reference"]), len(made["leaves"]), made["at"]
    )


def _vouched(folder: SealedFolder, known: frozenset[str]) -> VerifiedManifest | None:
    """From manifest.json; and where that was changed, from SHA256SUMS beside it."""
    written = {name: _content(folder, name) for name in SEALS}
    try:
        seal = SealStatement.model_validate_json(written[MANIFEST])
        signature = decoded(seal.signature)
        if is_signed(seal.manifest.statement, signature, seal.key):
            return VerifiedManifest(seal.manifest, seal.key, signature)
    except ValueError:
        # It is found to be changed below.
        pass
    signature = written[SIGNATURE]
    for key in known:
        if is_signed(written[SUMS], signature, key):
            return VerifiedManifest(Manifest.read(written[SUMS]), key, signature)
    return None


def _changes(
    folder: SealedFolder, vouched: VerifiedManifest, known: frozenset[str]
) -> Iterable[str]:
    names = folder.names()
    sums = vouched.manifest.sums
    for name, content in vouched.seals.items():
        if _content(folder, name) != content:
            yield name
    for name in sums:
        if name not in names:
            yield f"{name} (missing)"
        elif _sum(folder, name) != sums[name]:
            yield _located(folder, name, known)
    for name in sorted(set(names) - set(sums) - SEALS):
        yield f"{name} (added)"
    yield from (f"{name} (twice)" for name in sorted(set(names)) if names.count(name) > 1)


def _located(folder: SealedFolder, name: str, known: frozenset[str]) -> str:
    """The file, and where in it where that can be told."""
    if name != DOCUMENT:
        return name
    where = proof.check(_content(folder, name), known).where
    return f"{name}: {where}" if where else name


def _sum(folder: SealedFolder, name: str) -> str | None:
    digest = sha256()
    try:
        for piece in folder.pieces(name):
            digest.update(piece)
    except ValueError:
        return None
    return digest.hexdigest()


def _content(folder: SealedFolder, name: str) -> bytes:
    """Empty for what is missing or cannot be read, which no seal is."""
    try:
        return folder.read(name) if name in folder.names() else b""
    except ValueError:
        return b""
