"""The clocks of a server; tests set them in this one place."""

import time


def wall_clock() -> int:
    """Return ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def steady_clock() -> int:
    """Return ms of a clock that never goes back."""
    return time.monotonic_ns() // 1_000_000
