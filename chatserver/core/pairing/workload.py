"""Technicians at work: what they hold, what counts, and who is asked first."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from chatserver.core.conversation.state import Last
from chatserver.core.explanation import Eligibility
from chatserver.core.pairing.queue import Needs
from chatserver.core.pairing.rules import PairingRules, TopicRules
from chatserver.core.people import Level, Technician, TechnicianStatus

LEVELS = {Level.FIRST: 0, Level.NORMAL: 1, Level.LAST: 2, Level.SUPERVISOR: 3}

Urgency = tuple[int, float, int, str]


@dataclass(slots=True)
class HeldConversation:
    """A conversation that a technician has, or is offered.

    `owed`: the customer waits for an answer. `touched` is when somebody wrote, by a clock that
    never goes back, and `last` is what they wrote.
    """

    topic: str | None
    awaits_reply: bool
    active_at: int
    last: Last | None = None
    idle: bool = False


@dataclass(slots=True)
class Workload:
    """A technician at work. `idle_since` orders those who are equally loaded; until `rests_until`
    they are given nobody. `missed` counts the offers they let pass in a row."""

    technician: Technician
    connected: bool = False
    held: dict[str, HeldConversation] = field(default_factory=dict)
    idle_since: int = 0
    paused_until: int = 0
    missed_offers: int = 0

    @property
    def load(self) -> int:
        return len(self.held)

    @property
    def counted_load(self) -> int:
        """What counts against the capacity: the conversations that have not fallen asleep."""
        return sum(not each.idle for each in self.held.values())

    @property
    def is_online(self) -> bool:
        return self.connected and self.technician.status is TechnicianStatus.ONLINE

    @property
    def has_free_slot(self) -> bool:
        """Whether pairing may give them anybody, once they have rested."""
        return (
            self.is_online
            and self.technician.level is not Level.SUPERVISOR
            and self.counted_load < self.technician.capacity
        )

    @property
    def visible_status(self) -> TechnicianStatus:
        """What others see: the choice, for as long as there is a live connection."""
        return self.technician.status if self.connected else TechnicianStatus.OFFLINE

    def weight(self, policy: PairingRules) -> float:
        """The load as the choice sees it: more where customers wait for an answer."""
        awake = [each for each in self.held.values() if not each.idle]
        return len(awake) + policy.waiting_weight * sum(each.awaits_reply for each in awake)

    def urgency(self, policy: PairingRules) -> Urgency:
        """The smallest is served first: level, weight/capacity, then longest without work."""
        technician = self.technician
        weight = self.weight(policy) / technician.capacity
        return (LEVELS[technician.level], weight, self.idle_since, technician.id)

    def has_room_for(self, topic: str | None, rules: TopicRules) -> bool:
        """Whether the topic's own limit, if any, lets them have one more."""
        if rules.capacity is None:
            return True
        alike = sum(each.topic == topic and not each.idle for each in self.held.values())
        return alike < rules.capacity

    def eligibility(self, needs: Needs, rules: TopicRules, now: int) -> Eligibility:
        """What speaks first against giving them a customer with these needs now."""
        technician = self.technician
        if not self.is_online:
            return Eligibility.AWAY
        if technician.level is Level.SUPERVISOR:
            return Eligibility.LEVEL
        if not technician.serves(needs.topic):
            return Eligibility.TOPIC
        if not rules.required <= technician.skills:
            return Eligibility.SKILLS
        if not technician.speaks(needs.language):
            return Eligibility.LANGUAGE
        if technician.id == needs.avoid:
            return Eligibility.GAVE_UP
        if not self.has_free_slot:
            return Eligibility.FULL
        if not self.has_room_for(needs.topic, rules):
            return Eligibility.TOPIC_FULL
        return Eligibility.PAUSING if self.paused_until > now else Eligibility.FREE


@dataclass(slots=True)
class AvailableTechnicians:
    """Those who could be given somebody now, the one to be asked first in front."""

    _order: list[tuple[Urgency, Workload]] = field(default_factory=list)
    _urgencies: dict[str, Urgency] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Workload]:
        return (seat for _, seat in self._order)

    def __contains__(self, seat: object) -> bool:
        return isinstance(seat, Workload) and seat.technician.id in self._urgencies

    def set_urgency(self, seat: Workload, urgency: Urgency | None) -> None:
        """Their place now; None for who can be given nobody."""
        name = seat.technician.id
        before = self._urgencies.pop(name, None)
        if before is not None:
            # Urgencies end with the id, so that seats are never compared.
            del self._order[bisect_left(self._order, (before,))]
        if urgency is not None:
            self._urgencies[name] = urgency
            insort(self._order, (urgency, seat), key=lambda each: each[0])
