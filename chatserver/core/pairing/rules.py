"""What the administrator decided about pairing; every choice has a sensible default.

Times are in ms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PairingMode(StrEnum):
    """How a waiting customer comes to a technician."""

    DIRECT = "direct"
    OFFER = "offer"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class TopicRules:
    """How the customers of one topic are paired.

    Of two who wait, the one with the higher `priority` is served first. `capacity` is how many of
    this topic one technician may have at once, None for no limit beyond the technician's own; the
    lower counts. Only technicians with all `required` skills are asked, unless the customer has
    waited for `widen_after`; None never widens. Who has more of the `preferred` ones is asked
    first.
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
    """The rules of the whole desk.

    A customer is kept for who helped them last for `previous_hold`, and for who speaks their
    language for `language_hold`, where such a one is online but busy. An offer stands for
    `offer_for`; who misses `misses` of them in a row is set to away, and who let one pass is not
    asked again about the same customer for `again_after`. Between two customers a technician
    gets a `pause`. A conversation in which the customer waits for an answer weighs
    `waiting_weight` more than one, and one in which nobody wrote for `idle_after` does not count
    against the capacity; None always counts.

    A customer who was answered and says nothing is reminded after `remind_after`, and the
    conversation ends after `close_after`. Who was given to a technician and is not answered
    within `answer_within` goes back to the head of the queue. None waits for ever.
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
        """The rules for a topic; the plain ones where nothing was decided."""
        return PLAIN if topic is None else self.topics.get(topic, PLAIN)
