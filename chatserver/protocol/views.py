"""JSON views of conversations and people for clients."""

from chatserver.core.conversation.promise import first_owed
from chatserver.core.conversation.record import ConversationRecord, ReadMarks
from chatserver.core.conversation.state import Conversation
from chatserver.core.people import Customer, Technician, TechnicianStatus
from chatserver.core.retention import Retention
from chatserver.core.site import Appearance, Site

_AS_THEY_ARE = (
    "reference",
    "status",
    "topic",
    "subject",
    "product",
    "customer",
    "technician",
    "opened_at",
    "closed_at",
    "reply_by",
    "by_mail",
    "place_until",
    "last",
    "question",
    "way",
)
"""The fields of a conversation that a summary has under the same name."""

_FIELDS = {False: _AS_THEY_ARE, True: (*_AS_THEY_ARE, "priority", "doubted")}
"""The fields for customers are under False, those for technicians under True."""


def own_summary(record: ConversationRecord, retention: Retention) -> dict[str, object]:
    """Return the summary for the customer, with the end of the retention (ms) or None."""
    fields = summary(record.conversation, record.marks, internal=False)
    return fields | {"kept_until": retention.expires_at(record.conversation)}


def summary(conversation: Conversation, marks: ReadMarks, *, internal: bool) -> dict[str, object]:
    """Return a conversation as one line of a list; times in ms since 1970 UTC.

    Without `internal`, `seq` and the technician's read mark end at the newest event that is
    visible to customers, so that not even a number reveals an internal note.
    """
    # A technician may have read further than the customer can see.
    seen = ReadMarks(marks.customer, min(marks.technician, conversation.shown))
    return {
        "conversation": conversation.id,
        **{name: getattr(conversation, name) for name in _FIELDS[internal]},
        "requeued": conversation.requeue_reason,
        "seq": conversation.seq if internal else conversation.shown,
        "read": marks if internal else seen,
        **(_promise_fields(conversation) if internal and conversation.promises else {}),
    }


def _promise_fields(conversation: Conversation) -> dict[str, object]:
    owed = first_owed(conversation.promises)
    return {"half_at": owed.half_at if owed else None, "escalated": conversation.escalation}


def offer_frame(conversation: Conversation, marks: ReadMarks, *, stands: bool) -> dict[str, object]:
    """Return the frame for an offer, or with `stands` False for its end."""
    frame: dict[str, object] = {"type": "offer", "conversation": conversation.id}
    if not stands:
        return frame | {"until": None}
    shown = summary(conversation, marks, internal=True)
    return frame | {"until": conversation.offered_until, "summary": shown}


def afresh_frame(conversation: str) -> dict[str, object]:
    """Return the frame for a client that holds more of a conversation than there is of it."""
    return {"type": "afresh", "conversation": conversation}


def outline(conversation: Conversation) -> dict[str, object]:
    """Return the summary for technicians without access, as the conversation left the queue."""
    return summary(conversation, ReadMarks(), internal=True) | {
        "last": None,
        "subject": None,
        "question": None,
    }


def site_fields(site: Site) -> dict[str, object]:
    """Return the administrator's settings that the console needs."""
    priorities = {topic: rules.priority for topic, rules in site.pairing.topics.items()}
    return {"replies": site.replies, "targets": site.targets, "priorities": priorities}


def widget_fields(appearance: Appearance) -> dict[str, object]:
    """Return the settings that the widget's panel needs; empty texts stand for the defaults."""
    return {
        "accent": appearance.accent,
        "title": appearance.title,
        "greeting": appearance.greeting,
        "language": appearance.language,
    }


def customer_view(customer: Customer) -> dict[str, object]:
    """Return the account as its customer sees it."""
    return {"id": customer.id, "name": customer.name, "email": customer.email}


def technician_view(technician: Technician) -> dict[str, object]:
    """Return the account as its technician sees it, with the chosen status."""
    return {
        "id": technician.id,
        "name": technician.name,
        "role": technician.rank,
        "status": technician.status,
        "capacity": technician.capacity,
    }


def colleague_view(
    technician: Technician, status: TechnicianStatus, load: int
) -> dict[str, object]:
    """Return a technician as colleagues see them, with the visible status."""
    return {
        "id": technician.id,
        "name": technician.name,
        "status": status,
        "load": load,
        "capacity": technician.capacity,
        "topics": sorted(technician.topics),
    }
