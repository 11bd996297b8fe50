"""A customer helped by a technician, and what the audit trail says of them."""

from chatserver.core.audit import AuditAction
from chatserver.core.people import Customer, Rank, Technician
from tests.services.backend import Backend

HOME = "192.0.2.1"
HOUR_MS = 3_600_000


async def helped(backend: Backend) -> tuple[Customer, Technician, str]:
    """Return Ann, her technician, and the id of their conversation."""
    ann, bob = await backend.customer("Ann"), await backend.technician("bob")
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    return ann, bob, conversation.id


async def actions(backend: Backend, conversation: str) -> list[AuditAction]:
    """Return the audited actions on a conversation, the oldest first."""
    supervisor = await backend.technician("sue", Rank.SUPERVISOR)
    entries = await backend.services.archive.audit.read_entries(
        backend.state(conversation), supervisor
    )
    return [entry.deed for entry in reversed(entries)]
