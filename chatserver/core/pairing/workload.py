"""The workload of technicians: their conversations, free slots and order of assignment."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from chatserver.core.conversation.state import Conversation, Last
from chatserver.core.explanation import Eligibility
from chatserver.core.pairing.queue import Needs
from chatserver.core.pairing.rules import PairingRules, TopicRules
from chatserver.core.people import Level, Role, Technician, TechnicianStatus

LEVEL_ORDER = {Level.FIRST: 0, Level.NORMAL: 1, Level.LAST: 2, Level.BY_HAND: 3}

ROUNDING = 1e-9
"""A part of a slot by which a sum of weights may miss a whole number."""

Urgency = tuple[int, float, int, str]
"""Level, relative load, `unassigned_since` (ms) and id: the smallest is asked first."""


@dataclass(slots=True)
class AssignedConversation:
    """A conversation that a technician has or is offered.

    `awaits_reply`: the customer waits for an answer. `is_written`: not live, but for a promised
    reply, and so it counts less. `active_at` is the time of the last message
    (monotonic ms), and `last` is that message. `idle`: the customer was answered, and the silence
    has lasted for `idle_after` since.
    """

    topic: str | None
    awaits_reply: bool
    active_at: int
    last: Last | None = None
    idle: bool = False
    is_written: bool = False

    @property
    def is_chat(self) -> bool:
        """True if it takes a whole slot."""
        return not (self.idle or self.is_written)

    @property
    def is_written_and_owed(self) -> bool:
        """True if it takes the part of a slot that the rules set for written cases."""
        return self.is_written and self.awaits_reply


def awaits_reply(conversation: Conversation) -> bool:
    """Return True if a technician owes the customer an answer, or has promised one."""
    last = conversation.last
    is_asked = last is None or last.author.role is Role.CUSTOMER
    return is_asked or conversation.reply_by is not None


@dataclass(slots=True)
class Workload:
    """A technician with their current conversations, by id.

    `being_assigned` has the topics, by id, of conversations that the technician is about to get
    by hand: they count until that is decided. `unassigned_since` is the time of the last assignment
    or, if later, of coming online; `paused_until` is the end of the pause after an assignment
    (both monotonic ms), and `missed_offers` the number of offers missed in a row.
    `written_weight` is that of the rules.
    """

    technician: Technician
    connected: bool = False
    conversations: dict[str, AssignedConversation] = field(default_factory=dict)
    being_assigned: dict[str, str | None] = field(default_factory=dict)
    unassigned_since: int = 0
    paused_until: int = 0
    missed_offers: int = 0
    written_weight: float = 0.25

    @property
    def load(self) -> int:
        """The number of conversations."""
        return len(self.conversations)

    @property
    def counted_load(self) -> int:
        """The slots that are taken: chats that are not idle, and the part of written cases."""
        taken = self._slots(self.conversations.values())
        return (
            taken + len(self.being_assigned.keys() - self.conversations.keys())
            if self.being_assigned
            else taken
        )

    @property
    def written_count(self) -> int:
        """The number of written cases in which an answer is owed."""
        return sum(each.is_written_and_owed for each in self.conversations.values())

    def _slots(self, conversations: Iterable[AssignedConversation]) -> int:
        """Return the slots that conversations take; parts of one are rounded down.

        Rounded up, one letter would keep a technician with a capacity of 1 from every chat.
        """
        chats = written = 0
        for each in conversations:
            chats += each.is_chat
            written += each.is_written_and_owed
        # 0.29 times 100 is 28.999999999999996: a sum that is a whole number counts as such.
        return chats + int(self.written_weight * written + ROUNDING)

    @property
    def is_online(self) -> bool:
        """True if the technician is connected with the status online."""
        return self.connected and self.technician.status is TechnicianStatus.ONLINE

    @property
    def has_free_slot(self) -> bool:
        """True if pairing may assign one more conversation, ignoring the pause."""
        return (
            self.is_online
            and self.technician.level is not Level.BY_HAND
            and self.counted_load < self.technician.capacity
        )

    @property
    def visible_status(self) -> TechnicianStatus:
        """The status that others see: offline without a live connection, else the chosen one."""
        return self.technician.status if self.connected else TechnicianStatus.OFFLINE

    def weight(self, rules: PairingRules) -> float:
        """Return the load, in which a conversation that awaits a reply weighs more than one.

        With the default `waiting_weight` of 0.5, two conversations with an open question weigh as
        much as three answered ones.
        """
        chats = [each for each in self.conversations.values() if each.is_chat]
        waiting = sum(each.awaits_reply for each in chats)
        written = rules.written_weight * self.written_count
        return len(chats) + rules.waiting_weight * waiting + written

    def urgency(self, rules: PairingRules) -> Urgency:
        """Return the sort key of the assignment: level, weight / capacity, longest without work.

        The weight is relative, so that a technician with a capacity of 4 gets twice as many
        customers as one with a capacity of 2. The id makes the order total.
        """
        technician = self.technician
        weight = self.weight(rules) / technician.capacity
        return (LEVEL_ORDER[technician.level], weight, self.unassigned_since, technician.id)

    def has_room_for(self, topic: str | None, rules: TopicRules) -> bool:
        """Return True if the capacity of the topic, if any, allows one more conversation."""
        if rules.capacity is None:
            return True
        return self.load_of(topic) < rules.capacity

    def load_of(self, topic: str | None) -> int:
        """Return the slots of a topic's capacity that are taken."""
        # A handful of entries: counting them is cheaper than keeping counters in step.
        active = self._slots(each for each in self.conversations.values() if each.topic == topic)
        taken = self.being_assigned.keys() - self.conversations.keys()
        return active + sum(self.being_assigned[name] == topic for name in taken)

    def can_take_one_more(self, topic: str | None, rules: TopicRules) -> bool:
        """Return True if the topic, its skills and its capacity allow one more conversation."""
        return (
            self.technician.serves(topic)
            and rules.required <= self.technician.skills
            and self.has_room_for(topic, rules)
        )

    def eligibility(self, needs: Needs, rules: TopicRules, now: int) -> Eligibility:
        """Return the first reason against assigning a customer with these needs at `now` (ms).

        Lasting reasons (topic, skills, language) come before passing ones (full, pausing).
        """
        technician = self.technician
        if not self.is_online:
            return Eligibility.AWAY
        if technician.level is Level.BY_HAND:
            return Eligibility.LEVEL
        if not technician.serves(needs.topic):
            return Eligibility.TOPIC
        if not rules.required <= technician.skills:
            return Eligibility.SKILLS
        if not technician.speaks(needs.language):
            return Eligibility.LANGUAGE
        if technician.id == needs.avoid:
            return Eligibility.PASSED_ON
        if not self.has_free_slot:
            return Eligibility.FULL
        if not self.has_room_for(needs.topic, rules):
            return Eligibility.TOPIC_FULL
        return Eligibility.PAUSING if self.paused_until > now else Eligibility.FREE


@dataclass(slots=True)
class AvailableTechnicians:
    """The technicians with a free slot, sorted by urgency."""

    _order: list[tuple[Urgency, Workload]] = field(default_factory=list)
    _urgencies: dict[str, Urgency] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Workload]:
        return (workload for _, workload in self._order)

    def __contains__(self, workload: object) -> bool:
        return isinstance(workload, Workload) and workload.technician.id in self._urgencies

    def set_urgency(self, workload: Workload, urgency: Urgency | None) -> None:
        """Move a technician to the place of their urgency; None removes them."""
        name = workload.technician.id
        before = self._urgencies.pop(name, None)
        if before is not None:
            # Urgencies end with the id and are unique, so workloads are never compared.
            del self._order[bisect_left(self._order, (before,))]
        if urgency is not None:
            self._urgencies[name] = urgency
            insort(self._order, (urgency, workload), key=lambda each: each[0])
