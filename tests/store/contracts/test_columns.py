"""The tables of both engines after all migrations have the same columns."""

from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.open import open_store

pytestmark = pytest.mark.sqlite("compares the engines")

TYPES = {"INTEGER": "bigint", "TEXT": "text", "BLOB": "bytea"}
SEARCH = ("words", "long_words", "word_parts", "vocabulary")
"""Tables of the search index, which each engine has in its own way."""


async def test_both_engines_have_the_same_columns(postgres: str, tmp_path: Path) -> None:
    async with open_store(tmp_path):
        pass
    async with open_store(tmp_path, database=postgres):
        pass
    with closing(open_database(tmp_path / DATABASE, readonly=True)) as sqlite:
        ours = {
            (table, column, TYPES[kind])
            for table, column, kind in sqlite.execute(
                "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c "
                "WHERE m.type = 'table'"
            )
            if not table.startswith(SEARCH)
        }
    with psycopg.connect(postgres) as server:
        theirs = {
            # Flags take two bytes there.
            (table, column, kind.replace("smallint", "bigint"))
            for table, column, kind in server.execute(
                "SELECT table_name, column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = 'public'"
            )
            if not table.startswith(SEARCH)
        }
    assert theirs == ours
