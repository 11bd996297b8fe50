"""A transcript proves itself and locates changes."""

from base64 import b64decode
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.conversation.commands import Accept, AddNote, Close, Send
from chatserver.protocol.event_json import event_fields
from chatserver.transcript import json
from chatserver.transcript.authenticity.chain import ChainRecord, leaf, leaves
from chatserver.transcript.authenticity.proof import ProofResult, make_proof, verify_proof
from chatserver.transcript.authenticity.seal import SiteKey, is_signed
from chatserver.transcript.document import Transcript
from tests.playbook import ANN, BOB, NOON, OPENING, Play

KEY = SiteKey.generate()
KNOWN = frozenset({KEY.public})


def play() -> Play:
    return Play().given(
        (ANN, OPENING),
        (BOB, Accept()),
        (BOB, AddNote(text="rude but right")),
        (BOB, Send(text="Which colour? 🙂")),
        (ANN, Close()),
    )


def salts(play: Play) -> list[ChainRecord]:
    return [ChainRecord(event.seq, f"{event.seq:032x}") for event in play.events]


def sealed(*, internal: bool = False, erased: int | None = None) -> bytes:
    """Return the customer's `transcript.json` with its proof."""
    given = play()
    state = given.state
    assert state is not None
    transcript = Transcript.edition(state, given.events, "epoch", internal=internal)
    kept = salts(given)
    if erased is not None:
        made = leaves(given.events, kept)[erased - 1]
        kept[erased - 1] = ChainRecord(erased, None, made)
    document = orjson.loads(json.render(transcript))
    if erased is not None:
        document["events"] = [each for each in document["events"] if each["seq"] != erased]
    shown = {event["seq"]: f"{event['seq']:032x}" for event in document["events"]}
    proof = make_proof(document, leaves(given.events, kept), shown, NOON, KEY)
    return orjson.dumps(document | {"proof": proof.model_dump()})


@pytest.mark.parametrize("internal", [True, False])
def test_an_issued_transcript_is_genuine(internal: bool) -> None:
    assert verify_proof(sealed(internal=internal), KNOWN).finding is ProofResult.GENUINE


@pytest.mark.parametrize("internal", [True, False])
def test_a_customers_priority_is_for_technicians_and_the_proof_holds_without_it(
    internal: bool,
) -> None:
    given = Play().given((replace(ANN, priority=7), OPENING), (BOB, Accept()), (ANN, Close()))
    assert given.state is not None
    transcript = Transcript.edition(given.state, given.events, "epoch", internal=internal)
    document = orjson.loads(json.render(transcript))
    assert document["events"][0].get("priority") == (7 if internal else None)
    shown = {each.seq: each.salt for each in salts(given) if each.salt is not None}
    proof = make_proof(document, leaves(given.events, salts(given)), shown, NOON, KEY)
    content = orjson.dumps(document | {"proof": proof.model_dump()})
    assert verify_proof(content, KNOWN).finding is ProofResult.GENUINE


def test_another_sites_word_is_not_ours() -> None:
    verdict = verify_proof(sealed(), frozenset({SiteKey.generate().public}))
    assert verdict.finding is ProofResult.UNKNOWN_KEY
    assert verdict.key == KEY.public


def test_the_customers_proof_says_nothing_of_the_notes() -> None:
    assert b"rude" not in sealed()
    # Without the salt of the note (seq 4) its leaf cannot be confirmed by guessing the text.
    assert f"{4:032x}".encode() not in sealed()


def test_an_erased_entry_leaves_the_chain_whole() -> None:
    verdict = verify_proof(sealed(erased=2), KNOWN)
    assert verdict.finding is ProofResult.GENUINE


@pytest.mark.parametrize(
    ("was", "becomes", "where"),
    [
        (b"It blinks", b"It blonks", "entry 2"),
        ("Which colour? 🙂".encode(), "Which colour? 🙁".encode(), "entry 5"),
        (b'"seq":5,"prev":3', b'"seq":5,"prev":1', "the heading or the order"),
        (b'"epoch":"epoch"', b'"epoch":"other"', "the heading or the order"),
        (
            b'"reference":"K7F3-9QMX","epoch"',
            b'"reference":"K7F3-9QMY","epoch"',
            "the heading or the order",
        ),
    ],
)
def test_a_changed_word_is_found(was: bytes, becomes: bytes, where: str) -> None:
    content = sealed()
    assert content.count(was) == 1
    verdict = verify_proof(content.replace(was, becomes), KNOWN)
    assert (verdict.finding, verdict.where) == (ProofResult.CHANGED, where)


def test_an_entry_that_was_taken_out_is_missed() -> None:
    document = orjson.loads(sealed())
    del document["events"][1]
    verdict = verify_proof(orjson.dumps(document), KNOWN)
    assert verdict.where == "entry 2 (taken out)"


def test_an_entry_cannot_be_made_to_look_erased() -> None:
    document = orjson.loads(sealed())
    # An erased entry has no salt; removing it by hand changes what the site has signed.
    del document["events"][1], document["proof"]["salts"]["2"]
    assert verify_proof(orjson.dumps(document), KNOWN).finding is ProofResult.CHANGED


def test_a_signature_is_written_in_one_way_only() -> None:
    document = orjson.loads(sealed())
    signature = document["proof"]["signature"]
    # The last 4 bits of the final character are ignored by lenient Base64 decoders.
    last = {"A": "B", "Q": "R", "g": "h", "w": "x"}[signature[-3]]
    document["proof"]["signature"] = signature[:-3] + last + "=="
    assert verify_proof(orjson.dumps(document), KNOWN).finding is ProofResult.CHANGED


@given(data=st.data())
def test_one_flipped_bit_anywhere_is_found_and_located(data: st.DataObject) -> None:
    content = bytearray(sealed())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    verdict = verify_proof(bytes(content), KNOWN)
    same = _parsed(bytes(content)) == _parsed(sealed())
    # A flip in white space or in an equivalent escape leaves the same JSON, which is genuine.
    assert (verdict.finding is ProofResult.GENUINE) == same
    assert same or verdict.finding is ProofResult.UNKNOWN_KEY or verdict.where


def _parsed(content: bytes) -> object:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return content


@given(content=st.binary(max_size=400))
def test_content_of_another_kind_counts_as_changed(content: bytes) -> None:
    assert verify_proof(content, KNOWN).finding is ProofResult.CHANGED


def test_a_leaf_is_what_sha256sum_makes_of_it() -> None:
    fields = event_fields(play().events[0], internal=False)
    # printf '%s\n%s' 000…0 '{"at":…}' | sha256sum
    assert leaf("0" * 32, fields) == leaf("0" * 32, dict(reversed(fields.items())))
    assert leaf("0" * 32, fields) == leaf("0" * 32, fields | {"prev": 99})
    assert leaf("0" * 32, fields) != leaf("1" + "0" * 31, fields)


def test_the_key_survives_its_file() -> None:
    again = SiteKey.from_pem(KEY.pem)
    assert is_signed(b"words", again.sign(b"words"), KEY.public)
    assert not is_signed(b"wordz", again.sign(b"words"), KEY.public)
    assert len(b64decode(KEY.public)) == 32
