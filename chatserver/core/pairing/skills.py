"""An index of the technicians that qualify for requirements, regardless of their load."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chatserver.core.pairing.rules import PairingRules
from chatserver.core.pairing.workload import Workload
from chatserver.core.people import Level, Technician


@dataclass(frozen=True, slots=True)
class Requirements:
    """The requirements of a customer; None stands for any topic or language.

    `skilled` is False after the required skills of the topic were dropped.
    """

    topic: str | None
    language: str | None
    skilled: bool = True


@dataclass(slots=True)
class QualifiedTechnicians:
    """The technicians that meet some requirements.

    `preferred` maps their ids to the number of preferred skills that they have, `best` is the
    largest possible number, and `online` holds the ids of those online.
    """

    best: int
    preferred: dict[str, int] = field(default_factory=dict)
    online: set[str] = field(default_factory=set)


@dataclass(slots=True)
class SkillIndex:
    """Caches the qualified technicians of each combination of requirements.

    Customers ask for few combinations, and an entry changes only with a technician. Without the
    cache each decision would compare the skills of all technicians, 1,000 in a large team.
    """

    rules: PairingRules
    workloads: Callable[[], Iterable[Workload]]
    _by_requirements: dict[Requirements, QualifiedTechnicians] = field(default_factory=dict)

    def qualified(self, requirements: Requirements) -> QualifiedTechnicians:
        """Return the technicians that meet the requirements, busy ones included."""
        known = self._by_requirements.get(requirements)
        if known is None:
            preferred = self.rules.for_topic(requirements.topic).preferred
            known = QualifiedTechnicians(len(preferred))
            for workload in self.workloads():
                self._update_entry(workload, requirements, known)
            self._by_requirements[requirements] = known
        return known

    def update(self, workload: Workload) -> None:
        """Update all entries after a technician changed, came online or left."""
        for requirements, known in self._by_requirements.items():
            self._update_entry(workload, requirements, known)

    def use_rules(self, rules: PairingRules) -> None:
        """Use other rules from now on."""
        self.rules = rules
        # Filled again on demand: required and preferred skills may have changed for every topic.
        self._by_requirements.clear()

    def _update_entry(
        self, workload: Workload, requirements: Requirements, known: QualifiedTechnicians
    ) -> None:
        technician, topic_rules = workload.technician, self.rules.for_topic(requirements.topic)
        known.preferred.pop(technician.id, None)
        known.online.discard(technician.id)
        if not _meets(technician, requirements, topic_rules.required):
            return
        known.preferred[technician.id] = len(topic_rules.preferred & technician.skills)
        if workload.is_online:
            known.online.add(technician.id)


def _meets(technician: Technician, requirements: Requirements, required: frozenset[str]) -> bool:
    return (
        technician.level is not Level.BY_HAND
        and technician.serves(requirements.topic)
        and technician.speaks(requirements.language)
        and (not requirements.skilled or required <= technician.skills)
    )
