"""The bus of a single node: hands each piece of news to the listeners of this process."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from chatserver.core.notifications import Committed, Notification

_log: structlog.stdlib.BoundLogger = structlog.get_logger("bus")


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener of news: the function to call, and the kinds of news to call it for.

    `kinds` has types of notifications; one of an event's facts stands for the commits that have
    such an event. What only waits for a conversation to end is so not called for each message.
    """

    name: str
    hear: Callable[[Notification], None]
    kinds: frozenset[type[object]]


@dataclass(slots=True)
class MemoryBus:
    """Calls the listeners before `publish` returns, one after the other in their order.

    They are set once, when all services are built, because most of them publish news as well.
    """

    listeners: tuple[Listener, ...] = ()

    def publish(self, news: Notification) -> None:
        """Call the listeners of this kind of news; one that raises is logged and hinders none."""
        kinds = kinds_of(news)
        # Six listeners; a message concerns two of them.
        for listener in [each for each in self.listeners if not kinds.isdisjoint(each.kinds)]:
            try:
                listener.hear(news)
            except Exception:
                _log.exception("a listener failed", listener=listener.name)


def kinds_of(news: Notification) -> set[type[object]]:
    """Return the type of a notification and, for committed events, the types of their facts."""
    if isinstance(news, Committed):
        return {Committed, *(type(event.fact) for event in news.events)}
    return {type(news)}
