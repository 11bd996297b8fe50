"""Round after round of conversations leaves nothing behind in the memory of a server."""

from pathlib import Path

from tests.bench.soak import MORE_AT_REST, SoakOptions, monitored_server, run_rounds
from tests.faults.test_killed import dialogues

MINUTES = 5 / 60
PAIRS = 3


async def test_after_many_rounds_a_server_rests_as_after_the_first(tmp_path: Path) -> None:
    file = dialogues(tmp_path / "dialogues.jsonl")
    options = SoakOptions(file, minutes=MINUTES, pairs=PAIRS, speed=0)
    async with monitored_server(tmp_path / "data") as watch:
        watch.rest_s = 1
        found = await run_rounds(watch, tmp_path / "data", options)
    # The first round loads what is loaded late: the second may not need more than the first.
    first, last = found.rests[0], found.rests[-1]
    assert not found.differences
    assert last.conversations == 0
    # A task or descriptor leaked per conversation would exceed the slack after a few rounds.
    assert last.tasks <= first.tasks + MORE_AT_REST
    assert last.files <= first.files + MORE_AT_REST
