"""Migration is atomic: an interrupted one starts again from the former database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.migrations import epoch, migrate


def test_a_first_start_that_is_cut_off_leaves_no_log_without_an_epoch(tmp_path: Path) -> None:
    file = tmp_path / DATABASE
    with closing(open_database(file)) as database:
        seen = []

        def cut_off(statement: str) -> None:
            seen.append(statement)
            if "epoch" in statement:
                database.interrupt()

        database.set_trace_callback(cut_off)
        with pytest.raises(sqlite3.OperationalError):
            migrate(database, file)
        assert any("epoch" in statement for statement in seen)
    with closing(open_database(file)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (0,)
        migrate(database, file)
        assert epoch(database)
