"""What was acknowledged survives SIGKILL, exactly once and in order."""

import asyncio
import signal
from pathlib import Path

import orjson

from chatserver.bench.replay import REPLAY_TOPIC, ReplayOptions, replay
from chatserver.store.upkeep import check
from tests.program import Program, program, run

DIALOGUES = 24
TURNS = 12
KILLS = 3


def dialogues(file: Path) -> Path:
    """Made-up dialogues with texts that are easy to lose: spaces, quotes, any script."""
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


async def tokens_for(data: Path, count: int) -> list[str]:
    hiring = (
        run(
            "technician",
            "add",
            f"replay-{number}",
            "--topic",
            REPLAY_TOPIC,
            "--capacity",
            "1",
            "--print-token",
            "--data",
            data,
        )
        for number in range(count)
    )
    return [out.strip() for _, out, _ in await asyncio.gather(*hiring)]


async def kill_now_and_then(server: Program, stored: asyncio.Event) -> None:
    """Kill the server in mid-course, as often as the log has grown by enough."""
    for number in range(1, KILLS + 1):
        enough = number * DIALOGUES * TURNS // (KILLS + 1)
        while (await asyncio.to_thread(check, server.data)).events < enough:
            pass
        assert await server.kill() == -signal.SIGKILL
        await server.start()
    stored.set()


async def test_a_replay_goes_on_through_kills_and_every_word_is_there_once(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    async with program(data, technician_grace_s=60, customer_grace_s=60) as server:
        tokens = await tokens_for(data, 4)

        async def known(_: int) -> list[str]:
            return tokens

        options = ReplayOptions(
            file=dialogues(tmp_path / "dialogues.jsonl"), url=server.url, tokens=known, pairs=4
        )
        killed = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(kill_now_and_then(server, killed))
            played = tasks.create_task(replay(options))
        assert killed.is_set()
        assert played.result() == 0
        code, out, _ = await run("check", "--data", data)
        assert (code, out.count("all well")) == (0, 1)
        assert await server.kill(signal.SIGTERM) == 0
