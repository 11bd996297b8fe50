"""Over a failing network every client gets each event once and in order."""

from pathlib import Path

from tests.bench.trials.network import (
    HEARTBEAT_S,
    converse_over_proxy,
    differences,
    logged_events,
)
from tests.bench.trials.proxy import CONDITIONS
from tests.bench.trials.staff import create_technicians
from tests.program import program

PAIRS = 4
MESSAGES = 20
STORM_S = 4
SEED = 3


async def test_in_any_weather_every_client_sees_the_log(tmp_path: Path) -> None:
    tokens = await create_technicians(tmp_path, PAIRS)
    async with program(
        tmp_path,
        heartbeat_s=HEARTBEAT_S,
        # A stalled line holds the hello back for longer than a heartbeat.
        hello_timeout_s=2 * HEARTBEAT_S,
        # No grace ends during the storm: requeued conversations would change what
        # is said, not how it comes.
        technician_grace_s=600,
        customer_grace_s=600,
        connections_per_minute=0,
    ) as server:
        outcome = await converse_over_proxy(server.url, tokens, MESSAGES, STORM_S, SEED)
    assert differences(logged_events(tmp_path), outcome.account) == []
    # Each pair sends 20 messages from either side and the one that opens, 41 together.
    assert sum(map(len, outcome.account.acknowledged.values())) == PAIRS * (2 * MESSAGES + 1)
    assert set(outcome.faults) == set(CONDITIONS)
    # Without a lost connection the weather was fair, and nothing was resumed.
    assert outcome.account.reconnects
