"""Every acknowledged message survives restarts of PostgreSQL, once, and the server goes on."""

import random
from pathlib import Path

from tests.bench.faults.database_restarts import restart_database_repeatedly


async def test_restarts_of_postgres_under_load_lose_nothing_and_double_nothing(
    tmp_path: Path,
) -> None:
    finding = await restart_database_repeatedly(tmp_path, 1, random.Random(4))
    assert finding.is_well, finding
    # One in fast mode, one as after a crash.
    assert finding.times == 2
