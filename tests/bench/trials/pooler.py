"""A real PgBouncer before PostgreSQL: session mode works, the other modes are refused at start."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from chatserver.store.postgres.opening import reading
from tests.bench.trials.conversing import TalkingPairs
from tests.bench.trials.network import HEARTBEAT_S, differences, events_in
from tests.bench.trials.staff import create_technicians
from tests.postgres_server import IN_NAMESPACE, USER, connection_string, own_server
from tests.program import program, run

PACKAGES = ("pgbouncer", "libc-ares2", "libevent-2.1-7")
"""Packages of Debian 12. They are unpacked: installing would add a user and start a service."""

REFUSED = ("transaction", "statement")
SETTINGS = """
[databases]
* = host={postgres}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
"""
PORT = 6432
PACE_S = 0.02
"""Seconds between two messages of one side."""


async def run_pooler(pairs: int, messages: int) -> int:
    """Print what each mode does; returns 0 if all is as documented.

    Raises OSError where PgBouncer cannot be had.
    """
    with TemporaryDirectory(prefix="pooler-") as name, own_server() as postgres:
        folder = Path(name)
        await asyncio.to_thread(_unpack, folder)
        wrong = await _talk_in_session_mode(folder, postgres.folder, pairs, messages)
        for mode in REFUSED:
            with _pooler(folder / mode, postgres.folder, mode) as dsn:
                code, _, said = await run("serve", data=folder / "refused", port=0, database=dsn)
            print(f"{mode} mode: {code} {said.strip()}")
            if code != 1 or "pooler" not in said or len(said.splitlines()) != 1:
                wrong.append(f"{mode} mode was not refused with a sentence")
    print(*wrong[:20], sep="\n", file=sys.stderr)
    return int(bool(wrong))


async def _talk_in_session_mode(
    folder: Path, postgres: Path, pairs: int, messages: int
) -> list[str]:
    data = folder / "data"
    with _pooler(folder / "session", postgres, "session") as dsn:
        tokens = await create_technicians(data, pairs, database=dsn)
        given: dict[str, object] = {"database": dsn, "rate": 0, "log_level": "error"}
        async with program(data, **given, heartbeat_s=HEARTBEAT_S) as server:
            talking = TalkingPairs(server.url, messages, PACE_S, HEARTBEAT_S)
            account = await talking.all(tokens)
            code, _, said = await run("serve", data=folder / "other", port=0, database=dsn)
            wrong = [] if code == 1 and "another server" in said else [f"a second server: {said}"]
            # The lock of a killed server goes with its session behind the pooler.
            await server.kill()
            await server.start()
    with reading(connection_string(postgres, "postgres")) as database:
        wrong += differences(events_in(database), account)
    count = sum(map(len, account.acknowledged.values()))
    print(f"session mode: {count:,} acknowledged, {len(wrong)} faults, started again after a kill")
    return wrong


def _unpack(folder: Path) -> None:
    subprocess.run(["apt-get", "--quiet", "download", *PACKAGES], cwd=folder, check=False)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)


@contextmanager
def _pooler(place: Path, postgres: Path, mode: str) -> Iterator[str]:
    """Yield the connection string of a PgBouncer that listens in a folder of its own."""
    place.mkdir(mode=0o700)
    (place / "users").write_text(f'"{USER}" ""\n', encoding="ascii")
    settings = place / "pgbouncer.ini"
    text = SETTINGS.format(postgres=postgres, folder=place, mode=mode)
    settings.write_text(text, encoding="utf-8")
    unpacked = place.parent / "usr"
    # It refuses root, as PostgreSQL does.
    unprivileged = IN_NAMESPACE if os.geteuid() == 0 else []
    libraries = ":".join(str(each) for each in (unpacked / "lib").glob("*-linux-gnu"))
    process = subprocess.Popen(
        [*unprivileged, unpacked / "sbin" / "pgbouncer", settings],
        env={**os.environ, "LD_LIBRARY_PATH": libraries},
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if b"process up" in line:
                break
        yield f"host={place} port={PORT} user={USER} dbname=postgres"
    finally:
        process.kill()
        process.communicate()
