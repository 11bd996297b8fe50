"""The administrator's rules for pairing, with their defaults. Times are in ms."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import NoneType
from typing import get_args, get_type_hints

from chatserver.core.durations import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

_BOUNDS = "bounds"


class RuleGroup(StrEnum):
    """The part of a form in which a rule stands."""

    FAMILIAR = "familiar"
    OFFERS = "offers"
    LOAD = "load"
    SILENCE = "silence"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class DeclaredBounds:
    """The part of RuleBounds that a rule's declaration states; the rest follows from its type."""

    unit: int
    least: float
    most: float
    group: RuleGroup


def _number(
    least: float, most: float, unit: int = 1, *, group: RuleGroup = RuleGroup.OTHERS
) -> Mapping[str, DeclaredBounds]:
    """Return the metadata of a rule that is a number; see RuleBounds."""
    return {_BOUNDS: DeclaredBounds(unit, least, most, group)}


@dataclass(frozen=True, slots=True)
class RuleBounds:
    """The values that a rule which is a number may have.

    Forms show multiples of `unit`: 1,000 for ms that are typed in seconds. `least` and `most` are
    inclusive. An `optional` rule may be None; a `whole` one has no fraction. `default` applies
    until an administrator chooses. Forms show the rules of one `group` together.
    """

    unit: int
    least: float
    most: float
    whole: bool
    optional: bool
    default: float | None
    group: RuleGroup


class PairingMode(StrEnum):
    """The way in which a waiting customer gets a technician."""

    DIRECT = "direct"
    OFFER = "offer"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class TopicRules:
    """The pairing rules of one topic.

    - `priority`: customers of the topic with the higher number are served first.
    - `capacity`: the conversations of this topic that one technician may have at once, None for
      no limit beyond the technician's own; the lower one counts.
    - `required`: the skills that a technician must have to be asked.
    - `widen_after`: the wait (ms) after which `required` is dropped; None never drops it.
    - `preferred`: technicians with more of these skills are asked first.
    """

    mode: PairingMode = PairingMode.DIRECT
    priority: int = field(default=0, metadata=_number(-9, 9))
    capacity: int | None = field(default=None, metadata=_number(1, 1_000))
    required: frozenset[str] = frozenset()
    preferred: frozenset[str] = frozenset()
    widen_after: int | None = field(default=None, metadata=_number(0, DAY_MS, MINUTE_MS))


DEFAULT_TOPIC_RULES = TopicRules()


@dataclass(frozen=True, slots=True)
class PairingRules:
    """The pairing rules of the whole site; times in ms.

    - `topics`: the rules of single topics, by id.
    - `previous_hold`: the time for which a customer waits for the technician of their last
      conversation, if that one is online but busy.
    - `language_hold`: the same for technicians that speak the customer's language.
    - `offer_for`: the time that a technician has to accept an offer.
    - `misses`: the missed offers in a row after which a technician is set to away; 0 never.
    - `again_after`: the time for which a technician is not asked again about a customer that
      they declined or missed.
    - `pause`: the time between two customers of one technician.
    - `waiting_weight`: the extra load of a conversation in which the customer waits for an
      answer, so that it counts as 1 + `waiting_weight`.
    - `written_weight`: the part of a slot that a written case takes while an answer is owed; the
      sum of a technician's written cases is rounded down. While the customer is to answer, such a
      case takes none.
    - `idle_after`: the silence after which a conversation does not count against the capacity,
      once the customer was answered; None always counts it.
    - `remind_after`: the silence after which an answered customer is reminded; None never.
    - `close_after`: the silence after which the conversation of such a customer ends; None never.
    - `answer_within`: the time in which the technician has to write first, else the customer goes
      back to the head of the queue; None for no limit.
    """

    topics: Mapping[str, TopicRules] = field(default_factory=dict)
    previous_hold: int = field(
        default=15_000, metadata=_number(0, DAY_MS, SECOND_MS, group=RuleGroup.FAMILIAR)
    )
    language_hold: int = field(
        default=30_000, metadata=_number(0, DAY_MS, SECOND_MS, group=RuleGroup.FAMILIAR)
    )
    offer_for: int = field(
        default=30_000, metadata=_number(SECOND_MS, HOUR_MS, SECOND_MS, group=RuleGroup.OFFERS)
    )
    misses: int = field(default=2, metadata=_number(0, 100, group=RuleGroup.OFFERS))
    again_after: int = field(
        default=60_000, metadata=_number(0, DAY_MS, SECOND_MS, group=RuleGroup.OFFERS)
    )
    pause: int = field(default=0, metadata=_number(0, DAY_MS, SECOND_MS, group=RuleGroup.LOAD))
    waiting_weight: float = field(default=0.5, metadata=_number(0, 10, group=RuleGroup.LOAD))
    # At most 1: pairing may not fill more than the slot that it found free.
    written_weight: float = field(default=0.25, metadata=_number(0, 1, group=RuleGroup.LOAD))
    idle_after: int | None = field(
        default=600_000, metadata=_number(SECOND_MS, 30 * DAY_MS, MINUTE_MS, group=RuleGroup.LOAD)
    )
    remind_after: int | None = field(
        default=1_800_000,
        metadata=_number(SECOND_MS, 30 * DAY_MS, MINUTE_MS, group=RuleGroup.SILENCE),
    )
    close_after: int | None = field(
        default=86_400_000,
        metadata=_number(SECOND_MS, 30 * DAY_MS, MINUTE_MS, group=RuleGroup.SILENCE),
    )
    answer_within: int | None = field(
        default=None, metadata=_number(SECOND_MS, 30 * DAY_MS, MINUTE_MS, group=RuleGroup.SILENCE)
    )

    def for_topic(self, topic: str | None) -> TopicRules:
        """Return the rules of a topic, or the default ones."""
        return DEFAULT_TOPIC_RULES if topic is None else self.topics.get(topic, DEFAULT_TOPIC_RULES)


def rule_bounds(rules: type[PairingRules] | type[TopicRules]) -> dict[str, RuleBounds]:
    """Return the bounds of all rules that are numbers, by name, in the order of declaration."""
    hints, by_default = get_type_hints(rules), rules()
    found: dict[str, RuleBounds] = {}
    for rule in fields(rules):
        if _BOUNDS in rule.metadata:
            declared: DeclaredBounds = rule.metadata[_BOUNDS]
            kinds = get_args(hints[rule.name]) or (hints[rule.name],)
            found[rule.name] = RuleBounds(
                declared.unit,
                declared.least,
                declared.most,
                whole=float not in kinds,
                optional=NoneType in kinds,
                default=getattr(by_default, rule.name),
                group=declared.group,
            )
    return found
