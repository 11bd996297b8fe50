"""`transcript.json`: the events as on the wire, and the proof that they are the log's."""

from datetime import UTC, tzinfo

import orjson

from chatserver.protocol.event_json import event_fields
from chatserver.transcript.document import Transcript


def render(transcript: Transcript, _zone: tzinfo = UTC) -> bytes:
    """The document of the wire contract, UTF-8; its times are ms, whoever reads it."""
    proof = {"proof": transcript.proof.model_dump()} if transcript.proof else {}
    return orjson.dumps(document(transcript) | proof)


def document(transcript: Transcript) -> dict[str, object]:
    """What a proof is made for: everything but the proof."""
    state = transcript.conversation
    return {
        "conversation": state.id,
        "reference": state.reference,
        "epoch": transcript.epoch,
        "customer": {"id": state.customer.id, "name": state.customer.name},
        "topic": state.topic,
        "subject": state.subject,
        "opened_at": state.opened_at,
        "closed_at": state.closed_at,
        "events": [
            event_fields(event, internal=transcript.internal) for event in transcript.events
        ],
    }
