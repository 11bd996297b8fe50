"""`transcript.json`: the wire contract's document."""

import orjson

from chatserver.core.conversation.commands import Accept, AddNote, Send
from chatserver.transcript.document import Transcript
from chatserver.transcript.json import render
from tests.playbook import ANN, BOB, NOON, OPENING, Play

FIELDS = {
    "conversation",
    "reference",
    "epoch",
    "customer",
    "topic",
    "subject",
    "opened_at",
    "closed_at",
    "events",
}


def document(play: Play, *, internal: bool) -> dict[str, object]:
    state = play.state
    assert state is not None
    edition = Transcript.edition(state, play.events, "epoch", internal=internal)
    read: dict[str, object] = orjson.loads(render(edition))
    return read


def noted() -> Play:
    return Play().given(
        (ANN, OPENING), (BOB, Accept()), (BOB, AddNote(text="SECRET")), (BOB, Send(text="Hello"))
    )


def sequence(found: dict[str, object]) -> list[tuple[int, int, str]]:
    events = found["events"]
    assert isinstance(events, list)
    return [(event["seq"], event["prev"], event["kind"]) for event in events]


def test_the_document_has_the_fields_of_the_contract() -> None:
    found = document(noted(), internal=False)
    assert set(found) == FIELDS
    assert found["customer"] == {"id": "ann", "name": "Ann"}
    assert (found["reference"], found["epoch"]) == ("K7F3-9QMX", "epoch")
    assert (found["opened_at"], found["closed_at"]) == (NOON, None)


def test_events_are_as_on_the_wire_without_type() -> None:
    events = document(noted(), internal=False)["events"]
    assert isinstance(events, list)
    assert events[1] == {
        "conversation": "c1",
        "seq": 2,
        "prev": 1,
        "at": NOON,
        "kind": "message",
        "author": {"role": "customer", "id": "ann", "name": "Ann"},
        "text": "It blinks",
    }


def test_the_customers_edition_skips_notes_and_says_so_by_prev() -> None:
    found = document(noted(), internal=False)
    kinds = [(1, 0, "opened"), (2, 1, "message"), (3, 2, "assigned"), (5, 3, "message")]
    assert sequence(found) == kinds
    assert "SECRET" not in str(found)


def test_the_internal_edition_has_every_seq() -> None:
    found = document(noted(), internal=True)
    assert [(seq, prev) for seq, prev, _ in sequence(found)] == [
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 3),
        (5, 4),
    ]
