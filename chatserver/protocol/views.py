"""What clients are shown of conversations and people."""

from chatserver.core.conversation.state import Conversation
from chatserver.core.log_types import ConversationRecord, ReadMarks
from chatserver.core.people import Customer, Technician, TechnicianStatus
from chatserver.core.retention import Retention
from chatserver.core.site import Appearance, Site


def own_summary(record: ConversationRecord, keeping: Retention) -> dict[str, object]:
    """A conversation as its customer sees it: also until when it is kept, if not for ever."""
    fields = summary(record.conversation, record.marks, internal=False)
    return fields | {"kept_until": keeping.expires_at(record.conversation)}


def summary(conversation: Conversation, marks: ReadMarks, *, internal: bool) -> dict[str, object]:
    """A conversation in one line of a list.

    The customer's view ends at the newest event a customer may see, so that an internal note
    does not even move a number.
    """
    return {
        "conversation": conversation.id,
        "reference": conversation.reference,
        "status": conversation.status,
        "topic": conversation.topic,
        "subject": conversation.subject,
        "product": conversation.product,
        "customer": conversation.customer,
        "technician": conversation.technician,
        "opened_at": conversation.opened_at,
        "closed_at": conversation.closed_at,
        "reply_by": conversation.reply_by,
        "place_until": conversation.place_until,
        "requeued": conversation.requeue_reason,
        "seq": conversation.seq if internal else conversation.shown,
        "read": marks
        if internal
        else ReadMarks(marks.customer, min(marks.technician, conversation.shown)),
        "last": conversation.last,
        **({"priority": conversation.priority} if internal else {}),
    }


def offer_frame(conversation: Conversation, marks: ReadMarks, *, stands: bool) -> dict[str, object]:
    """What a technician is told who is asked to take a customer, or is asked no more."""
    frame: dict[str, object] = {"type": "offer", "conversation": conversation.id}
    if not stands:
        return frame | {"until": None}
    shown = summary(conversation, marks, internal=True)
    return frame | {"until": conversation.offered_until, "summary": shown}


def outline(conversation: Conversation) -> dict[str, object]:
    """A summary for technicians who have no part in it: enough to see that it left the queue."""
    return summary(conversation, ReadMarks(), internal=True) | {"last": None, "subject": None}


def site_fields(site: Site) -> dict[str, object]:
    """What technicians' pages need of the administrator's choices."""
    priorities = {topic: rules.priority for topic, rules in site.pairing.topics.items()}
    return {"replies": site.replies, "targets": site.targets, "priorities": priorities}


def widget_fields(appearance: Appearance) -> dict[str, object]:
    """What the customer's panel needs of them; empty texts are the language's own."""
    return {
        "accent": appearance.accent,
        "title": appearance.title,
        "greeting": appearance.greeting,
        "language": appearance.language,
    }


def customer_view(customer: Customer) -> dict[str, object]:
    """A customer as they see themselves."""
    return {"id": customer.id, "name": customer.name, "email": customer.email}


def technician_view(technician: Technician) -> dict[str, object]:
    """A technician as they see themselves: with the status they chose."""
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
    """A technician as colleagues see them: with the status that is true now."""
    return {
        "id": technician.id,
        "name": technician.name,
        "status": status,
        "load": load,
        "capacity": technician.capacity,
        "topics": sorted(technician.topics),
    }
