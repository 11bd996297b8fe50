"""A kill while an old database is migrated leaves the old one or the new one."""

import random
from pathlib import Path

from tests.bench.faults.kills import killed_while_migrating
from tests.bench.faults.load_clients import Life, witnesses
from tests.bench.faults.server import serving

KILLS = 4


async def test_what_is_killed_while_it_migrates_migrates_at_its_next_start(tmp_path: Path) -> None:
    grown = tmp_path / "grown"
    grown.mkdir()
    async with serving(grown) as server, witnesses(server, Life(messages=5)) as everybody:
        await everybody.acknowledged(60)
    place = tmp_path / "old"
    place.mkdir()
    finding = await killed_while_migrating(place, server.data, KILLS, random.Random(5))
    assert finding.is_well, finding
    assert finding.acknowledged > 60 * KILLS
