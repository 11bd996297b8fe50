"""The site's topics in SQLite."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.people import Topic
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.writer import Writer


@dataclass(slots=True)
class SqliteTopics:
    """One row for each topic, with its place in the list."""

    writer: Writer
    readers: ReadPool

    async def list_topics(self) -> Sequence[Topic]:
        """Return all topics in the order that the administrator chose."""
        return await self.readers.run_short(read_topics)

    async def save_topic(self, topic: Topic) -> None:
        """Add a topic at the end, or rename the one with its id."""
        await self.writer.do(lambda database: add_topic(database, topic))


def add_topic(database: Database, topic: Topic) -> None:
    """Add a topic at the end, or rename the one with its id."""
    execute(
        database,
        "INSERT INTO topics (id, name, place) "
        "SELECT ?, ?, coalesce(max(place) + 1, 0) FROM topics WHERE true "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        (topic.id, topic.name),
    )


def read_topics(database: Database) -> list[Topic]:
    """Return all topics in the order that the administrator chose."""
    rows = database.execute("SELECT id, name FROM topics ORDER BY place, name").fetchall()
    return [Topic(*row) for row in rows]


def replace_topics(database: Database, topics: Sequence[Topic]) -> None:
    """Store these topics and no others, in this order."""
    database.execute("DELETE FROM topics")
    rows = [(topic.id, topic.name, place) for place, topic in enumerate(topics)]
    database.executemany("INSERT INTO topics (id, name, place) VALUES (?,?,?)", rows)
