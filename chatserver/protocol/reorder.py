"""Frames that come in separate posts, put into their order, each once."""

from dataclasses import dataclass, field

from chatserver.core.errors import RateLimited

WINDOW = 16
"""Frames that may have come before their turn; as many as `websockets` reads ahead."""

TRY_AGAIN_MS = 500
"""After which a post that came too early may be tried again."""


@dataclass(slots=True)
class FrameReorderer:
    """Frames are numbered from 1 without a gap; `next` is the number whose turn it is."""

    next: int = 1
    _early: dict[int, str | bytes] = field(default_factory=dict)

    def accept(self, first: int, frames: list[str | bytes]) -> list[str | bytes]:
        """The frames whose turn has come, of these, numbered from `first`, and of earlier ones.

        What was taken before is left out, so a post may be repeated, alone or with more behind
        it. Raises RateLimited, and takes nothing, when a post is too far ahead of its turn.
        """
        beyond = first + len(frames)
        if first > self.next and beyond > self.next + WINDOW:
            raise RateLimited(TRY_AGAIN_MS)
        for number, frame in enumerate(frames, first):
            if number >= self.next:
                self._early.setdefault(number, frame)
        turn = []
        while self.next in self._early:
            turn.append(self._early.pop(self.next))
            self.next += 1
        return turn
