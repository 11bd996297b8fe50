"""The site's topics: what customers choose between, and technicians serve."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chatserver.core.errors import Code, Refused
from chatserver.core.people import Topic


class TopicStore(Protocol):
    """The topics in their order; every method raises Unavailable where the disk fails."""

    async def list_topics(self) -> Sequence[Topic]:
        """Return all topics in the order that the administrator chose."""

    async def save_topic(self, topic: Topic) -> None:
        """Add a topic at the end, or rename the one with its id."""


@dataclass(slots=True)
class Topics:
    """Reads the topics from the disk: `technician add` may have added one a moment ago."""

    store: TopicStore

    async def list_topics(self) -> Sequence[Topic]:
        """Return all topics in the order that the administrator chose."""
        return await self.store.list_topics()

    async def check_topic(self, topic: str | None) -> str | None:
        """Return the topic if it exists or is None; raises Refused `invalid` for an unknown one."""
        if topic is not None and all(each.id != topic for each in await self.list_topics()):
            raise Refused(Code.INVALID, field="topic")
        return topic
