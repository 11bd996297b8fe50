"""The engines under test: each test runs once on each, in a new folder on a real disk."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from chatserver.store.open import Store, open_store
from tests import postgres_server

OpenEngine = Callable[[Path], AbstractAsyncContextManager[Store]]
ENGINES = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The connection string of a database of this process, which `engine` empties."""
    with postgres_server.new_database(postgres_server.start_server(), f"test{os.getpid()}") as dsn:
        yield dsn


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> OpenEngine:
    """The function that opens a store in a folder."""
    return open_engine(request)


def open_engine(request: pytest.FixtureRequest) -> OpenEngine:
    """Return the function that opens a store on the engine of a fixture's parameter."""
    if request.param == "sqlite":
        return partial(open_store, is_server=True)
    dsn = request.getfixturevalue("postgres")
    postgres_server.empty(dsn)
    opened: list[Store] = []

    @asynccontextmanager
    async def open_another(folder: Path) -> AsyncIterator[Store]:
        # The first is the server, and a second one beside it a command.
        async with open_store(folder, is_server=not opened, database=dsn) as store:
            opened.append(store)
            yield store
            opened.remove(store)

    return open_another


@pytest.fixture
async def store(engine: OpenEngine, tmp_path: Path) -> AsyncIterator[Store]:
    """An open store without content."""
    async with engine(tmp_path) as opened:
        yield opened
