"""The port to the notification bus."""

from collections.abc import Callable
from typing import Protocol

from chatserver.core.notifications import Notification


class Bus(Protocol):
    """Delivers notifications to every subscriber; it may lose them, the log may not."""

    def publish(self, news: Notification) -> None:
        """Hand a notification to all subscribers, in the order in which they subscribed."""

    def subscribe(self, listener: Callable[[Notification], None]) -> None:
        """Call `listener` with every notification from now on."""
