"""The choice of a technician for a waiting customer, and its explanation."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from chatserver.core.explanation import Candidate, DecidingFactor, Eligibility, Explanation
from chatserver.core.pairing.queue import Needs, Ticket
from chatserver.core.pairing.rules import PairingRules, TopicRules
from chatserver.core.pairing.skills import Requirements, SkillIndex
from chatserver.core.pairing.workload import LEVELS, AvailableTechnicians, Workload

MAX_CANDIDATES_NAMED = 24
"""Candidates that an explanation names beside the chosen one; it is stored with each pairing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen technician, the runner-up, and the requirements dropped to find them.

    `previous` is True if the technician was chosen for the customer's last conversation.
    """

    workload: Workload
    runner_up: Workload | None
    widened: tuple[str, ...] = ()
    previous: bool = False


@dataclass(frozen=True, slots=True)
class Deferral:
    """No match yet; try again at `until` (monotonic ms), or on the next change if None."""

    until: int | None = None


UNTIL_NEXT_CHANGE = Deferral()


@dataclass(slots=True)
class Chooser:
    """Chooses technicians by their workloads without changing them. Times are monotonic ms."""

    policy: PairingRules
    workloads: dict[str, Workload]
    available: AvailableTechnicians
    skill_index: SkillIndex
    online: set[str] = field(default_factory=set)

    def technician_changed(self, workload: Workload) -> None:
        """Update the indexes after a technician changed, came online or left."""
        self.skill_index.update(workload)
        if workload.is_online:
            self.online.add(workload.technician.id)
        else:
            self.online.discard(workload.technician.id)

    def choose(self, ticket: Ticket, now: int, ask_again_at: int) -> Choice | Deferral:
        """Choose a technician for the customer at `now`.

        The technician to avoid is not asked before `ask_again_at`. The previous technician comes
        first, then the requirements from strict to wide, each once its hold is over.
        """
        needs, rules = ticket.needs, self.policy.for_topic(ticket.needs.topic)
        # A known technician saves the customer from telling everything again, so it goes before
        # skills and load, for the 15 s of `previous_hold` by default.
        found = self._previous_helper(ticket, rules)
        if found is not None:
            return found
        holds: list[int] = []
        for requirements, widened, since in self._requirement_steps(ticket, rules):
            if now < since:
                holds.append(since)
                continue
            best, runner_up = self._best(
                requirements, needs, rules, now=now, ask_again_at=ask_again_at
            )
            if best is not None:
                return Choice(best, runner_up, widened)
        if needs.avoid is not None and now < ask_again_at:
            holds.append(ask_again_at)
        return Deferral(min(holds)) if holds else UNTIL_NEXT_CHANGE

    def explain(self, ticket: Ticket, choice: Choice, now: int) -> Explanation:
        """Explain a choice; must be called before the choice changes the workloads."""
        chosen = choice.workload
        rules = self.policy.for_topic(ticket.needs.topic)
        others = (each for each in self._candidates_in_order() if each is not chosen)
        named = [
            self._candidate(each, each.eligibility(ticket.needs, rules, now))
            for each in islice(others, MAX_CANDIDATES_NAMED)
        ]
        return Explanation(
            ground=self._deciding_factor(choice, rules),
            waited=now - ticket.joined,
            candidates=(self._candidate(chosen, Eligibility.CHOSEN), *named),
            widened=choice.widened,
            unnamed=len(self.online) - 1 - len(named),
        )

    def _previous_helper(self, ticket: Ticket, rules: TopicRules) -> Choice | Deferral | None:
        """Choose the technician of the last conversation, or wait for them while they are busy.

        Returns None if there is none online that serves the topic, so that others are asked.
        """
        needs = ticket.needs
        workload = self.workloads.get(needs.previous or "")
        if workload is None or not workload.is_online:
            return None
        if not workload.technician.serves(needs.topic):
            return None
        if workload in self.available and workload.has_room_for(needs.topic, rules):
            return Choice(workload, None, previous=True)
        return Deferral(ticket.joined + self.policy.previous_hold)

    def _requirement_steps(
        self, ticket: Ticket, rules: TopicRules
    ) -> Iterator[tuple[Requirements, tuple[str, ...], int]]:
        """Yield requirements from strict to wide, the names of those dropped, and their start."""
        needs, joined = ticket.needs, ticket.joined
        strict = Requirements(needs.topic, needs.language)
        yield strict, (), joined
        any_language = joined
        if needs.language is not None:
            # Waiting for the language makes sense only while a speaker is online but busy.
            if self.skill_index.qualified(strict).online:
                any_language = joined + self.policy.language_hold
            yield Requirements(needs.topic, None), ("language",), any_language
        if rules.required and rules.widen_after is not None:
            unskilled = joined + rules.widen_after
            yield Requirements(needs.topic, needs.language, skilled=False), ("skills",), unskilled
            if needs.language is not None:
                # Both requirements are dropped only after both holds.
                both = max(unskilled, any_language)
                yield Requirements(needs.topic, None, skilled=False), ("skills", "language"), both

    def _best(
        self,
        requirements: Requirements,
        needs: Needs,
        rules: TopicRules,
        now: int,
        ask_again_at: int,
    ) -> tuple[Workload | None, Workload | None]:
        """Return the best available technician and the runner-up.

        More preferred skills win, then the urgency.
        """
        qualified = self.skill_index.qualified(requirements)
        found: list[tuple[int, Workload]] = []
        avoided = None
        for workload in self.available:
            preferred = qualified.preferred.get(workload.technician.id)
            if preferred is None or not workload.has_room_for(needs.topic, rules):
                continue
            if workload.technician.id == needs.avoid:
                avoided = workload
                continue
            found.append((-preferred, workload))
            # Technicians come by urgency: none after one with all preferred skills can win. For a
            # topic without preferred skills the search ends after two of, say, 1,000.
            if len(found) > 1 and preferred == qualified.best:
                break
        if found:
            # A stable sort by the skills alone keeps the order of urgency among equals.
            found.sort(key=lambda each: each[0])
            return found[0][1], found[1][1] if len(found) > 1 else avoided
        # The technician that gave the customer up gets them back only if no other qualified one
        # is online, busy or not: else a transfer would come back to its author at once.
        if (
            avoided is not None
            and now >= ask_again_at
            and qualified.online <= {avoided.technician.id}
        ):
            return avoided, None
        return None, None

    def _deciding_factor(self, choice: Choice, rules: TopicRules) -> DecidingFactor:
        """Return the first criterion in which the chosen one beats the runner-up."""
        chosen, other = choice.workload, choice.runner_up
        if choice.previous:
            return DecidingFactor.PREVIOUS
        if other is None:
            return DecidingFactor.ONLY_ONE
        preferred = rules.preferred
        if len(preferred & chosen.technician.skills) > len(preferred & other.technician.skills):
            return DecidingFactor.PREFERRED_SKILLS
        if LEVELS[chosen.technician.level] < LEVELS[other.technician.level]:
            return DecidingFactor.LEVEL
        if chosen.urgency(self.policy)[1] < other.urgency(self.policy)[1]:
            return DecidingFactor.LOAD
        return DecidingFactor.LONGEST_IDLE

    def _candidates_in_order(self) -> Iterator[Workload]:
        """Yield the technicians online: available ones by urgency, then the others."""
        yield from self.available
        yield from (
            each
            for each in self.workloads.values()
            if each.is_online and each not in self.available
        )

    @staticmethod
    def _candidate(workload: Workload, eligibility: Eligibility) -> Candidate:
        technician = workload.technician
        return Candidate(technician.person, eligibility, workload.counted_load, technician.capacity)
