"""The tables of a data folder, read from the disk on the engine that the tests run on."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.database import Database
from chatserver.store.postgres.opening import reading
from tests import program


@contextmanager
def tables_of(data: Path) -> Iterator[Database]:
    """Yield the tables of a folder, only to read; a server may write meanwhile."""
    if (dsn := program.database_of(data)) is None:
        with closing(open_database(data / DATABASE, readonly=True)) as sqlite:
            yield sqlite
    else:
        with reading(dsn) as postgres:
            yield postgres
