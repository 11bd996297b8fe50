"""The proof in `transcript.json`: the chain of the conversation, signed; and the check of one."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final, Literal, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatserver.transcript.chain import UNPROVEN, canonical, head, leaf
from chatserver.transcript.seal import SiteKey, decoded, is_signed

VERSION: Final = "chatserver chain 1"

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Salt = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Proof(BaseModel):
    """What stands beside the events: a leaf for each entry of the log, shown or not, and the
    salts of those that are shown.

    `about` is the SHA-256 of everything in the file that no leaf proves: what stands beside the
    events, and which are shown in which order. The signature (base64) is over `statement`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal["chatserver chain 1"] = VERSION
    leaves: list[Hash]
    salts: dict[str, Salt]
    about: Hash
    at: int
    key: str
    signature: str


class ProofResult(StrEnum):
    """What a check says."""

    GENUINE = "genuine"
    CHANGED = "changed"
    UNKNOWN_KEY = "unknown_key"


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """What was found; `where` something was changed, and whose `key` (base64) signed."""

    finding: ProofResult
    where: str | None = None
    key: str | None = None


def statement(conversation: str, leaves: Sequence[str], about: str, at: int) -> bytes:
    """What the site signs: these lines, each ended by a line feed."""
    lines = (VERSION, conversation, str(len(leaves)), head(conversation, leaves), about, str(at))
    return "".join(f"{line}\n" for line in lines).encode()


def prove(
    document: Mapping[str, object],
    leaves: Sequence[str],
    salts: Mapping[int, str],
    at: int,
    key: SiteKey,
) -> Proof:
    """The proof for `document` (a `transcript.json` without one), made at `at` (ms).

    `leaves` are those of the whole log, `salts` those of the entries that the document shows.
    """
    about = _about(document)
    signature = key.sign(statement(str(document["conversation"]), leaves, about, at))
    return Proof(
        leaves=list(leaves),
        salts={str(seq): salt for seq, salt in salts.items()},
        about=about,
        at=at,
        key=key.public,
        signature=b64encode(signature).decode(),
    )


def check(content: bytes, known: frozenset[str]) -> ProofVerdict:
    """Whether a `transcript.json` is as the owner of one of the `known` keys gave it out."""
    try:
        document = orjson.loads(content)
        proof = Proof.model_validate(document["proof"])
        conversation, events = document["conversation"], list(document["events"])
        where = _difference(document, conversation, events, proof)
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        return ProofVerdict(ProofResult.CHANGED, "proof: " + ".".join(map(str, location)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # Also what is nested deeper, or a longer number, than anything that we would write.
        return ProofVerdict(ProofResult.CHANGED, f"the file as a whole ({type(error).__name__})")
    if where is not None:
        return ProofVerdict(ProofResult.CHANGED, where, proof.key)
    finding = ProofResult.GENUINE if proof.key in known else ProofResult.UNKNOWN_KEY
    return ProofVerdict(finding, key=proof.key)


def _difference(
    document: dict[str, object], conversation: object, events: list[object], proof: Proof
) -> str | None:
    """Where the document is not what was signed; None when it is."""
    shown = set()
    for number, fields in enumerate(events, start=1):
        where = _changed(fields, proof)
        if where is not None or not isinstance(fields, dict) or fields["seq"] in shown:
            return where or f"event {number}"
        shown.add(fields["seq"])
    missing = {int(seq) for seq in proof.salts if seq.isdecimal()} - shown
    if missing:
        return f"entry {min(missing)} (taken out)"
    if _about(document) != proof.about:
        return "the heading or the order"
    said = statement(str(conversation), proof.leaves, proof.about, proof.at)
    return None if _signed(said, proof) else "the signature"


def _changed(fields: object, proof: Proof) -> str | None:
    if not isinstance(fields, dict):
        return "an event"
    seq = fields.get("seq")
    salt = proof.salts.get(str(seq))
    if not isinstance(seq, int) or salt is None or not 1 <= seq <= len(proof.leaves):
        return f"entry {seq}"
    return None if leaf(salt, fields) == proof.leaves[seq - 1] else f"entry {seq}"


def _about(document: Mapping[str, object]) -> str:
    """SHA-256 of the document without its proof, as an entry; of its events without all that
    their leaves prove, so that what is left says which are shown, and in which order."""
    about = {name: value for name, value in document.items() if name != "proof"}
    about["events"] = [_beside_leaf(fields) for fields in _events(document)]
    return sha256(canonical(about)).hexdigest()


def _events(document: Mapping[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", document["events"])


def _beside_leaf(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: fields[name] for name in fields if name == "seq" or name in UNPROVEN}


def _signed(said: bytes, proof: Proof) -> bool:
    try:
        signature = decoded(proof.signature)
    except ValueError:
        return False
    return is_signed(said, signature, proof.key)
