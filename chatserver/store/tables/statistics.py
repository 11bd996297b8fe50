"""The figures of conversations in SQLite, computed from their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import orjson

from chatserver.core.conversation.events import CloseReason
from chatserver.core.conversation.promise import EscalationLevel
from chatserver.core.people import Person, Role
from chatserver.core.statistics import ConversationFigures
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import AUTHORED_BY

_FIGURES = f"""
    SELECT e.conversation, e.kind, e.at, e.author,
           CASE e.kind WHEN 'message' THEN '{{}}' ELSE e.fact END, c.reference
    FROM conversations c JOIN events e ON e.conversation = c.id
    WHERE c.status IN ('waiting', 'active', 'closed') AND c.opened_at >= ? AND c.opened_at < ?
      AND (e.kind IN ('opened', 'promised', 'escalated', 'bounced', 'assigned', 'closed',
                      'reopened', 'rated')
           OR e.kind = 'message' AND e.{AUTHORED_BY[Role.TECHNICIAN]})
    ORDER BY e.conversation, e.seq"""

FiguresRow = tuple[str, str, int, str, str, str]


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
    _, _, opened, _, first, reference = rows[0]
    begun = orjson.loads(first)
    figures = ConversationFigures(
        opened=opened,
        reference=reference,
        topic=begun.get("topic"),
        language=begun.get("language"),
    )
    for _, kind, at, author, fields, _ in rows:
        fact = orjson.loads(fields)
        technician = fact.get("technician")
        if kind == "assigned" and technician is not None:
            figures.assigned = figures.assigned or at
            figures.technician = Person(technician["id"], technician["name"] or "")
        elif kind == "message":
            figures.replied = figures.replied or at
        elif kind == "promised":
            if figures.promised is None:
                figures.abandoned = orjson.loads(author)["role"] == Role.SYSTEM
            _count_former_promise(figures, is_renewed="instead_of" in fact)
            figures.promised, figures.is_overdue = fact["reply_by"], False
            # The promise is for a question that is open now: an answer before it does not keep it.
            figures.replied = None
        elif kind == "escalated":
            figures.is_overdue |= fact["level"] == EscalationLevel.BROKEN
        elif kind == "bounced":
            figures.replied = None
        elif kind == "closed":
            figures.closed = at
            figures.abandoned |= fact.get("reason") == CloseReason.ABANDONED
        elif kind == "reopened":
            figures.closed = None
        elif kind == "rated":
            figures.score = fact.get("score")
    return figures


def _count_former_promise(figures: ConversationFigures, *, is_renewed: bool) -> None:
    """Count the promise before a new one, which is broken if the new one is in its place."""
    if figures.promised is None:
        return
    if is_renewed or figures.is_overdue:
        figures.broken_before += 1
    elif figures.replied is not None:
        is_kept = figures.replied <= figures.promised
        figures.kept_before += is_kept
        figures.broken_before += not is_kept
