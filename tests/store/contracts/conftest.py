"""The engines under test: each test runs once on each, in a new folder on a real disk."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from chatserver.store.open import Store, open_store

OpenEngine = Callable[[Path], AbstractAsyncContextManager[Store]]
ENGINES: dict[str, OpenEngine] = {"sqlite": partial(open_store, is_server=True)}


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> OpenEngine:
    """The function that opens a store in a folder."""
    return ENGINES[request.param]


@pytest.fixture
async def store(engine: OpenEngine, tmp_path: Path) -> AsyncIterator[Store]:
    """An open store without content."""
    async with engine(tmp_path) as opened:
        yield opened
