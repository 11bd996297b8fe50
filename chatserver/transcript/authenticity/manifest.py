"""The signed manifests of what is given out, which standard tools can check.

`sha256sum --check` reads `SHA256SUMS`, whose comments hold facts about what is sealed.
`SHA256SUMS.sig` is the site's Ed25519 signature of that file, as `openssl pkeyutl` expects it.
`manifest.json` repeats both for programs. There are two kinds: of the folder of a conversation, and
of an export, a ZIP with the folders of several conversations and an index of them.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import orjson

from chatserver.transcript.authenticity import chain
from chatserver.transcript.authenticity.seal import SiteKey
from chatserver.transcript.document import Transcript

TITLE = "chatserver archive 1"
EXPORT_TITLE = "chatserver export 1"
SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
MANIFEST = "manifest.json"
SEALS = frozenset({SUMS, SIGNATURE, MANIFEST})
"""The files that authenticate all others in the folder."""

Facts = Mapping[str, str | int]

SealFiles = Callable[[Mapping[str, str]], Mapping[str, bytes]]
"""Returns the content of the SEALS by name, given the SHA-256 (hex) of each other file by name."""

FACTS = ("conversation", "reference", "entries", "head", "sealed")
EXPORT_FACTS = ("conversations", "sealed")
_FACT = re.compile(r"# ([a-z]+) (\S+)")
_SUM = re.compile(r"([0-9a-f]{64})  (\S.*)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts about a sealed conversation: number of `entries`, chain `head`, time `at` (ms).

    `sums` are the SHA-256 hashes (hex) of the files by name.
    """

    conversation: str
    reference: str
    entries: int
    head: str
    at: int
    sums: Mapping[str, str]

    @property
    def title(self) -> str:
        """The first line of the statement."""
        return TITLE

    @property
    def facts(self) -> Facts:
        """The facts by name, in the order of the statement."""
        values = (self.conversation, self.reference, self.entries, self.head, self.at)
        return dict(zip(FACTS, values, strict=True))

    @property
    def statement(self) -> bytes:
        """The signed bytes, which are the content of SHA256SUMS."""
        return _statement(self)

    @classmethod
    def parse(cls, statement: bytes) -> "Manifest":
        """Parse a `statement`; raises ValueError unless a manifest would write exactly the same."""
        facts, sums = _read_statement(statement, TITLE, FACTS)
        conversation, reference, entries, head, at = facts
        found = cls(
            conversation=conversation,
            reference=reference,
            entries=int(entries),
            head=head,
            at=int(at),
            sums=sums,
        )
        return _as_written(found, statement)

    @classmethod
    def for_transcript(cls, transcript: Transcript, sums: Mapping[str, str]) -> "Manifest":
        """Build the manifest of a transcript that has a proof."""
        state, proof = transcript.conversation, transcript.proof
        assert proof is not None
        head = chain.head(state.id, proof.leaves)
        return cls(
            conversation=state.id,
            reference=state.reference,
            entries=len(proof.leaves),
            head=head,
            at=proof.at,
            sums=sums,
        )


@dataclass(frozen=True, slots=True)
class ExportManifest:
    """The facts about an export: the number of its conversations, and its time `at` (ms).

    `sums` are the SHA-256 hashes (hex) of the files beside the folders of the conversations, and of
    each folder's own SHA256SUMS: so that no folder can be taken out of it unnoticed.
    """

    conversations: int
    at: int
    sums: Mapping[str, str]

    @property
    def title(self) -> str:
        """The first line of the statement."""
        return EXPORT_TITLE

    @property
    def facts(self) -> Facts:
        """The facts by name, in the order of the statement."""
        return dict(zip(EXPORT_FACTS, (self.conversations, self.at), strict=True))

    @property
    def statement(self) -> bytes:
        """The signed bytes, which are the content of SHA256SUMS."""
        return _statement(self)

    @classmethod
    def parse(cls, statement: bytes) -> "ExportManifest":
        """Parse a `statement`; raises ValueError unless a manifest would write exactly the same."""
        (conversations, at), sums = _read_statement(statement, EXPORT_TITLE, EXPORT_FACTS)
        found = cls(conversations=int(conversations), at=int(at), sums=sums)
        return _as_written(found, statement)


AnyManifest = Manifest | ExportManifest
Read = TypeVar("Read", Manifest, ExportManifest)


def parse_manifest(statement: bytes) -> AnyManifest:
    """Parse the statement of either kind; raises ValueError for anything else."""
    if statement.startswith(f"# {EXPORT_TITLE}\n".encode()):
        return ExportManifest.parse(statement)
    return Manifest.parse(statement)


def seal_files(manifest: AnyManifest, key: SiteKey) -> dict[str, bytes]:
    """Return the content of the three sealing files by name."""
    statement = manifest.statement
    signature = key.sign(statement)
    return {
        SUMS: statement,
        SIGNATURE: signature,
        MANIFEST: manifest_json(manifest, key.public, signature),
    }


def manifest_json(manifest: AnyManifest, key: str, signature: bytes) -> bytes:
    """Return `manifest.json`: the manifest, the public `key` (base64) and the signature."""
    document = {
        "version": manifest.title,
        **manifest.facts,
        "files": {name: manifest.sums[name] for name in sorted(manifest.sums)},
        "key": key,
        "signature": b64encode(signature).decode(),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _statement(manifest: AnyManifest) -> bytes:
    facts = [f"# {fact} {value}" for fact, value in manifest.facts.items()]
    files = [f"{manifest.sums[name]}  {name}" for name in sorted(manifest.sums)]
    return "".join(f"{line}\n" for line in (f"# {manifest.title}", *facts, *files)).encode()


def _read_statement(
    statement: bytes, title: str, names: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """Return the values of the facts and the sums; raises ValueError for other facts."""
    lines = statement.decode().split("\n")
    facts = [match for line in lines if (match := _FACT.fullmatch(line))]
    if [match[1] for match in facts] != [*names]:
        raise ValueError(f"{lines[0]} is not {title}")
    sums = {match[2]: match[1] for line in lines if (match := _SUM.fullmatch(line))}
    return [match[2] for match in facts], sums


def _as_written(found: Read, statement: bytes) -> Read:
    # Written again and compared, because the regular expressions skip lines they do not know: an
    # added line would otherwise be covered by nothing and still pass.
    if found.statement != statement:
        raise ValueError("it has lines that do not belong to a manifest")
    return found
