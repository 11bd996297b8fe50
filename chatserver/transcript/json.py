"""`transcript.json`: the events as on the wire, with the proof that they are those of the log."""

from datetime import UTC, tzinfo

import orjson

from chatserver.protocol.event_json import event_fields
from chatserver.transcript.document import Transcript


def render(transcript: Transcript, _zone: tzinfo = UTC) -> bytes:
    """Return the document as UTF-8 JSON; its times are ms since 1970 UTC in every zone."""
    proof = {"proof": transcript.proof.model_dump()} if transcript.proof else {}
    return orjson.dumps(document(transcript) | proof)


def document(transcript: Transcript) -> dict[str, object]:
    """Return everything but the proof, which is what the proof is computed over."""
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
