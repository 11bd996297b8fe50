"""Automatic actions after silence: reminding, closing, and requeueing the customer."""

from dataclasses import dataclass

from chatserver.core.conversation.commands import Command, EndSilent, Remind, Requeue
from chatserver.core.conversation.events import RequeueReason
from chatserver.core.conversation.mail_origin import Way
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.people import Role


@dataclass(frozen=True, slots=True)
class InactivityAction:
    """A command to issue at a moment (ms since 1970 UTC) unless the conversation changes."""

    at: int
    command: Command


def next_action(state: Conversation, rules: PairingRules) -> InactivityAction | None:
    """Return the next action if nothing is written until then, or None if there is none.

    While the customer waits for an answer to a later message there is none: the customer is not
    silent, and `answer_within` bounds the time to the first answer only.
    """
    if state.status is not ConversationStatus.ACTIVE or state.technician is None:
        return None
    # Letters may take days: the promise says by when the desk answers.
    if state.way is Way.MAIL:
        return None
    # Until the first answer it is the technician that is silent, not the customer.
    if not state.replied:
        return _technician_silent(state, state.technician.id, rules)
    if state.last is None or state.last.author.role is not Role.TECHNICIAN:
        return None
    return _customer_silent(state, state.last.at, rules)


def shortest_silence(rules: PairingRules) -> int | None:
    """Return the ms of the shortest silence that the rules act on; None if they act on none."""
    periods = (rules.answer_within, rules.remind_after, rules.close_after)
    return min((period for period in periods if period is not None), default=None)


def _technician_silent(
    state: Conversation, technician: str, rules: PairingRules
) -> InactivityAction | None:
    """Requeue the customer if the technician does not write in time."""
    if rules.answer_within is None or state.assigned_at is None:
        return None
    command = Requeue(technician, RequeueReason.UNANSWERED)
    return InactivityAction(state.assigned_at + rules.answer_within, command)


def _customer_silent(
    state: Conversation, since: int, rules: PairingRules
) -> InactivityAction | None:
    """Remind the customer, then close the conversation."""
    closes = None if rules.close_after is None else since + rules.close_after
    reminds = None if rules.remind_after is None else since + rules.remind_after
    # A reminder at or after the end would never be answered, so it is left out.
    if reminds is not None and not state.reminded and (closes is None or reminds < closes):
        return InactivityAction(reminds, Remind(closes))
    return None if closes is None else InactivityAction(closes, EndSilent(since))
