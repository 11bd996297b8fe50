"""`transcript.json`: the events as on the wire, with the proof of the log's hash chain."""

import orjson

from chatserver.protocol.event_json import event_fields
from chatserver.transcript.document import Transcript
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale


def render(transcript: Transcript, _reader: ReaderLocale = UTC_ENGLISH) -> bytes:
    """Return the document as UTF-8 JSON, the same for every reader; times are ms since 1970 UTC."""
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
