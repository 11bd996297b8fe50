"""The roster: the technicians, the conversations that each of them has, and their availability."""

from dataclasses import dataclass, field

from chatserver.core.conversation.state import Conversation
from chatserver.core.pairing.offers import Offers
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.pairing.timers import Timers
from chatserver.core.pairing.workload import (
    AssignedConversation,
    AvailableTechnicians,
    Workload,
    awaits_reply,
)
from chatserver.core.people import Role, Technician


@dataclass(slots=True)
class Roster:
    """The workload of each technician, kept in step with the conversations and with time.

    Every technician with a free slot stands among the `available` ones, those in a pause excepted.
    An offered conversation is held like one that is assigned.
    """

    rules: PairingRules
    timers: Timers
    offers: Offers
    workloads: dict[str, Workload] = field(default_factory=dict)
    available: AvailableTechnicians = field(default_factory=AvailableTechnicians)
    _holders: dict[str, str] = field(default_factory=dict)
    _outdated: set[str] = field(default_factory=set)

    def __contains__(self, conversation: str) -> bool:
        return conversation in self._holders

    def use_rules(self, rules: PairingRules, now: int) -> None:
        """Use other rules from now on: weights, and when conversations become idle."""
        self.rules = rules
        for workload in self.workloads.values():
            workload.written_weight = rules.written_weight
            for conversation_id, entry in workload.conversations.items():
                # A longer silence than before makes a conversation count again.
                entry.idle &= rules.idle_after is not None and (
                    entry.active_at + rules.idle_after <= now
                )
                self._schedule_idle_check(conversation_id, entry.active_at)
            self.update_availability(workload, now)

    def sort_outdated(self, now: int) -> None:
        """Sort technicians anew that had messages since the last time."""
        for technician_id in self._outdated:
            self.update_availability(self.workloads[technician_id], now)
        self._outdated.clear()

    def update_technician(self, technician: Technician, *, connected: bool, now: int) -> Workload:
        """Add a technician, or update the account and the connection of a known one."""
        workload = self.workloads.get(technician.id)
        if workload is None:
            workload = self.workloads[technician.id] = Workload(
                technician, unassigned_since=now, written_weight=self.rules.written_weight
            )
        if not workload.is_online:
            workload.unassigned_since, workload.missed_offers = now, 0
        workload.technician, workload.connected = technician, connected
        self.update_availability(workload, now)
        return workload

    def record_message(self, conversation: Conversation, now: int) -> None:
        """Take over a new message in a chat, which changes neither the queue nor the holder.

        Whether the customer waits for an answer changes the weight of the technician's load. A
        conversation of the recorded dialogues has 12 messages and is paired once, so technicians
        are sorted anew before the next pairing and not for each message.
        """
        holder = self._holders.get(conversation.id)
        if holder is None or conversation.last is None:
            return
        entry = self.workloads[holder].conversations[conversation.id]
        entry.last, entry.active_at, entry.is_written = conversation.last, now, False
        entry.awaits_reply = conversation.last.author.role is Role.CUSTOMER
        if entry.idle:
            entry.idle = False
            self._schedule_idle_check(conversation.id, now)
            self.update_availability(self.workloads[holder], now)
        self._outdated.add(holder)

    def last_message_at(self, conversation: str) -> int | None:
        """Return the time (ms) of the last message in a held conversation, or None if not held."""
        holder = self._holders.get(conversation)
        return (
            None if holder is None else self.workloads[holder].conversations[conversation].active_at
        )

    def begin_assignment(self, conversation: Conversation, technician: str, now: int) -> bool:
        """Count a conversation as held that a technician is about to get by hand.

        Returns False if it is counted already, or the technician is unknown.
        """
        workload = self.workloads.get(technician)
        if workload is None or conversation.id in workload.being_assigned:
            return False
        workload.being_assigned[conversation.id] = conversation.topic
        self.update_availability(workload, now)
        return True

    def end_assignment(self, conversation: str, technician: str, now: int) -> None:
        """End what `begin_assignment` began; by now the conversation is held, or was refused."""
        workload = self.workloads[technician]
        del workload.being_assigned[conversation]
        self.update_availability(workload, now)

    def inattentive_technicians(self) -> list[Technician]:
        """Return the technicians online that missed too many offers in a row."""
        return [
            workload.technician
            for workload in self.workloads.values()
            if workload.is_online and workload.missed_offers >= self.rules.misses > 0
        ]

    def is_staffed(self) -> bool:
        """Return True if a technician is online, free or not."""
        return any(workload.is_online for workload in self.workloads.values())

    def sync(self, conversation: Conversation, holder: str | None, now: int) -> set[str]:
        """Update the workload of the technician that has the conversation.

        Returns the ids of technicians with a changed load.
        """
        if holder is None:
            return self.release(conversation.id, now)
        last = conversation.last
        is_owed = awaits_reply(conversation)
        known = self.workloads[holder].conversations.get(conversation.id)
        # The message is compared by identity: after the wall clock was set back, all messages up to
        # the old time are stored with the same `at`.
        if (
            known is not None
            and known.topic == conversation.topic
            and known.last is last
            and (known.awaits_reply, known.is_written) == (is_owed, conversation.is_written)
        ):
            return set()
        entry = AssignedConversation(
            conversation.topic, is_owed, now, last, is_written=conversation.is_written
        )
        return self.assign(conversation.id, holder, entry, now)

    def assign(
        self, conversation_id: str, holder: str, entry: AssignedConversation, now: int
    ) -> set[str]:
        """Move a conversation from its former technician to `holder`.

        Returns the ids of both if they differ.
        """
        is_moved = self._holders.get(conversation_id) != holder
        changed = {*self.release(conversation_id, now), holder} if is_moved else set[str]()
        workload = self.workloads[holder]
        known = workload.conversations.get(conversation_id)
        if is_moved:
            workload.unassigned_since = now
        workload.conversations[conversation_id] = entry
        self._holders[conversation_id] = holder
        if known is None or known.idle:
            self._schedule_idle_check(conversation_id, entry.active_at)
        self.update_availability(workload, now)
        return changed

    def release(self, conversation_id: str, now: int) -> set[str]:
        """Take a conversation from its technician, if it has one; return that technician's id."""
        former = self._holders.pop(conversation_id, None)
        if former is None:
            return set()
        del self.workloads[former].conversations[conversation_id]
        self.update_availability(self.workloads[former], now)
        return {former}

    def update_availability(self, workload: Workload, now: int) -> None:
        """Add, move or remove a technician in the sorted list of available ones."""
        is_pausing = workload.paused_until > now
        if is_pausing:
            self.timers.set(workload.paused_until, workload.technician.id)
        is_available = workload.has_free_slot and not is_pausing
        urgency = workload.urgency(self.rules) if is_available else None
        self.available.set_urgency(workload, urgency)

    def _schedule_idle_check(self, conversation: str, active_at: int) -> None:
        """Set a timer for the moment at which a silent conversation becomes idle.

        Later messages set none: the check itself sets the next one, so a conversation of 1,000
        messages costs one timer for each `idle_after` (10 minutes by default).
        """
        if self.rules.idle_after is not None:
            self.timers.set(active_at + self.rules.idle_after, conversation)

    def check_idle(self, conversation: str, now: int) -> None:
        """Mark an answered conversation idle after a silence of `idle_after`, else check later."""
        workload = self.workloads[self._holders[conversation]]
        entry, idle_after = workload.conversations[conversation], self.rules.idle_after
        if idle_after is None or entry.idle:
            return
        if entry.awaits_reply or conversation in self.offers:
            # A customer who waits for an answer, or an offer that is not accepted yet, must not
            # become idle and free its slot. The multiples of `idle_after` let all checks of one
            # conversation fall together, and none comes later than `idle_after` after the answer.
            self.timers.set((now // idle_after + 1) * idle_after, conversation)
        elif entry.active_at + idle_after <= now:
            entry.idle = True
            self.update_availability(workload, now)
        else:
            self._schedule_idle_check(conversation, entry.active_at)
