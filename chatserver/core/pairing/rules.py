"""The administrator's rules for pairing, with their defaults. Times are in ms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
    priority: int = 0
    capacity: int | None = None
    required: frozenset[str] = frozenset()
    preferred: frozenset[str] = frozenset()
    widen_after: int | None = None


PLAIN = TopicRules()


@dataclass(frozen=True, slots=True)
class PairingRules:
    """The pairing rules of the whole desk; times in ms.

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
    - `idle_after`: the silence after which a conversation does not count against the capacity;
      None always counts it.
    - `remind_after`: the silence after which an answered customer is reminded; None never.
    - `close_after`: the silence after which the conversation of such a customer ends; None never.
    - `answer_within`: the time in which the technician has to write first, else the customer goes
      back to the head of the queue; None for no limit.
    """

    topics: Mapping[str, TopicRules] = field(default_factory=dict)
    previous_hold: int = 15_000
    language_hold: int = 30_000
    offer_for: int = 30_000
    misses: int = 2
    again_after: int = 60_000
    pause: int = 0
    waiting_weight: float = 0.5
    idle_after: int | None = 600_000
    remind_after: int | None = 1_800_000
    close_after: int | None = 86_400_000
    answer_within: int | None = None

    def for_topic(self, topic: str | None) -> TopicRules:
        """Return the rules of a topic, or the default ones."""
        return PLAIN if topic is None else self.topics.get(topic, PLAIN)
