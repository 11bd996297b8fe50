"""No table is forgotten when something is erased."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.store.erasure import OF_CONVERSATION, OF_CUSTOMER
from chatserver.store.open import DATABASE, open_store

SEEN_TO = {
    "conversation": {"events", "audit", "holds", *OF_CONVERSATION},
    "customer": {"conversations", "audit", *OF_CUSTOMER},
}
"""Tables that say something of one; `events`, `conversations` and `audit` keep what is no words."""


@pytest.mark.parametrize("column", sorted(SEEN_TO))
async def test_every_table_that_knows_somebody_is_seen_to(tmp_path: Path, column: str) -> None:
    async with open_store(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        found = database.execute(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND c.name = ?",
            (column,),
        ).fetchall()
    assert {name for (name,) in found} == SEEN_TO[column]
