"""With --postgres, the tables of every data folder are in a database of its own.

Folders that have a file of SQLite already, because a test has put it there, keep it.
"""

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest

from chatserver.store import open as store_open
from chatserver.store.engine.connection import DATABASE
from chatserver.store.engine.opened import OpenedEngine
from tests.postgres_server import connection_string, start_server

OpenEngine = Callable[..., Awaitable[OpenedEngine]]

_numbers = count(1)


@contextmanager
def tables_in_postgres(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let stores that are opened in the context have their tables in PostgreSQL."""
    open_engine: OpenEngine = store_open._open_engine
    names: dict[Path, str] = {}

    async def opened(
        folder: Path,
        stack: AsyncExitStack,
        committed: Callable[[int, float], None],
        *,
        is_server: bool,
        dsn: str | None,
    ) -> OpenedEngine:
        if dsn is None and not (folder / DATABASE).exists():
            dsn = connection_string(start_server(), _database_of(folder, names))
        return await open_engine(folder, stack, committed, is_server=is_server, dsn=dsn)

    patch.setattr(store_open, "_open_engine", opened)
    yield
    if names:
        _run(*(f'DROP DATABASE "{name}" WITH (FORCE)' for name in names.values()))


def _database_of(folder: Path, names: dict[Path, str]) -> str:
    if folder not in names:
        names[folder] = f"folder{os.getpid()}_{next(_numbers)}"
        _run(f'CREATE DATABASE "{names[folder]}" TEMPLATE "{_migrated()}"')
    return names[folder]


@cache
def _migrated() -> str:
    """Return the name of a database of this process that has empty tables."""
    from chatserver.store.postgres.connection import PostgresDatabase, connect
    from chatserver.store.postgres.migrations import migrate

    name = f"template{os.getpid()}"
    _run(f'CREATE DATABASE "{name}" TEMPLATE template0')
    with connect(connection_string(start_server(), name)) as connection:
        migrate(PostgresDatabase(connection))
    return name


def _run(*statements: str) -> None:
    dsn = connection_string(start_server(), "postgres")
    with psycopg.connect(dsn, autocommit=True) as server:
        for statement in statements:
            server.execute(statement.encode())
