"""Ordering of frames that arrive in separate HTTP posts."""

from dataclasses import dataclass, field

from chatserver.core.errors import RateLimited

WINDOW = 16
"""The number of frames buffered ahead of a gap; `websockets` buffers as many."""

TRY_AGAIN_MS = 500
"""The time in ms after which a post that is too far ahead may be repeated."""


@dataclass(slots=True)
class FrameReorderer:
    """Restores the order of frames numbered from 1 without a gap, and drops repeated ones.

    `next` is the number of the next frame in order.
    """

    next: int = 1
    _early: dict[int, str | bytes] = field(default_factory=dict)

    def accept(self, first: int, frames: list[str | bytes]) -> list[str | bytes]:
        """Add frames numbered from `first` on; return all that are in order now.

        Frames accepted before are ignored, so a client may repeat a post whose answer was lost,
        alone or with more frames behind. Raises RateLimited, without a change, for a post that is
        too far ahead.
        """
        beyond = first + len(frames)
        # A post without a gap before it is never buffered, so its length does not matter here.
        if first > self.next and beyond > self.next + WINDOW:
            raise RateLimited(TRY_AGAIN_MS)
        for number, frame in enumerate(frames, first):
            if number >= self.next:
                self._early.setdefault(number, frame)
        ready = []
        while self.next in self._early:
            ready.append(self._early.pop(self.next))
            self.next += 1
        return ready
