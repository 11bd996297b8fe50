"""The port to the bus, which delivers notifications to their listeners."""

from typing import Protocol

from chatserver.core.notifications import Notification


class Bus(Protocol):
    """Delivers notifications to the listeners of every node; it may lose them, the log may not."""

    def publish(self, news: Notification) -> None:
        """Hand a notification to the listeners of its kind, in the order of their list."""
