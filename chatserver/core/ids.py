"""Identifiers: what they look like. The random part is always given, never drawn here."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so it can be read out on the phone."""

_MISREAD = str.maketrans("ILO", "110", " -")


def base32(number: int, length: int) -> str:
    """Write a number as `length` Crockford characters, the lowest 5 x length bits of it."""
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in reversed(range(length)))


def identifier(at: int, entropy: int) -> str:
    """An opaque id of 26 characters: 48 bits of time (ms, UTC), then 80 bits of entropy.

    The time in front keeps the rows of one day together on disk.
    """
    return base32(at << 80 | entropy & (1 << 80) - 1, 26)


def reference(entropy: int) -> str:
    """A conversation's name for people, such as `K7F3-9QMX`, from 40 bits of entropy."""
    text = base32(entropy, 8)
    return f"{text[:4]}-{text[4:]}"


def parse_reference(spoken: str) -> str:
    """The reference that somebody wrote down, with the usual misreadings undone.

    >>> read_reference("k7f3 9qmx")
    'K7F3-9QMX'
    """
    text = spoken.strip().upper().translate(_MISREAD)
    return f"{text[:4]}-{text[4:]}"
