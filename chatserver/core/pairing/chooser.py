"""The choice of a technician for a waiting customer, and its explanation."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from chatserver.core.explanation import (
    Candidate,
    DecidingFactor,
    Eligibility,
    Explanation,
    Hold,
)
from chatserver.core.pairing.queue import Needs, Ticket
from chatserver.core.pairing.rules import PairingRules, TopicRules
from chatserver.core.pairing.skills import Requirements, SkillIndex
from chatserver.core.pairing.workload import LEVEL_ORDER, AvailableTechnicians, Workload
from chatserver.core.people import Level

MAX_CANDIDATES_NAMED = 24
"""Candidates that an explanation names beside the chosen one; it is stored with each pairing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen technician, the runner-up, and the requirements dropped to find them.

    `previous` is True if the technician was chosen for the customer's last conversation.
    """

    workload: Workload
    runner_up: Workload | None
    widened: tuple[Hold, ...] = ()
    previous: bool = False


@dataclass(frozen=True, slots=True)
class Deferral:
    """No match yet; try again at `until` (monotonic ms), or on the next change if None.

    `holds` names the rules that still keep the customer from some technicians until then.
    """

    until: int | None = None
    holds: tuple[Hold, ...] = ()


UNTIL_NEXT_CHANGE = Deferral()


class RequirementStep(NamedTuple):
    """Requirements that count from `since` (monotonic ms) on, and the names of those dropped."""

    requirements: Requirements
    widened: tuple[Hold, ...]
    since: int


@dataclass(slots=True)
class Chooser:
    """Chooses technicians by their workloads without changing them. Times are monotonic ms."""

    rules: PairingRules
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

    def choose(self, ticket: Ticket, now: int, refused_at: int | None = None) -> Choice | Deferral:
        """Choose a technician for the customer at `now`.

        The previous technician comes first, then the requirements from strict to wide, each once
        its hold is over. `refused_at` is the time at which an offer was last refused (monotonic
        ms), None if none was.
        """
        needs, topic_rules = ticket.needs, self.rules.for_topic(ticket.needs.topic)
        # A known technician saves the customer from telling everything again, so it goes before
        # skills and load, for the 15 s of `previous_hold` by default.
        found = self._previous_technician(ticket, topic_rules, now)
        if found is not None:
            return found
        ask_again_at = self._ask_again_at(ticket, topic_rules, refused_at)
        excluded = needs.avoid if now < ask_again_at else None
        holds: list[tuple[int, tuple[Hold, ...]]] = []
        for step in self._requirement_steps(ticket, topic_rules, excluded):
            if now < step.since:
                holds.append((step.since, step.widened))
                continue
            best, runner_up = self._best(step.requirements, needs, topic_rules, excluded)
            if best is not None:
                return Choice(best, runner_up, step.widened)
        if excluded is not None:
            holds.append((ask_again_at, (Hold.PASSED_ON,)))
        if not holds:
            return UNTIL_NEXT_CHANGE
        names = dict.fromkeys(name for _, dropped in holds for name in dropped)
        return Deferral(min(until for until, _ in holds), tuple(names))

    def explain(
        self, ticket: Ticket, choice: Choice, now: int, held: tuple[Hold, ...] = ()
    ) -> Explanation:
        """Explain a choice; must be called before the choice changes the workloads.

        `held` names the holds for which the customer was deferred before.
        """
        chosen = choice.workload
        topic_rules = self.rules.for_topic(ticket.needs.topic)
        others = (each for each in self._candidates_in_order() if each is not chosen)
        named = [
            self._candidate(each, each.eligibility(ticket.needs, topic_rules, now))
            for each in islice(others, MAX_CANDIDATES_NAMED)
        ]
        return Explanation(
            ground=self._deciding_factor(choice, topic_rules),
            waited=now - ticket.joined,
            candidates=(self._candidate(chosen, Eligibility.CHOSEN), *named),
            widened=choice.widened,
            unnamed=len(self.online) - 1 - len(named),
            held=held,
        )

    def _previous_technician(
        self, ticket: Ticket, topic_rules: TopicRules, now: int
    ) -> Choice | Deferral | None:
        """Choose the technician of the last conversation, or wait for them while they are busy.

        Returns None if the hold is over or cannot end with them, so that others are asked.
        """
        needs, until = ticket.needs, ticket.joined + self.rules.previous_hold
        workload = self.workloads.get(needs.previous or "")
        if workload is None or now >= until or not _may_get(workload, needs, until):
            return None
        if workload in self.available and workload.has_room_for(needs.topic, topic_rules):
            return Choice(workload, None, previous=True)
        return Deferral(until, (Hold.PREVIOUS,))

    def _ask_again_at(self, ticket: Ticket, topic_rules: TopicRules, refused_at: int | None) -> int:
        """Return the time (ms) from which the technician to avoid may be asked; 0 for always."""
        avoid = ticket.needs.avoid
        if avoid is None:
            return 0
        if refused_at is not None:
            return refused_at + self.rules.again_after
        # Handed over or not answered: waiting makes sense only while another technician at work
        # could take the customer at all. Without the hold, a transfer would come back to its
        # author at once whenever the others are full.
        widest = Requirements(ticket.needs.topic, None, skilled=topic_rules.widen_after is None)
        if self.skill_index.qualified(widest).online <= {avoid}:
            return 0
        return ticket.joined + self.rules.again_after

    def _requirement_steps(
        self, ticket: Ticket, topic_rules: TopicRules, excluded: str | None
    ) -> Iterator[RequirementStep]:
        """Yield the requirements from strict to wide, without those of the `excluded` id."""
        needs, joined = ticket.needs, ticket.joined
        strict = Requirements(needs.topic, needs.language)
        yield RequirementStep(strict, (), joined)
        any_language = joined
        if needs.language is not None:
            # Waiting for the language makes sense only while a speaker is online but busy.
            speakers = self.skill_index.qualified(strict).online
            if len(speakers) > (excluded in speakers):
                any_language = joined + self.rules.language_hold
            wider = Requirements(needs.topic, None)
            yield RequirementStep(wider, (Hold.LANGUAGE,), any_language)
        if topic_rules.required and topic_rules.widen_after is not None:
            unskilled = joined + topic_rules.widen_after
            wider = Requirements(needs.topic, needs.language, skilled=False)
            yield RequirementStep(wider, (Hold.SKILLS,), unskilled)
            if needs.language is not None:
                # Both requirements are dropped only after both holds.
                widest = Requirements(needs.topic, None, skilled=False)
                both = (Hold.SKILLS, Hold.LANGUAGE)
                yield RequirementStep(widest, both, max(unskilled, any_language))

    def _best(
        self,
        requirements: Requirements,
        needs: Needs,
        topic_rules: TopicRules,
        excluded: str | None,
    ) -> tuple[Workload | None, Workload | None]:
        """Return the best available technician and the runner-up.

        More preferred skills win, then the urgency. The technician to avoid comes after all
        others, and not at all while `excluded`.
        """
        qualified = self.skill_index.qualified(requirements)
        found: list[tuple[int, Workload]] = []
        avoided = None
        for workload in self.available:
            preferred = qualified.preferred.get(workload.technician.id)
            if preferred is None or not workload.has_room_for(needs.topic, topic_rules):
                continue
            if workload.technician.id == needs.avoid:
                avoided = workload
                continue
            found.append((-preferred, workload))
            # Technicians come by urgency: none after one with all preferred skills can win. For a
            # topic without preferred skills the search ends after two of, say, 1,000.
            if len(found) > 1 and preferred == qualified.best:
                break
        # A stable sort by the skills alone keeps the order of urgency among equals.
        found.sort(key=lambda each: each[0])
        best = [workload for _, workload in found[:2]]
        if avoided is not None and excluded is None:
            best.append(avoided)
        return best[0] if best else None, best[1] if len(best) > 1 else None

    def _deciding_factor(self, choice: Choice, topic_rules: TopicRules) -> DecidingFactor:
        """Return the first criterion in which the chosen one beats the runner-up."""
        chosen, other = choice.workload, choice.runner_up
        if choice.previous:
            return DecidingFactor.PREVIOUS
        if other is None:
            return DecidingFactor.ONLY_ONE
        preferred = topic_rules.preferred
        if len(preferred & chosen.technician.skills) > len(preferred & other.technician.skills):
            return DecidingFactor.PREFERRED_SKILLS
        if LEVEL_ORDER[chosen.technician.level] < LEVEL_ORDER[other.technician.level]:
            return DecidingFactor.LEVEL
        if chosen.urgency(self.rules)[1] < other.urgency(self.rules)[1]:
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
        return Candidate(
            technician.person,
            eligibility,
            workload.counted_load,
            technician.capacity,
            written=workload.written_count,
        )


def _may_get(workload: Workload, needs: Needs, until: int) -> bool:
    """Return True if the technician may be given the customer before `until` (ms), once free."""
    technician = workload.technician
    return (
        workload.is_online
        and technician.level is not Level.BY_HAND
        and technician.serves(needs.topic)
        and technician.id != needs.avoid
        and workload.paused_until < until
    )
