"""The bus of a single node: synchronous delivery within the process."""

from collections.abc import Callable
from typing import Generic, TypeVar

News = TypeVar("News")


class MemoryBus(Generic[News]):
    """Delivers each notification to all subscribers before `publish` returns."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[News], None]] = []

    def publish(self, news: News) -> None:
        """Call every subscriber with a notification, in the order of subscription."""
        for subscriber in self._subscribers:
            subscriber(news)

    def subscribe(self, subscriber: Callable[[News], None]) -> None:
        """Add a function that is called with every notification from now on."""
        self._subscribers.append(subscriber)
