"""Erasure covers every table, and the gate stands before every table."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.store.engine.connection import DATABASE
from chatserver.store.open import open_store
from chatserver.store.tables.erasure import TABLES_OF_CONVERSATION, TABLES_OF_CUSTOMER

pytestmark = pytest.mark.sqlite("reads the schema of SQLite")

SEEN_TO = {
    "conversation": {"events", "audit", "holds", *TABLES_OF_CONVERSATION},
    "customer": {"conversations", "audit", "closing", *TABLES_OF_CUSTOMER},
}
"""Tables with a conversation or customer column.

`events`, `conversations` and `audit` keep rows without texts.
"""

WITHOUT_GATE = {
    # The erasure is the last event of a conversation: `seq` refuses any other.
    "events",
    # They have the id alone, and are written by the erasure itself.
    "erasing",
    "closing",
}


@pytest.fixture
async def database(tmp_path: Path) -> sqlite3.Connection:
    async with open_store(tmp_path):
        pass
    return sqlite3.connect(tmp_path / DATABASE)


def tables_with(database: sqlite3.Connection, column: str) -> set[str]:
    """The tables that have a column of this name."""
    found = database.execute(
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND c.name = ?",
        (column,),
    ).fetchall()
    return {name for (name,) in found}


@pytest.mark.parametrize("column", sorted(SEEN_TO))
def test_erasure_covers_every_table_with_a_person_or_conversation(
    database: sqlite3.Connection, column: str
) -> None:
    with closing(database):
        assert tables_with(database, column) == SEEN_TO[column]


def test_every_table_with_a_person_or_conversation_has_a_gate(
    database: sqlite3.Connection,
) -> None:
    with closing(database):
        tables = tables_with(database, "conversation") | tables_with(database, "customer")
        gates = database.execute(
            "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_gate'"
        ).fetchall()
    assert tables | {"customers"} == {table for (table,) in gates} | WITHOUT_GATE
