"""Fixtures of all tests: servers in this process, each with its data folder."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest

from chatserver import app
from chatserver.app import RunningServer, running
from chatserver.settings import Settings
from chatserver.settings_file import load_settings
from chatserver.web import server as web_server
from chatserver.web.static import Assets
from tests.lent_worker import LentWorker
from tests.pages_bundle import bundle_pages

# The duration of an example measures the load of the machine, so there is no deadline. The command
# `make fuzz` runs the same tests with `--hypothesis-profile=long`.
for _profile, _examples in {"suite": 40, "long": 2_000}.items():
    hypothesis.settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
hypothesis.settings.load_profile("suite")

StartServer = Callable[..., Awaitable[RunningServer]]


def pytest_configure(config: pytest.Config) -> None:
    """Bundle the pages as they are now, once for all workers of a run."""
    if not hasattr(config, "workerinput"):
        bundle_pages()


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide settings in the environment of the operator from the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CHATSERVER_{name.upper()}", raising=False)


@pytest.fixture(autouse=True, scope="session")
def _shared_by_servers() -> Iterator[None]:
    """Let all servers of this process share what is the same for each, and dear to make.

    Together it took 0.6 s of CPU time a server, and 900 tests start one: the pages, which are
    minified once, and the worker process, which goes from one server to the next.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web_server, "Assets", SimpleNamespace(load=cache(Assets.load)))
        patch.setattr(app, "WorkerPool", LentWorker)
        yield
    LentWorker.stop_all()


@asynccontextmanager
async def starting(data: Path) -> AsyncIterator[StartServer]:
    """Yield a function that starts servers with given settings; all stop at the end."""
    async with AsyncExitStack() as stack:

        async def start_one(**settings: object) -> RunningServer:
            given = {"data": data, "port": 0} | settings
            return await stack.enter_async_context(running(load_settings(None, **given)))

        yield start_one


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[StartServer]:
    """Start servers that stop with the test, with their data in its folder."""
    async with starting(tmp_path / "data") as start_one:
        yield start_one


@pytest.fixture
async def server(start: StartServer) -> RunningServer:
    """A server with the default settings."""
    return await start()
