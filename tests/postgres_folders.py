"""With --postgres, the tables of every data folder are in a database of its own.

The setting names it, as an operator would: to servers of this process, to commands, and to programs
that a test starts. Folders that have a file of SQLite already, because a test has put it there,
keep it.
"""

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import count
from pathlib import Path

import psycopg
import pytest

from chatserver import settings_file
from chatserver.settings import Settings
from chatserver.store import open as store_open
from chatserver.store.engine.connection import DATABASE
from chatserver.store.engine.opened import OpenedEngine
from tests import program
from tests.postgres_server import connection_string, start_server

OpenEngine = Callable[..., Awaitable[OpenedEngine]]
MakeClass = Callable[[Path | None], Callable[..., Settings]]

_numbers = count(1)


@contextmanager
def tables_in_postgres(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let stores that are opened in the context have their tables in PostgreSQL."""
    databases = FolderDatabases()
    patch.setattr(program, "database_of", databases.dsn_of)
    patch.setattr(
        settings_file, "_settings_of", partial(databases.settings_of, settings_file._settings_of)
    )
    patch.setattr(
        store_open, "_open_engine", partial(databases.open_engine, store_open._open_engine)
    )
    yield
    if databases.names:
        _run(*(f'DROP DATABASE "{name}" WITH (FORCE)' for name in databases.names.values()))


@dataclass(frozen=True, slots=True)
class FolderDatabases:
    """The names of the databases of data folders; each is created when it is asked for first."""

    names: dict[Path, str] = field(default_factory=dict)

    def dsn_of(self, folder: Path) -> str | None:
        """Return the connection string of a folder's database, or None if it has a file."""
        folder = folder.absolute()
        if (folder / DATABASE).exists():
            return None
        if folder not in self.names:
            self.names[folder] = f"folder{os.getpid()}_{next(_numbers)}"
            _run(f'CREATE DATABASE "{self.names[folder]}" TEMPLATE "{_migrated()}"')
            # Otherwise all logs would have that of the template.
            _mint_epoch(connection_string(start_server(), self.names[folder]))
        return connection_string(start_server(), self.names[folder])

    def settings_of(self, original: MakeClass, config: Path | None) -> Callable[..., Settings]:
        """Return a function that makes settings with the database of their data folder."""

        def made(**chosen: object) -> Settings:
            settings = original(config)(**chosen)
            # Tests of settings alone name no folder; nothing is stored in the default one.
            if settings.database is not None or not settings.data.is_absolute():
                return settings
            return settings.model_copy(update={"database": self.dsn_of(settings.data)})

        return made

    async def open_engine(
        self,
        original: OpenEngine,
        folder: Path,
        *given: object,
        dsn: str | None,
        **others: object,
    ) -> OpenedEngine:
        """Open a store as the program does, with the database of its folder."""
        return await original(folder, *given, dsn=dsn or self.dsn_of(folder), **others)


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


def _mint_epoch(dsn: str) -> None:
    from chatserver.store.postgres.connection import PostgresDatabase, connect
    from chatserver.store.postgres.migrations import mint_epoch

    with connect(dsn) as connection:
        mint_epoch(PostgresDatabase(connection))


def _run(*statements: str) -> None:
    dsn = connection_string(start_server(), "postgres")
    with psycopg.connect(dsn, autocommit=True) as server:
        for statement in statements:
            server.execute(statement.encode())
