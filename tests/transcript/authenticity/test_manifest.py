"""A sealed folder proves itself as a whole and file by file."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.conversation.commands import Accept, AddNote, Send
from chatserver.transcript import html, json
from chatserver.transcript.authenticity.chain import ChainRecord, leaves
from chatserver.transcript.authenticity.manifest import MANIFEST, SEALS, Manifest, seal_files
from chatserver.transcript.authenticity.proof import ProofResult, make_proof
from chatserver.transcript.authenticity.seal import SiteKey
from chatserver.transcript.authenticity.verify_folder import VerificationReport, check_folder
from chatserver.transcript.document import Transcript
from tests.playbook import ANN, BOB, NOON, OPENING, Play

KEY = SiteKey.generate()
KNOWN = frozenset({KEY.public})
# A name with a space, brackets and a letter outside ASCII, as customers send them.
NAMES = ["files/0005-mödem (1).png", "transcript.html", "transcript.json", *sorted(SEALS)]


@dataclass
class Memory:
    """A folder in memory."""

    files: list[tuple[str, bytes]]
    irregular: dict[str, str] = field(default_factory=dict)

    def names(self) -> Sequence[str]:
        return [name for name, _ in self.files]

    def read(self, name: str) -> bytes:
        return dict(self.files)[name]

    def pieces(self, name: str) -> Iterator[bytes]:
        content = self.read(name)
        yield from (content[at : at + 100] for at in range(0, len(content), 100))


def transcript() -> Transcript:
    play = Play().given((ANN, OPENING), (BOB, Accept()), (BOB, AddNote(text="rude but right")))
    play.given((BOB, Send(text="Which colour? 🙂")))
    state = play.state
    assert state is not None
    edition = Transcript.edition(state, play.events, "epoch", internal=False)
    salts = [ChainRecord(event.seq, f"{event.seq:032x}") for event in play.events]
    shown = {event.seq: f"{event.seq:032x}" for event in edition.events}
    made = leaves(play.events, salts)
    return replace(edition, proof=make_proof(json.document(edition), made, shown, NOON, KEY))


def folder(key: SiteKey = KEY) -> dict[str, bytes]:
    document = transcript()
    files = {
        NAMES[0]: b"\x89PNG\r\n" * 50,
        "transcript.html": html.render(document),
        "transcript.json": json.render(document),
    }
    sums = {name: sha256(content).hexdigest() for name, content in files.items()}
    return files | seal_files(Manifest.for_transcript(document, sums), key)


WHOLE = folder()


def checked(files: dict[str, bytes], known: frozenset[str] = KNOWN) -> VerificationReport:
    return check_folder("K7F3-9QMX", Memory([*files.items()]), known)


def test_a_sealed_folder_is_genuine_and_identifies_itself() -> None:
    report = checked(WHOLE)
    assert report.verdict.finding is ProofResult.GENUINE
    assert (report.reference, report.entries, report.at) == ("K7F3-9QMX", 5, NOON)


def test_another_sites_word_is_not_ours() -> None:
    assert checked(WHOLE, frozenset()).verdict.finding is ProofResult.UNKNOWN_KEY
    assert checked(folder(SiteKey.generate())).verdict.finding is ProofResult.UNKNOWN_KEY


@given(data=st.data(), name=st.sampled_from(NAMES))
def test_one_flipped_bit_anywhere_is_found_and_located(data: st.DataObject, name: str) -> None:
    content = bytearray(WHOLE[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    verdict = checked(WHOLE | {name: bytes(content)}).verdict
    assert verdict.finding is ProofResult.CHANGED
    assert verdict.where is not None
    assert verdict.where.startswith(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_was_taken_away_is_missed(name: str) -> None:
    verdict = checked({each: content for each, content in WHOLE.items() if each != name}).verdict
    assert verdict.finding is ProofResult.CHANGED
    assert (verdict.where or "").startswith(name)


def test_a_changed_word_is_located_in_the_transcript() -> None:
    forged = WHOLE["transcript.json"].replace(b"It blinks", b"It blonks")
    verdict = checked(WHOLE | {"transcript.json": forged}).verdict
    assert verdict.where == "transcript.json: entry 2"


def test_an_added_file_is_reported() -> None:
    assert checked(WHOLE | {"files/x": b""}).verdict.where == "files/x (added)"
    # A ZIP may hold a name twice; programs differ in which of the two they unpack.
    doubled = Memory([("transcript.html", b"forged"), *WHOLE.items()])
    verdict = check_folder("x", doubled, KNOWN).verdict
    assert verdict.where == "transcript.html (twice)"


def test_seals_of_another_conversation_do_not_fit() -> None:
    other = Manifest(
        "c2", "AAAA-AAAA", 5, head="0" * 64, at=NOON, sums={"transcript.html": "0" * 64}
    )
    verdict = checked(WHOLE | seal_files(other, KEY)).verdict
    assert verdict.finding is ProofResult.CHANGED


def test_without_any_seal_nothing_is_believed() -> None:
    files = {name: content for name, content in WHOLE.items() if name not in SEALS}
    # The transcript's own proof is not enough: it says nothing about the other files.
    assert checked(files).verdict.where == "the signature"


@pytest.mark.parametrize("odd", [{"files": [[1, "x"]]}, {"reference": [["x"]]}, {"entries": "5"}])
def test_a_seal_that_says_something_odd_is_none_though_it_is_signed(odd: dict[str, Any]) -> None:
    said: dict[str, Any] = {
        "conversation": "c",
        "reference": "r",
        "entries": 5,
        "head": "h",
        "sealed": 1,
    } | odd
    files = dict(odd.get("files", {}))
    manifest = Manifest("c", said["reference"], said["entries"], head="h", at=1, sums=files)
    seal = {"files": files} | said | {"key": KEY.public}
    # The signature is valid, so only the check of the types can refuse the seal.
    seal["signature"] = b64encode(KEY.sign(manifest.statement)).decode()
    report = checked({MANIFEST: orjson.dumps(seal)})
    assert (report.verdict.finding, report.verdict.where) == (ProofResult.CHANGED, "the signature")


@given(content=st.binary(max_size=300))
def test_anything_else_is_no_manifest(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Manifest.parse(content)
