"""The proof in `transcript.json` (the signed chain of the conversation), and its verification."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final, Literal, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatserver.transcript.authenticity.chain import UNPROVEN, canonical, head, leaf
from chatserver.transcript.authenticity.seal import SiteKey, decode_canonical_base64, is_signed
from chatserver.transcript.authenticity.strict_json import check_names

_NUMBER = re.compile("[1-9][0-9]{0,9}")

VERSION: Final = "chatserver chain 1"

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Salt = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Proof(BaseModel):
    """The `proof` object: a leaf for each entry of the log, and the salts of the entries shown.

    `about` is the SHA-256 of everything in the file that no leaf covers: the heading, and the
    choice and order of the events. The signature (base64) is over `statement`.
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
    """The result of a verification.

    `UNCHANGED`: sealed and unchanged, but something else in the input is changed or not covered.
    `GENUINE`: sealed and unchanged, with nothing else in the input.
    """

    GENUINE = "genuine"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    NOT_COVERED = "not_covered"
    UNKNOWN_KEY = "unknown_key"


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """The result, the place of the first change, and the public `key` (base64) that signed."""

    finding: ProofResult
    where: str | None = None
    key: str | None = None


def statement(conversation: str, leaves: Sequence[str], about: str, at: int) -> bytes:
    """Return the signed bytes: six lines, each ended by a line feed."""
    lines = (VERSION, conversation, str(len(leaves)), head(conversation, leaves), about, str(at))
    return "".join(f"{line}\n" for line in lines).encode()


def make_proof(
    document: Mapping[str, object],
    leaves: Sequence[str],
    salts: Mapping[int, str],
    at: int,
    key: SiteKey,
) -> Proof:
    """Sign `document` (a `transcript.json` without a proof) at the time `at` (ms since 1970 UTC).

    `leaves` cover the whole log, `salts` only the entries that the document shows.
    """
    about = _about_hash(document)
    signature = key.sign(statement(str(document["conversation"]), leaves, about, at))
    return Proof(
        leaves=list(leaves),
        salts={str(seq): salt for seq, salt in salts.items()},
        about=about,
        at=at,
        key=key.public,
        signature=b64encode(signature).decode(),
    )


def verify_proof(content: bytes, known: frozenset[str]) -> ProofVerdict:
    """Verify a `transcript.json` against the `known` public keys (base64).

    Never raises for bad content: a file of any form gets the verdict CHANGED.
    """
    try:
        document = orjson.loads(content)
        check_names(content)
        proof = Proof.model_validate(document["proof"])
        conversation, events = document["conversation"], list(document["events"])
        where = _difference(document, conversation, events, proof)
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        return ProofVerdict(ProofResult.CHANGED, "proof: " + ".".join(map(str, location)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # Includes nesting and integers beyond the limits of the JSON parser (RecursionError,
        # ValueError).
        return ProofVerdict(ProofResult.CHANGED, f"the file as a whole ({type(error).__name__})")
    if where is not None:
        return ProofVerdict(ProofResult.CHANGED, where, proof.key)
    finding = ProofResult.GENUINE if proof.key in known else ProofResult.UNKNOWN_KEY
    return ProofVerdict(finding, key=proof.key)


def _difference(
    document: dict[str, object], conversation: object, events: list[object], proof: Proof
) -> str | None:
    """Return the first place where the document differs from what was signed, or None."""
    shown = set()
    for number, fields in enumerate(events, start=1):
        where = _changed_entry(fields, proof)
        if where is not None or not isinstance(fields, dict) or fields["seq"] in shown:
            return where or f"event {number}"
        shown.add(fields["seq"])
    # A salt is published for shown entries only. A salt without its event therefore means that the
    # event was removed from the file, and one under any other name says what nothing covers.
    missing = set(proof.salts) - {str(seq) for seq in shown}
    if missing:
        numbers = [int(seq) for seq in missing if _NUMBER.fullmatch(seq)]
        return f"entry {min(numbers)} (taken out)" if numbers else "proof: salts"
    if _about_hash(document) != proof.about:
        return "the heading or the order"
    signed_text = statement(str(conversation), proof.leaves, proof.about, proof.at)
    return None if _signed(signed_text, proof) else "the signature"


def _changed_entry(fields: object, proof: Proof) -> str | None:
    if not isinstance(fields, dict):
        return "an event"
    seq = fields.get("seq")
    salt = proof.salts.get(str(seq))
    if not isinstance(seq, int) or salt is None or not 1 <= seq <= len(proof.leaves):
        return f"entry {seq}"
    return None if leaf(salt, fields) == proof.leaves[seq - 1] else f"entry {seq}"


def _about_hash(document: Mapping[str, object]) -> str:
    """Return the SHA-256 (hex) of the document without its proof and without what leaves cover.

    Each event is reduced to its `seq` and its unproven fields, so that the hash still covers which
    events are shown and in which order.
    """
    about = {name: value for name, value in document.items() if name != "proof"}
    about["events"] = [_beside_leaf(fields) for fields in _events(document)]
    return sha256(canonical(about)).hexdigest()


def _events(document: Mapping[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", document["events"])


def _beside_leaf(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: fields[name] for name in fields if name == "seq" or name in UNPROVEN}


def _signed(signed_text: bytes, proof: Proof) -> bool:
    try:
        signature = decode_canonical_base64(proof.signature)
    except ValueError:
        return False
    return is_signed(signed_text, signature, proof.key)
