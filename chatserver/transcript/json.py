"""`transcript.json`: the events as on the wire."""

from datetime import UTC, tzinfo

import orjson

from chatserver.protocol.facts import event_fields
from chatserver.transcript.document import Transcript


def render(transcript: Transcript, _zone: tzinfo = UTC) -> bytes:
    """The document of the wire contract, UTF-8; its times are ms, whoever reads it."""
    state = transcript.conversation
    return orjson.dumps(
        {
            "conversation": state.id,
            "reference": state.reference,
            "epoch": transcript.epoch,
            "customer": state.customer,
            "topic": state.topic,
            "subject": state.subject,
            "opened_at": state.opened_at,
            "closed_at": state.closed_at,
            "events": [
                event_fields(event, internal=transcript.internal) for event in transcript.events
            ],
        }
    )
