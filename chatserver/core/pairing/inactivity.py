"""What silence in a conversation means: a reminder, an end, or another technician."""

from dataclasses import dataclass

from chatserver.core.conversation.commands import Command, EndSilent, Remind, Requeue
from chatserver.core.conversation.events import RequeueReason
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.people import Role


@dataclass(frozen=True, slots=True)
class InactivityAction:
    """What the desk does at a moment (ms since 1970 UTC) if nothing happens until then."""

    at: int
    command: Command


def next_action(state: Conversation, policy: PairingRules) -> InactivityAction | None:
    """What comes next while nobody writes; None where silence may last for ever."""
    if state.status is not ConversationStatus.ACTIVE or state.technician is None:
        return None
    if not state.replied:
        return _technician_silent(state, state.technician.id, policy)
    if state.last is None or state.last.author.role is not Role.TECHNICIAN:
        return None
    return _customer_silent(state, state.last.at, policy)


def _technician_silent(
    state: Conversation, technician: str, policy: PairingRules
) -> InactivityAction | None:
    """A technician has a customer and has not said a word."""
    if policy.answer_within is None or state.assigned_at is None:
        return None
    command = Requeue(technician, RequeueReason.UNANSWERED)
    return InactivityAction(state.assigned_at + policy.answer_within, command)


def _customer_silent(
    state: Conversation, since: int, policy: PairingRules
) -> InactivityAction | None:
    """A customer was answered and says nothing."""
    closes = None if policy.close_after is None else since + policy.close_after
    reminds = None if policy.remind_after is None else since + policy.remind_after
    if reminds is not None and not state.reminded and (closes is None or reminds < closes):
        return InactivityAction(reminds, Remind(closes))
    return None if closes is None else InactivityAction(closes, EndSilent(since))
