"""The signed manifest of a sealed conversation's folder, which standard tools can check.

`sha256sum --check` reads `SHA256SUMS`, whose comments hold facts about the conversation.
`SHA256SUMS.sig` is the site's Ed25519 signature of that file, as `openssl pkeyutl` expects it.
`manifest.json` repeats both for programs.
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
"""The files that authenticate all others in the folder."""

FACTS = ("conversation", "reference", "entries", "head", "sealed")
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
    def statement(self) -> bytes:
        """The signed bytes, which are the content of SHA256SUMS."""
        values = (self.conversation, self.reference, self.entries, self.head, self.at)
        facts = [f"# {fact} {value}" for fact, value in zip(FACTS, values, strict=True)]
        files = [f"{self.sums[name]}  {name}" for name in sorted(self.sums)]
        return "".join(f"{line}\n" for line in (f"# {TITLE}", *facts, *files)).encode()

    @classmethod
    def parse(cls, statement: bytes) -> "Manifest":
        """Parse a `statement`; raises ValueError unless a manifest would write exactly the same."""
        title, *lines = statement.decode().split("\n")
        facts = [match for line in lines if (match := _FACT.fullmatch(line))]
        if [match[1] for match in facts] != [*FACTS]:
            raise ValueError(f"{title} is not {TITLE}")
        conversation, reference, entries, head, at = (match[2] for match in facts)
        sums = {match[2]: match[1] for line in lines if (match := _SUM.fullmatch(line))}
        found = cls(
            conversation=conversation,
            reference=reference,
            entries=int(entries),
            head=head,
            at=int(at),
            sums=sums,
        )
        # Written again and compared, because the regular expressions skip lines they do not know:
        # an added line would otherwise be covered by nothing and still pass.
        if found.statement != statement:
            raise ValueError("it has lines that do not belong to a manifest")
        return found

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


def seal_files(manifest: Manifest, key: SiteKey) -> dict[str, bytes]:
    """Return the content of the three sealing files by name."""
    statement = manifest.statement
    signature = key.sign(statement)
    return {
        SUMS: statement,
        SIGNATURE: signature,
        MANIFEST: manifest_json(manifest, key.public, signature),
    }


def manifest_json(manifest: Manifest, key: str, signature: bytes) -> bytes:
    """Return `manifest.json`: the manifest, the public `key` (base64) and the signature."""
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
