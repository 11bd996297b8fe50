"""Time and randomness as services receive them: plain functions, which tests replace."""

from collections.abc import Callable

Clock = Callable[[], int]
"""Return the time in ms: since 1970 UTC where it is stored or shown, of a monotonic clock where
it is a deadline. Each field says which of the two it is."""

Entropy = Callable[[int], int]
"""Return an unpredictable number of so many bits, as `secrets.randbits` does."""
