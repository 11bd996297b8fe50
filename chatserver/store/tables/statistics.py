"""The figures of conversations in SQLite, computed from their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from chatserver.core.conversation.events import CloseReason
from chatserver.core.people import Person, Role
from chatserver.core.statistics import ConversationFigures
from chatserver.store.engine.reader import ReadPool

_FIGURES = """
    SELECT e.conversation, e.kind, e.at, json_extract(e.author, '$.role'),
           json_extract(e.fact, '$.technician.id'), json_extract(e.fact, '$.technician.name'),
           json_extract(e.fact, '$.score'), json_extract(e.fact, '$.reply_by'),
           json_extract(e.fact, '$.reason'), json_extract(e.fact, '$.topic'),
           json_extract(e.fact, '$.language'), c.reference
    FROM conversations c JOIN events e ON e.conversation = c.id
    WHERE c.status IN ('waiting', 'active', 'closed') AND c.opened_at >= ? AND c.opened_at < ?
      AND (e.kind IN ('opened', 'promised', 'assigned', 'closed', 'reopened', 'rated')
           OR e.kind = 'message' AND json_extract(e.author, '$.role') = 'technician')
    ORDER BY e.conversation, e.seq"""

FiguresRow = tuple[
    str,
    str,
    int,
    str,
    str | None,
    str | None,
    int | None,
    int | None,
    str | None,
    str | None,
    str | None,
    str,
]


@dataclass(slots=True)
class SqliteStatistics:
    """The figures of conversations, read from the table of events."""

    readers: ReadPool

    async def figures_between(self, since: int, until: int) -> Sequence[ConversationFigures]:
        """Return the figures of the conversations opened from `since` to before `until` (ms)."""
        rows: list[FiguresRow] = await self.readers.run(
            lambda database: database.execute(_FIGURES, (since, until)).fetchall()
        )
        return [
            _conversation_figures(list(group)) for _, group in groupby(rows, key=lambda row: row[0])
        ]


def _conversation_figures(rows: list[FiguresRow]) -> ConversationFigures:
    *_, topic, language, reference = rows[0]
    figures = ConversationFigures(
        opened=rows[0][2], reference=reference, topic=topic, language=language
    )
    for _, kind, at, role, technician, name, score, reply_by, reason, _, _, _ in rows:
        if kind == "assigned" and technician is not None:
            figures.assigned = figures.assigned or at
            figures.technician = Person(technician, name or "")
        elif kind == "message":
            figures.replied = figures.replied or at
        elif kind == "promised":
            figures.promised = reply_by
            # The promise is for a question that is open now: an answer before it does not keep it.
            figures.replied = None
            figures.abandoned = role == Role.SYSTEM
        elif kind == "closed":
            figures.closed = at
            figures.abandoned |= reason == CloseReason.ABANDONED
        elif kind == "reopened":
            figures.closed = None
        elif kind == "rated":
            figures.score = score
    return figures
