"""Who could serve whom at all, whatever they are doing now."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chatserver.core.pairing.rules import PairingRules
from chatserver.core.pairing.workload import Workload
from chatserver.core.people import Level, Technician


@dataclass(frozen=True, slots=True)
class Requirements:
    """What is asked for. `skilled` is False where the topic's required skills were given up."""

    topic: str | None
    language: str | None
    skilled: bool = True


@dataclass(slots=True)
class QualifiedTechnicians:
    """Those who meet a demand, by how many of the preferred skills they have."""

    best: int
    preferred: dict[str, int] = field(default_factory=dict)
    online: set[str] = field(default_factory=set)


@dataclass(slots=True)
class SkillIndex:
    """Remembered for each demand, because it changes only when a technician does."""

    policy: PairingRules
    workloads: Callable[[], Iterable[Workload]]
    _by_requirements: dict[Requirements, QualifiedTechnicians] = field(default_factory=dict)

    def qualified(self, demand: Requirements) -> QualifiedTechnicians:
        """Who meets a demand."""
        able = self._by_requirements.get(demand)
        if able is None:
            able = QualifiedTechnicians(len(self.policy.for_topic(demand.topic).preferred))
            for seat in self.workloads():
                self._update_entry(seat, demand, able)
            self._by_requirements[demand] = able
        return able

    def update(self, seat: Workload) -> None:
        """A technician is another one now, or has come or left."""
        for demand, able in self._by_requirements.items():
            self._update_entry(seat, demand, able)

    def set_policy(self, policy: PairingRules) -> None:
        """Other rules are in force."""
        self.policy = policy
        self._by_requirements.clear()

    def _update_entry(
        self, seat: Workload, demand: Requirements, able: QualifiedTechnicians
    ) -> None:
        technician, rules = seat.technician, self.policy.for_topic(demand.topic)
        able.preferred.pop(technician.id, None)
        able.online.discard(technician.id)
        if not _meets(technician, demand, rules.required):
            return
        able.preferred[technician.id] = len(rules.preferred & technician.skills)
        if seat.is_online:
            able.online.add(technician.id)


def _meets(technician: Technician, demand: Requirements, required: frozenset[str]) -> bool:
    return (
        technician.level is not Level.SUPERVISOR
        and technician.serves(demand.topic)
        and technician.speaks(demand.language)
        and (not demand.skilled or required <= technician.skills)
    )
