"""What a folder of a sealed conversation holds, signed, so that standard tools can check it.

`SHA256SUMS` is what `sha256sum --check` reads; what it says of the conversation stands in its
comments. `SHA256SUMS.sig` is the site's signature under it, as `openssl pkeyutl` takes it.
`manifest.json` says both once more, for programs.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from chatserver.transcript import chain
from chatserver.transcript.document import Transcript
from chatserver.transcript.seal import SiteKey

TITLE = "chatserver archive 1"
SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
MANIFEST = "manifest.json"
SEALS = frozenset({SUMS, SIGNATURE, MANIFEST})
"""The files that vouch for the others."""

FACTS = ("conversation", "reference", "entries", "head", "sealed")
_FACT = re.compile(r"# ([a-z]+) (\S+)")
_SUM = re.compile(r"([0-9a-f]{64})  (\S.*)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A conversation of so many entries with the `head` of its chain, sealed at `at` (ms), and
    the SHA-256 (hex) of each of the files by its name."""

    conversation: str
    reference: str
    entries: int
    head: str
    at: int
    sums: Mapping[str, str]

    @property
    def statement(self) -> bytes:
        """What is signed: the content of SHA256SUMS."""
        values = (self.conversation, self.reference, self.entries, self.head, self.at)
        facts = [f"# {fact} {value}" for fact, value in zip(FACTS, values, strict=True)]
        files = [f"{self.sums[name]}  {name}" for name in sorted(self.sums)]
        return "".join(f"{line}\n" for line in (f"# {TITLE}", *facts, *files)).encode()

    @classmethod
    def read(cls, statement: bytes) -> "Manifest":
        """The manifest that `statement` wrote; raises ValueError for anything else."""
        title, *lines = statement.decode().split("\n")
        facts = [match for line in lines if (match := _FACT.fullmatch(line))]
        if [match[1] for match in facts] != [*FACTS]:
            raise ValueError(f"{title} is not {TITLE}")
        conversation, reference, entries, head, at = (match[2] for match in facts)
        sums = {match[2]: match[1] for line in lines if (match := _SUM.fullmatch(line))}
        found = cls(conversation, reference, int(entries), head, int(at), sums)
        if found.statement != statement:
            raise ValueError("there is more in it than a manifest says")
        return found

    @classmethod
    def of(cls, transcript: Transcript, sums: Mapping[str, str]) -> "Manifest":
        """What is to be signed of a transcript that has a proof."""
        state, proof = transcript.conversation, transcript.proof
        assert proof is not None
        head = chain.head(state.id, proof.leaves)
        return cls(state.id, state.reference, len(proof.leaves), head, proof.at, sums)


def sealed(manifest: Manifest, key: SiteKey) -> dict[str, bytes]:
    """The files that vouch for the others, by their names."""
    statement = manifest.statement
    signature = key.sign(statement)
    return {
        SUMS: statement,
        SIGNATURE: signature,
        MANIFEST: as_json(manifest, key.public, signature),
    }


def as_json(manifest: Manifest, key: str, signature: bytes) -> bytes:
    """`manifest.json`: the manifest, whose `key` (base64) signed it, and the signature."""
    document = {
        "version": TITLE,
        "conversation": manifest.conversation,
        "reference": manifest.reference,
        "entries": manifest.entries,
        "head": manifest.head,
        "sealed": manifest.at,
        "files": {name: manifest.sums[name] for name in sorted(manifest.sums)},
        "key": key,
        "signature": b64encode(signature).decode(),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
