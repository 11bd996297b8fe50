"""The bus of a single node: whoever listens hears at once, in order."""

from collections.abc import Callable
from typing import Generic, TypeVar

News = TypeVar("News")


class MemoryBus(Generic[News]):
    """Hands each piece of news to every listener before `publish` returns."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[News], None]] = []

    def publish(self, news: News) -> None:
        for listener in self._listeners:
            listener(news)

    def subscribe(self, listener: Callable[[News], None]) -> None:
        self._listeners.append(listener)
