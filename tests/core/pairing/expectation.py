"""The rules of docs/pairing.md said once more, without the code that they are tested with."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chatserver.core.conversation.events import (
    Assigned,
    Closed,
    Declined,
    DeclineReason,
    Event,
    Opened,
    Reopened,
    Requeued,
    RequeueReason,
)
from chatserver.core.conversation.promise import EscalationLevel
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.pairing.rules import PairingMode, PairingRules
from chatserver.core.pairing.workload import Workload
from chatserver.core.people import Level

NEVER = 10**12
"""The end (ms) of what only another decision of a person ends."""


@dataclass(slots=True)
class Wait:
    """One wait of a customer: since when, and by whom they were passed on (times in ms).

    A technician who `refused` an offer is not asked again for a while in any case; one who handed
    the customer over only while others could take them.
    """

    since: int
    passed_on_by: str | None = None
    passed_on_at: int = 0
    refused: bool = False


@dataclass(slots=True)
class Expectation:
    """Follows a log, and says what keeps a waiting customer from a technician, and until when."""

    waits: dict[str, Wait] = field(default_factory=dict)

    def observe(self, event: Event, before: Conversation | None, now: int) -> None:
        """Learn from one event, in the state before it."""
        name = event.conversation
        match event.fact:
            case Opened() | Reopened():
                self.waits[name] = Wait(now)
            case Requeued(RequeueReason.TECHNICIAN_LEFT):
                self.waits[name] = Wait(now)
            case Requeued():
                assert before is not None
                holder = before.technician
                self.waits[name] = Wait(now, holder.id if holder else None, now)
            case Declined() as fact if fact.reason is not DeclineReason.WITHDRAWN:
                wait = self.waits[name]
                wait.passed_on_by, wait.passed_on_at = fact.technician.id, now
                wait.refused = True
            case Assigned() | Closed():
                self.waits.pop(name, None)

    def adopt(self, states: Iterable[Conversation], now: int) -> None:
        """Begin with states of before a restart of the server, after which all holds are new."""
        self.waits = {
            state.id: Wait(now, state.avoid, now)
            for state in states
            if state.status is ConversationStatus.WAITING
        }

    def restart(self, now: int) -> None:
        """Forget the times of before: after a restart of the server every hold begins anew."""
        for wait in self.waits.values():
            wait.since = wait.passed_on_at = now
            wait.refused = False

    def held_until(
        self,
        state: Conversation,
        workload: Workload,
        everyone: dict[str, Workload],
        rules: PairingRules,
        now: int,
    ) -> int:
        """Return the time (ms) until which a rule keeps the customer from a free technician.

        It is not later than `now` if none does, and NEVER if none of the holds of the rules ends
        it: the topic, required skills without an end, and topics that are served by hand.
        """
        holds = self.holds(state, workload, everyone=everyone, rules=rules, now=now)
        return max((now, *holds.values()))

    def holds(
        self,
        state: Conversation,
        workload: Workload,
        everyone: dict[str, Workload],
        rules: PairingRules,
        now: int,
    ) -> dict[str, int]:
        """Return the end (ms) of each hold by the name of its rule; one may be over already."""
        topic_rules, technician = rules.for_topic(state.topic), workload.technician
        wait = self.waits[state.id]
        if topic_rules.mode is PairingMode.BY_HAND:
            return {"by_hand": NEVER}
        if not technician.serves(state.topic):
            return {"topic": NEVER}
        ends: dict[str, int] = {}
        if not topic_rules.required <= technician.skills:
            widened = topic_rules.widen_after
            ends["widen_after"] = NEVER if widened is None else wait.since + widened
        at_work = [
            each
            for each in everyone.values()
            if each.is_online
            and each.technician.level is not Level.BY_HAND
            and each.technician.serves(state.topic)
        ]
        asked_again = self._asked_again_at(state, wait, at_work, rules)
        if technician.id == wait.passed_on_by:
            ends["again_after"] = asked_again
        excluded = wait.passed_on_by if now < asked_again else None
        speakers = [
            each
            for each in at_work
            if topic_rules.required <= each.technician.skills
            and each.technician.speaks(state.language)
            and each.technician.id != excluded
        ]
        # There is no waiting for a language that no technician at work speaks.
        if speakers and not technician.speaks(state.language):
            ends["language_hold"] = wait.since + rules.language_hold
        kept = wait.since + rules.previous_hold
        previous = everyone.get(state.previous or "")
        if (
            previous in at_work
            and previous.technician.id not in (technician.id, wait.passed_on_by)
            and previous.paused_until < kept
        ):
            ends["previous_hold"] = kept
        return ends

    def _asked_again_at(
        self, state: Conversation, wait: Wait, at_work: list[Workload], rules: PairingRules
    ) -> int:
        """Return the time (ms) from which the one who passed the customer on may be asked."""
        topic_rules = rules.for_topic(state.topic)
        others = [
            each
            for each in at_work
            if each.technician.id != wait.passed_on_by
            and (
                topic_rules.widen_after is not None
                or topic_rules.required <= each.technician.skills
            )
        ]
        # A refused offer would be made again at once, and for ever.
        if not others and not wait.refused:
            return 0
        return wait.passed_on_at + rules.again_after


def order(state: Conversation, priority: int, arrival: int) -> tuple[int, bool, int, int, int]:
    """Return the order of service, from the priority of the topic and the number of the arrival."""
    left = state.reply_by is not None
    if state.escalation is EscalationLevel.BROKEN:
        return 0, True, 0, state.reply_by or 0, arrival
    if left and state.escalation is None:
        return 2, True, 0, state.reply_by or 0, arrival
    back = state.requeued and not left
    return 1, not back, -(priority + state.priority + left), 0, arrival
