"""Insert many rows by few statements.

Each step of a statement gives up the interpreter's lock and has to get it back from the event loop.
`executemany` takes a step for each row: beside a server at 500 messages a second a row cost 0.15 ms
of the processor, and a hundred of them kept messages waiting for 30 ms. Here a step is many rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.store.engine.database import Database, Value

MOST_ROWS = 64
"""Rows of one statement; fewer are inserted by powers of two, so that few statements are parsed."""


@dataclass(frozen=True, slots=True)
class BulkInsert:
    """A statement up to its VALUES, and the placeholders of one row in parentheses."""

    statement: str
    row: str

    def run(self, database: Database, rows: Sequence[Sequence[Value]]) -> None:
        """Insert the rows in their order; raises as `Database.execute`."""
        first = 0
        while first < len(rows):
            # The largest power of two that the rest has.
            count = min(MOST_ROWS, 1 << (len(rows) - first).bit_length() - 1)
            values = [value for row in rows[first : first + count] for value in row]
            database.execute(f"{self.statement} VALUES {', '.join([self.row] * count)}", values)
            first += count
