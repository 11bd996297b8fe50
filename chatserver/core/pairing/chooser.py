"""Which of those who are free gets a customer, and what speaks for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from chatserver.core.explanation import Candidate, DecidingFactor, Eligibility, Explanation
from chatserver.core.pairing.queue import Needs, Ticket
from chatserver.core.pairing.rules import PairingRules, TopicRules
from chatserver.core.pairing.skills import Requirements, SkillIndex
from chatserver.core.pairing.workload import LEVELS, AvailableTechnicians, Workload

MAX_CANDIDATES_NAMED = 24
"""Technicians whom a decision names beside the chosen one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is chosen, who would have been next, and what was given up to find somebody."""

    workload: Workload
    runner_up: Workload | None
    widened: tuple[str, ...] = ()
    previous: bool = False


@dataclass(frozen=True, slots=True)
class Deferral:
    """Nobody for now; at `until` (ms, None: when something happens) the answer may change."""

    until: int | None = None


UNTIL_NEXT_CHANGE = Deferral()


@dataclass(slots=True)
class Chooser:
    """Looks at the seats; changes nothing."""

    policy: PairingRules
    workloads: dict[str, Workload]
    available: AvailableTechnicians
    skill_index: SkillIndex
    online: set[str] = field(default_factory=set)

    def technician_changed(self, seat: Workload) -> None:
        """A technician has come or left, or works under other terms."""
        self.skill_index.update(seat)
        if seat.is_online:
            self.online.add(seat.technician.id)
        else:
            self.online.discard(seat.technician.id)

    def choose(self, ticket: Ticket, now: int, again: int) -> Choice | Deferral:
        """Who gets a customer at `now`. Whom they should avoid is not asked before `again`."""
        needs, rules = ticket.needs, self.policy.for_topic(ticket.needs.topic)
        found = self._previous_helper(ticket, rules)
        if found is not None:
            return found
        holds: list[int] = []
        for demand, widened, since in self._requirement_steps(ticket, rules):
            if now < since:
                holds.append(since)
                continue
            best, runner_up = self._best(demand, needs, rules, now, again)
            if best is not None:
                return Choice(best, runner_up, widened)
        if needs.avoid is not None and now < again:
            holds.append(again)
        return Deferral(min(holds)) if holds else UNTIL_NEXT_CHANGE

    def explain(self, ticket: Ticket, choice: Choice, now: int) -> Explanation:
        """The reasons, as the seats are before the choice takes effect."""
        chosen = choice.workload
        rules = self.policy.for_topic(ticket.needs.topic)
        others = (seat for seat in self._candidates_in_order() if seat is not chosen)
        named = [
            self._candidate(seat, seat.eligibility(ticket.needs, rules, now))
            for seat in islice(others, MAX_CANDIDATES_NAMED)
        ]
        return Explanation(
            ground=self._deciding_factor(choice, rules),
            waited=now - ticket.joined,
            candidates=(self._candidate(chosen, Eligibility.CHOSEN), *named),
            widened=choice.widened,
            unnamed=len(self.online) - 1 - len(named),
        )

    def _previous_helper(self, ticket: Ticket, rules: TopicRules) -> Choice | Deferral | None:
        """Who helped last time, if they are there; None when others are to be asked."""
        needs = ticket.needs
        seat = self.workloads.get(needs.previous or "")
        if seat is None or not seat.is_online or not seat.technician.serves(needs.topic):
            return None
        if seat in self.available and seat.has_room_for(needs.topic, rules):
            return Choice(seat, None, previous=True)
        return Deferral(ticket.joined + self.policy.previous_hold)

    def _requirement_steps(
        self, ticket: Ticket, rules: TopicRules
    ) -> Iterator[tuple[Requirements, tuple[str, ...], int]]:
        """What to ask for, the strictest first: with what is given up, and from when on."""
        needs, joined = ticket.needs, ticket.joined
        strict = Requirements(needs.topic, needs.language)
        yield strict, (), joined
        any_language = joined
        if needs.language is not None:
            if self.skill_index.qualified(strict).online:
                any_language = joined + self.policy.language_hold
            yield Requirements(needs.topic, None), ("language",), any_language
        if rules.required and rules.widen_after is not None:
            unskilled = joined + rules.widen_after
            yield Requirements(needs.topic, needs.language, skilled=False), ("skills",), unskilled
            if needs.language is not None:
                both = max(unskilled, any_language)
                yield Requirements(needs.topic, None, skilled=False), ("skills", "language"), both

    def _best(
        self, demand: Requirements, needs: Needs, rules: TopicRules, now: int, again: int
    ) -> tuple[Workload | None, Workload | None]:
        """The best who is free, and the second best."""
        able = self.skill_index.qualified(demand)
        found: list[tuple[int, Workload]] = []
        last = None
        for seat in self.available:
            preferred = able.preferred.get(seat.technician.id)
            if preferred is None or not seat.has_room_for(needs.topic, rules):
                continue
            if seat.technician.id == needs.avoid:
                last = seat
                continue
            found.append((-preferred, seat))
            if len(found) > 1 and preferred == able.best:
                break
        if found:
            found.sort(key=lambda each: each[0])
            return found[0][1], found[1][1] if len(found) > 1 else last
        # Whoever gave it up gets it back only when nobody else at work could ever take it.
        if last is not None and now >= again and able.online <= {last.technician.id}:
            return last, None
        return None, None

    def _deciding_factor(self, choice: Choice, rules: TopicRules) -> DecidingFactor:
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
        """Those who are online: who is free first, in the order in which they are asked."""
        yield from self.available
        yield from (
            seat
            for seat in self.workloads.values()
            if seat.is_online and seat not in self.available
        )

    @staticmethod
    def _candidate(seat: Workload, verdict: Eligibility) -> Candidate:
        return Candidate(
            seat.technician.person, verdict, seat.counted_load, seat.technician.capacity
        )
