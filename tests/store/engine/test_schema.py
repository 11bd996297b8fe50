"""The tables, as far as SQLite can check them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.store.engine.connection import DATABASE
from chatserver.store.open import open_store

pytestmark = pytest.mark.sqlite("the schema of SQLite")


async def test_keys_come_first_in_tables_without_row_ids(tmp_path: Path) -> None:
    """In other tables integrity_check of SQLite 3.40 reports faults that are none."""
    async with open_store(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%WITHOUT ROWID%'"
        ).fetchall()
        assert tables
        for (table,) in tables:
            columns = database.execute("SELECT pk FROM pragma_table_info(?)", (table,)).fetchall()
            key = sorted(pk for (pk,) in columns if pk)
            assert [pk for (pk,) in columns[: len(key)]] == key, table
