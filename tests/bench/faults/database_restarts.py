"""Restart PostgreSQL under load, in fast mode and as after a crash, and never the server."""

import asyncio
import random
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from tests.bench.faults.finding import FaultReport
from tests.bench.faults.load_clients import LoadProfile, load_clients
from tests.bench.faults.records import verdict_in_postgres
from tests.bench.faults.server import serve_on_faulty_machine
from tests.postgres_server import connection_string, own_server

ACKNOWLEDGED_BETWEEN = 20
"""Messages that must be acknowledged between two restarts."""

MODES: Mapping[str, signal.Signals] = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
"""The signals of the modes in which PostgreSQL is stopped. Both end the sessions of the server."""


async def restart_database_repeatedly(
    folder: Path, times: int, chance: random.Random
) -> FaultReport:
    """Restart PostgreSQL `times` times in each mode, and compare the log with the records."""
    finding = FaultReport("PostgreSQL restarted", times=0)
    with own_server() as postgres:
        dsn = connection_string(postgres.folder, "postgres")
        async with serve_on_faulty_machine(folder, database=dsn) as server:
            async with load_clients(server, LoadProfile()) as clients:
                for number in [*MODES.values()] * times:
                    await clients.acknowledged(ACKNOWLEDGED_BETWEEN)
                    # At any point of a transaction: one takes some ms.
                    await asyncio.sleep(chance.random() * 0.05)
                    await asyncio.to_thread(postgres.stop, number)
                    await asyncio.to_thread(postgres.start)
                    ended = time.monotonic()
                    await clients.acknowledged(1)
                    finding.recovered(time.monotonic() - ended)
                    finding.times += 1
                await clients.acknowledged(ACKNOWLEDGED_BETWEEN)
            await server.ready()
            if await server.kill(signal.SIGTERM) != 0:
                finding.faults.append("did not end well when asked to")
        finding.judge(
            await asyncio.to_thread(verdict_in_postgres, dsn, server.data, clients.records)
        )
    finding.refusals = clients.records.count.refusals
    return finding
