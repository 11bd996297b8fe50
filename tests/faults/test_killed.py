"""Every acknowledged event survives SIGKILL at any moment, exactly once and in order."""

import asyncio
import random
import signal
from pathlib import Path

import orjson

from chatserver.replay.playback import REPLAY_TOPIC, ReplayOptions, replay
from chatserver.store.maintenance.check import check_folder
from tests.bench.faults.kills import (
    ANY,
    BACKING_UP,
    CHECKPOINTING,
    COMMITTING,
    JOURNALING,
    kill_repeatedly,
)
from tests.bench.faults.server import Server, serve_on_faulty_machine

TECHNICIANS = 2
DIALOGUES = 12
TURNS = 12
# Writes to a file, not seconds: a slow machine is killed at the same points as a fast one.
KILLS = ((JOURNALING, 5), (COMMITTING, 200), (JOURNALING, 30))
MOMENTS = (ANY, JOURNALING, COMMITTING, CHECKPOINTING, ANY)


def dialogues(file: Path) -> Path:
    """Write dialogues with texts that are easily damaged: spaces, quotes, any script."""
    texts = [" leading", "trailing ", 'quo"tes', "two\nlines", "ümläut 你好 مرحبا 🙂", "\\u0000"]
    lines = [
        {
            "id": f"d{number}",
            "turns": [
                {
                    "at": f"{turn // 60:02}:{turn % 60:02}",
                    "from": "customer" if turn % 3 else "technician",
                    "name": f"somebody {number}",
                    "text": f"{number}.{turn} {texts[turn % len(texts)]}",
                }
                for turn in range(TURNS)
            ],
        }
        for number in range(DIALOGUES)
    ]
    file.write_bytes(b"\n".join(orjson.dumps(line) for line in lines))
    return file


async def kill_now_and_then(server: Server) -> None:
    """Kill the server in the middle of a write, some messages later each time."""
    for point, writes in KILLS:
        server.machine.kill_in(writes, point.path)
        # -SIGKILL tells a kill in the commit from a server that has failed by itself before it.
        assert await server.ended() == -signal.SIGKILL
        assert await server.start()


async def test_a_replay_goes_on_through_kills_and_every_word_is_there_once(
    tmp_path: Path,
) -> None:
    async with serve_on_faulty_machine(tmp_path, started=False) as server:
        topic = ("--topic", REPLAY_TOPIC)
        # The technicians exist before the server starts, so that no kill can lose one of them.
        known = [await server.hire(f"replay-{number}", *topic) for number in range(TECHNICIANS)]
        assert await server.start()

        async def tokens(_: int) -> list[str]:
            return known

        file = dialogues(tmp_path / "dialogues.jsonl")
        options = ReplayOptions(file=file, url=server.url, tokens=tokens, pairs=TECHNICIANS)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(kill_now_and_then(server))
            played = tasks.create_task(replay(options))
        assert played.result() == 0
        assert await server.kill(signal.SIGTERM) == 0
    # The replay compares what it has sent with the transcripts; this looks at the log itself.
    assert (await asyncio.to_thread(check_folder, server.data)).faults == []


async def test_ten_kills_under_load_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    finding = await kill_repeatedly(
        # Nine kills while it serves and one during a backup, whose copy of
        # the log runs beside commits.
        tmp_path,
        [*MOMENTS, BACKING_UP, *MOMENTS[:4]],
        random.Random(4),
    )
    assert finding.is_well, finding
    assert finding.times == 10
