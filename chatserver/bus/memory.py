"""The bus of a single node: hands each notification to the listeners of this process."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from chatserver.core.notifications import Committed, Notification

_log: structlog.stdlib.BoundLogger = structlog.get_logger("bus")


Kinds = frozenset[type[object]]


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener to notifications: the function to call, and the kinds to call it for.

    `kinds` has types of notifications; one of an event's facts stands for the commits that have
    such an event, so that a listener to closings is not called for each message.
    """

    name: str
    hear: Callable[[Notification], None]
    kinds: Kinds


class MemoryBus:
    """Calls the listeners before `publish` returns, one after the other in their order.

    They are set once, when all services are built, because most of them publish as well.
    """

    def __init__(self, listeners: tuple[Listener, ...] = ()) -> None:
        self.listeners = listeners

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The listeners, in the order in which they are called."""
        return self._listeners

    @listeners.setter
    def listeners(self, listeners: tuple[Listener, ...]) -> None:
        self._listeners = listeners
        # By the kinds, of which there are some dozens: asking each listener anew for each
        # message took as long as the hub needs to find the sessions that follow.
        self._concerned: dict[Kinds | type[object], tuple[Listener, ...]] = {}

    def publish(self, news: Notification) -> None:
        """Call the listeners to this kind; an exception of one is logged and stops no other."""
        # A message is an event alone: the type of its fact says which kinds there are.
        alone = isinstance(news, Committed) and len(news.events) == 1 and type(news.events[0].fact)
        kinds = alone or kinds_of(news)
        for listener in self._concerned.get(kinds) or self._listeners_to(news, kinds):
            try:
                listener.hear(news)
            except Exception:
                _log.exception("a listener failed", listener=listener.name)

    def _listeners_to(
        self, news: Notification, kinds: Kinds | type[object]
    ) -> tuple[Listener, ...]:
        """Find the listeners to a notification, and keep them for its kinds."""
        found = kinds_of(news)
        self._concerned[kinds] = tuple(
            each for each in self._listeners if not each.kinds.isdisjoint(found)
        )
        return self._concerned[kinds]


def kinds_of(news: Notification) -> Kinds:
    """Return the type of a notification and, for committed events, the types of their facts."""
    if isinstance(news, Committed):
        return frozenset((Committed, *[type(event.fact) for event in news.events]))
    return frozenset((type(news),))
