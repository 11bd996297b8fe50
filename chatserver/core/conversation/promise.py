"""The promise of a reply: the deadline, the words that answer it, and its escalation.

All times are in ms since 1970 UTC, and numbers of events are their seqs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

MAX_REMEMBERED = 8
"""Kept promises that a conversation remembers, should the letters that kept them bounce."""


class EscalationLevel(StrEnum):
    """LATE: four fifths of the working time are used. BROKEN: the deadline is over."""

    LATE = "late"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Milestones:
    """The moment from which a promise counts, and those of half and four fifths of its time."""

    since: int
    half_at: int
    late_at: int


@dataclass(frozen=True, slots=True)
class Promise:
    """A reply promised by the event `seq` for words that arrived at `since`.

    - `level`: the highest escalation so far.
    - `renewed`: it stands in place of a broken promise, of which it has the `seq`.
    - `said`: the technician's first message after it, which a letter is to carry.
    - `kept`: the message that answered it, or the last one of the letter that did (`by_letter`).
    """

    seq: int
    since: int
    reply_by: int
    half_at: int
    late_at: int
    level: EscalationLevel | None = None
    renewed: bool = False
    said: int | None = None
    kept: int | None = None
    by_letter: bool = False

    @property
    def is_owed(self) -> bool:
        """True until it is answered."""
        return self.kept is None

    @property
    def is_unanswered(self) -> bool:
        """True while there is not even an answer on its way."""
        return self.kept is None and self.said is None

    def may_become(self, level: EscalationLevel) -> bool:
        """Return True if the promise is owed and has not reached the level yet."""
        return self.is_owed and (self.level is None or self.level is EscalationLevel.LATE != level)

    def level_at(self, now: int) -> EscalationLevel | None:
        """Return the level that an owed promise has reached at `now`."""
        if now >= self.reply_by:
            return EscalationLevel.BROKEN
        return EscalationLevel.LATE if now >= self.late_at else None

    def next_level_at(self) -> int | None:
        """Return the moment of the next escalation, or None after the last."""
        match self.level:
            case None:
                return min(self.late_at, self.reply_by)
            case EscalationLevel.LATE:
                return self.reply_by
            case EscalationLevel.BROKEN:
                return None


Promises = tuple[Promise, ...]
"""The promises of a conversation, oldest first: all owed ones, and the last ones that were kept."""


def with_promise(promises: Promises, new: Promise) -> Promises:
    """Return the promises with a new one."""
    # Only a letter can bounce: what was answered in the chat stays answered.
    former = [each for each in promises if each.is_owed or each.by_letter]
    return (*former[-MAX_REMEMBERED:], new)


def renewed(promises: Promises, broken_at: int, new: Promise) -> Promises:
    """Return the promises with a new one in place of the owed one that ended at `broken_at`.

    It is for the same words: a letter on its way with an answer to them keeps it, too.
    """
    return tuple(
        replace(new, seq=each.seq, said=each.said, renewed=True)
        if each.is_owed and each.reply_by == broken_at
        else each
        for each in promises
    )


def answered(promises: Promises, seq: int, *, by_mail: bool) -> Promises:
    """Return the promises after the technician's message `seq`.

    In the chat it answers them at once; `by_mail` the letter that carries it will.
    """
    if by_mail:
        return tuple(replace(each, said=seq) if each.is_unanswered else each for each in promises)
    return tuple(replace(each, kept=seq) if each.is_owed else each for each in promises)


def mailed(promises: Promises, through: int) -> Promises:
    """Return the promises after a letter with words up to `through` was taken by a mail server."""
    return tuple(
        replace(each, kept=through, by_letter=True) if each.is_owed and each.seq < through else each
        for each in promises
    )


def bounced(promises: Promises, through: int, newest_letter: int) -> Promises:
    """Return the promises after a letter did not arrive: those that it kept are owed again.

    A report that does not say which letter it is about has the seq of its own time as `through`,
    which is later than the `newest_letter`, and is taken to be about that one.
    """
    letter = min(through, newest_letter) if newest_letter else through
    return tuple(_after_bounce(each, letter, through) for each in promises)


def escalated(promises: Promises, reply_by: int, level: EscalationLevel) -> Promises:
    """Return the promises after the escalation of the owed one that ends at `reply_by`."""
    return tuple(
        replace(each, level=level) if each.is_owed and each.reply_by == reply_by else each
        for each in promises
    )


def first_owed(promises: Sequence[Promise]) -> Promise | None:
    """Return the owed promise with the earliest deadline, or None."""
    owed = (each for each in promises if each.is_owed)
    return min(owed, key=lambda each: each.reply_by, default=None)


def _after_bounce(promise: Promise, letter: int, through: int) -> Promise:
    if promise.by_letter and promise.kept == letter:
        return replace(promise, kept=None, by_letter=False, said=None)
    if promise.is_owed and promise.seq < through:
        return replace(promise, said=None)
    return promise
