"""The stored explanation of a pairing: the candidates, and the factor that decided."""

from dataclasses import dataclass
from enum import StrEnum

from chatserver.core.people import Person


class Eligibility(StrEnum):
    """The first reason against a technician; FREE and CHOSEN stand for none."""

    CHOSEN = "chosen"
    FREE = "free"
    FULL = "full"
    TOPIC_FULL = "topic_full"
    PAUSING = "pausing"
    PASSED_ON = "gave_up"
    TOPIC = "topic"
    SKILLS = "skills"
    LANGUAGE = "language"
    LEVEL = "level"
    AWAY = "away"


class DecidingFactor(StrEnum):
    """The factor that decided between the free technicians."""

    PREVIOUS = "previous"
    ONLY_ONE = "only_one"
    PREFERRED_SKILLS = "preferred_skills"
    LEVEL = "level"
    LOAD = "load"
    LONGEST_IDLE = "longest_idle"


class Hold(StrEnum):
    """A rule by which a customer waits for a while although a technician may be free.

    PREVIOUS waits for the technician of the last conversation, LANGUAGE and SKILLS for one with
    the language or the required skills, and PASSED_ON for another than the one who declined, did
    not answer or handed the customer over.
    """

    PREVIOUS = "previous"
    LANGUAGE = "language"
    SKILLS = "skills"
    PASSED_ON = "passed_on"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A technician at the time of the decision.

    `load` is the number of slots taken of the `capacity`; the part of it that `written` cases take
    is rounded down.
    """

    technician: Person
    verdict: Eligibility
    load: int
    capacity: int
    written: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one pairing; `waited` is the customer's wait in ms.

    `widened` names the requirements that were dropped to find a technician: "skills",
    "language". `candidates` are technicians online, the chosen one first, and `unnamed` is the
    number of further ones. `held` names the holds by which the customer was deferred before.
    """

    ground: DecidingFactor
    waited: int
    candidates: tuple[Candidate, ...]
    widened: tuple[str, ...] = ()
    unnamed: int = 0
    held: tuple[str, ...] = ()
