"""The site settings in SQLite."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chatserver.core.people import Topic
from chatserver.store.engine.database import Database
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.writer import Writer
from chatserver.store.tables.topics import read_topics, replace_topics

_SAVE_PART = """
    INSERT INTO site (part, content) VALUES (?, ?)
    ON CONFLICT (part) DO UPDATE SET content = excluded.content"""


@dataclass(slots=True)
class SqliteSite:
    """The site settings as JSON, part by part, and all topics with them."""

    writer: Writer
    readers: ReadPool

    async def load_parts(self) -> Mapping[str, bytes]:
        """Return every part that was chosen, by its name."""
        return await self.readers.run(_load_parts)

    async def save_parts(
        self,
        parts: Mapping[str, bytes],
        topics: Sequence[Topic] | None = None,
        check: Callable[[Mapping[str, bytes], Sequence[Topic]], None] | None = None,
    ) -> None:
        """Replace some stored parts; the others stay."""
        rows = [(part, content.decode()) for part, content in parts.items()]

        def save(database: Database) -> None:
            if check is not None:
                check(_load_parts(database), read_topics(database))
            database.executemany(_SAVE_PART, rows)
            if topics is not None:
                replace_topics(database, topics)

        await self.writer.do(save)


def _load_parts(database: Database) -> dict[str, bytes]:
    rows = database.execute("SELECT part, content FROM site").fetchall()
    return {part: content.encode() for part, content in rows}
