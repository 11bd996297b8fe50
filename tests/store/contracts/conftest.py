"""The engines under test: each test runs once on each, in a new folder on a real disk."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from chatserver.store.open import Store, open_store
from tests import postgres_server

OpenEngine = Callable[[Path], AbstractAsyncContextManager[Store]]
ENGINES = ("sqlite", "postgres")


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
