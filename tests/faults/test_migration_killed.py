"""A kill while an old database is migrated leaves the old one or the new one."""

import random
from pathlib import Path

from tests.bench.faults.kills import kill_during_migration
from tests.bench.faults.load_clients import LoadProfile, load_clients
from tests.bench.faults.server import serve_on_faulty_machine

# Each kill costs a migration and a start of a server, 1 s of CPU time together.
KILLS = 4


async def test_a_migration_that_is_killed_is_done_at_the_next_start(tmp_path: Path) -> None:
    grown = tmp_path / "grown"
    grown.mkdir()
    async with (
        serve_on_faulty_machine(grown) as server,
        load_clients(server, LoadProfile(messages=5)) as everybody,
    ):
        await everybody.acknowledged(60)
    place = tmp_path / "old"
    place.mkdir()
    finding = await kill_during_migration(place, server.data, KILLS, random.Random(5))
    assert finding.is_well, finding
    # Each kill begins with a copy of the 60 acknowledged messages, which must all be there again.
    assert finding.acknowledged > 60 * KILLS
