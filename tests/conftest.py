"""Fixtures of all tests: servers in this process, each with its data folder."""

import gc
import os
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
from argon2 import PasswordHasher

from chatserver import app
from chatserver.app import RunningServer, running
from chatserver.auth.passwords import Passwords
from chatserver.composition import services
from chatserver.settings import Settings
from chatserver.settings_file import load_settings
from chatserver.web import server as web_server
from chatserver.web.static import Assets
from tests import postgres_server
from tests.lent_worker import LentWorker
from tests.pages_bundle import bundle_pages
from tests.postgres_folders import tables_in_postgres

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

PORTS_OF_SERVERS = (20_000, 32_000)
"""Below those of outgoing connections, which begin at 32,768 on Linux."""

StartServer = Callable[..., Awaitable[RunningServer]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the suite run on the other engine."""
    text = "keep the tables of all servers of this process in PostgreSQL"
    parser.addoption("--postgres", action="store_true", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Bundle the pages as they are now, once for all workers of a run."""
    text = "sqlite(reason): looks into SQLite's file, or uses what only that engine has"
    config.addinivalue_line("markers", text)
    if not hasattr(config, "workerinput"):
        bundle_pages()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --postgres, leave out the tests that are about the other engine."""
    if not config.getoption("--postgres"):
        return
    of_sqlite = [item for item in items if item.get_closest_marker("sqlite")]
    config.hook.pytest_deselected(items=of_sqlite)
    items[:] = [item for item in items if not item.get_closest_marker("sqlite")]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without the garbage collector, and keep it from all that collecting has made.

    A worker holds some 600,000 objects of modules and tests, which live as long as it does.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide settings in the environment of the operator from the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CHATSERVER_{name.upper()}", raising=False)


@pytest.fixture(autouse=True, scope="session")
def _shared_by_servers() -> Iterator[None]:
    """Let all servers of this process share what is the same for each, and dear to make.

    Together it took 0.6 s of CPU time a server, and 900 tests start one: the pages, which are
    minified once, and the worker process, which goes from one server to the next. Passwords are
    hashed cheaply: a guess took 0.1 s, and `tests/auth/test_passwords.py` knows the real cost.
    """
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "Passwords", partial(Passwords, cheap))
        patch.setattr(web_server, "Assets", SimpleNamespace(load=cache(Assets.load)))
        patch.setattr(app, "WorkerPool", LentWorker)
        yield
    LentWorker.stop_all()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The connection string of a database of this process; tests leave rows in it."""
    with postgres_server.new_database(postgres_server.start_server(), f"test{os.getpid()}") as dsn:
        yield dsn


@pytest.fixture
def empty_postgres(postgres: str) -> str:
    """The connection string of a database without rows."""
    postgres_server.empty(postgres)
    return postgres


@pytest.fixture(autouse=True)
def _tables_in_postgres(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """With --postgres, keep the tables of each data folder in a database of its own."""
    if not request.config.getoption("--postgres"):
        yield
        return
    with tables_in_postgres(monkeypatch):
        yield


def steady_port() -> int:
    """Return a free TCP port for a server that starts again on it.

    The ports that the system chooses are also those of its outgoing connections: while the server
    is away, another test could be given its port.
    """
    while True:
        port = random.randrange(*PORTS_OF_SERVERS)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


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
