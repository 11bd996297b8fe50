"""Deadlines of one length for many sessions, with one timer for all of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

K = TypeVar("K")

TICK_S = 0.05
"""Seconds that a deadline may come late, so that one call of the timer ends several."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("deadlines")


@dataclass(slots=True)
class Deadlines(Generic[K]):
    """Calls `expire` for each key that is not removed within `after_s` seconds; 0 never does.

    A timer for each session took 20 µs of its handshake, and most are cancelled at once.
    """

    after_s: float
    expire: Callable[[K], None]
    # In the order of their deadlines, because all of them are equally far away when they are set.
    _due: dict[K, float] = field(default_factory=dict)
    _timer: asyncio.TimerHandle | None = None

    def set(self, key: K) -> None:
        """Begin the time of a key, or begin it anew."""
        if not self.after_s:
            return
        self._due.pop(key, None)
        self._due[key] = asyncio.get_running_loop().time() + self.after_s
        if self._timer is None:
            self._start_timer()

    def remove(self, key: K) -> None:
        """End the time of a key, if it runs."""
        self._due.pop(key, None)

    def expire_all(self) -> None:
        """End the time of all keys now, and stop the timer."""
        due, self._due = tuple(self._due), {}
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for key in due:
            self.expire(key)

    def _start_timer(self) -> None:
        first = next(iter(self._due.values()), None)
        loop = asyncio.get_running_loop()
        self._timer = None if first is None else loop.call_at(first + TICK_S, self._expire_due)

    def _expire_due(self) -> None:
        now = asyncio.get_running_loop().time()
        due: list[K] = []
        for key, deadline in self._due.items():
            if deadline > now:
                break
            due.append(key)
        for key in due:
            del self._due[key]
        self._start_timer()
        for key in due:
            try:
                self.expire(key)
            except Exception:
                # A session that fails must not keep the others from their end.
                _log.exception("a deadline failed")
