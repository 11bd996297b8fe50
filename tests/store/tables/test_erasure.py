"""Erasure covers every table."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.store.engine.connection import DATABASE
from chatserver.store.open import open_store
from chatserver.store.tables.erasure import OF_CONVERSATION, OF_CUSTOMER

SEEN_TO = {
    "conversation": {"events", "audit", "holds", *OF_CONVERSATION},
    "customer": {"conversations", "audit", *OF_CUSTOMER},
}
"""Tables with a conversation or customer column.

`events`, `conversations` and `audit` keep rows without texts.
"""


@pytest.mark.parametrize("column", sorted(SEEN_TO))
async def test_erasure_covers_every_table_with_a_person_or_conversation(
    tmp_path: Path, column: str
) -> None:
    async with open_store(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        found = database.execute(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND c.name = ?",
            (column,),
        ).fetchall()
    assert {name for (name,) in found} == SEEN_TO[column]
