"""Why a customer was given to one technician and not to another: what a decision remembers."""

from dataclasses import dataclass
from enum import StrEnum

from chatserver.core.people import Person


class Eligibility(StrEnum):
    """What speaks against a technician; FREE and CHOSEN say that nothing does."""

    CHOSEN = "chosen"
    FREE = "free"
    FULL = "full"
    TOPIC_FULL = "topic_full"
    PAUSING = "pausing"
    GAVE_UP = "gave_up"
    TOPIC = "topic"
    SKILLS = "skills"
    LANGUAGE = "language"
    LEVEL = "level"
    AWAY = "away"


class DecidingFactor(StrEnum):
    """What decided between those who were free."""

    PREVIOUS = "previous"
    ONLY_ONE = "only_one"
    PREFERRED_SKILLS = "preferred_skills"
    LEVEL = "level"
    LOAD = "load"
    LONGEST_IDLE = "longest_idle"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A technician as the decision saw them; `load` is what counted against `capacity`."""

    technician: Person
    verdict: Eligibility
    load: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reasons of one decision: `waited` is in ms.

    `widened` names what was asked for and given up because nobody had it: "skills", "language".
    `candidates` are those online, the chosen one first; `unnamed` is how many more there were.
    """

    ground: DecidingFactor
    waited: int
    candidates: tuple[Candidate, ...]
    widened: tuple[str, ...] = ()
    unnamed: int = 0
