"""The formats of identifiers. Callers pass in the entropy: this module draws none."""

from dataclasses import dataclass

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, so that it can be read out on the phone."""

_PAIRS = tuple(first + second for first in CROCKFORD for second in CROCKFORD)
"""All texts of two characters, by the 10 bits that they stand for."""

_MISREAD = str.maketrans("ILO", "110", " -")


def base32(number: int, length: int) -> str:
    """Encode the lowest 5 x `length` bits of a number as `length` Crockford characters."""
    # Two characters at a time halve what was 16 µs of each handshake.
    places = range(length + length % 2 - 2, -1, -2)
    return "".join([_PAIRS[number >> 5 * place & 1_023] for place in places])[-length:]


def identifier(at: int, entropy: int) -> str:
    """Return an opaque id of 26 characters: 48 bits of time (ms since 1970 UTC), 80 of entropy.

    The time comes first, so that ids sort by age and the rows of one day are neighbours on disk.
    """
    # 48 bits of ms last until the year 10889.
    return base32(at << 80 | entropy & (1 << 80) - 1, 26)


def time_of(identifier: str) -> int:
    """Return the time in an id (ms since 1970 UTC), or 0 for a name that is no such id."""
    if len(identifier) != 26 or not set(identifier) <= set(CROCKFORD):
        return 0
    number = 0
    for letter in identifier:
        number = number << 5 | CROCKFORD.index(letter)
    return number >> 80


@dataclass(slots=True)
class OrderedIds:
    """Makes ids that sort in the order in which they were made.

    A wall clock that was a day fast and is set right would let later ids sort before earlier ones.
    Until it has caught up, each id has a time 1 ms after that of the one before.
    """

    _latest: int = 0

    def continue_after(self, identifier: str) -> None:
        """Let the next ids sort after this one, which was made before a restart."""
        self._latest = max(self._latest, time_of(identifier))

    def make(self, at: int, entropy: int) -> str:
        """Return an id for something that happens at `at` (ms since 1970 UTC)."""
        self._latest = max(at, self._latest + 1)
        return identifier(self._latest, entropy)


def reference(entropy: int) -> str:
    """Return a reference that people can read out, such as `K7F3-9QMX`, of 40 bits of entropy."""
    text = base32(entropy, 8)
    return f"{text[:4]}-{text[4:]}"


def parse_reference(spoken: str) -> str:
    """Normalize a reference as typed by a person: I and L are read as 1, O as 0.

    >>> parse_reference("k7f3 9qmx")
    'K7F3-9QMX'
    """
    text = spoken.strip().upper().translate(_MISREAD)
    return f"{text[:4]}-{text[4:]}"
