"""Two servers on one database in PostgreSQL: one serves, the other stands by and takes over."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.program import Program, environment
from tests.wire.client import customer, opened

LEASE_S = 3


@asynccontextmanager
async def standing_by(
    data: Path, database: str
) -> AsyncIterator[tuple[Program, asyncio.Task[None]]]:
    """Start a server that stands by; yield it, and the task that ends once it serves."""
    settings: dict[str, object] = {"database": database, "standby": True, "lease_s": LEASE_S}
    server = Program(data, settings | {"rate": 0})
    starting = asyncio.create_task(server.start())
    try:
        yield server, starting
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        if server.process is not None and server.process.returncode is None:
            await server.kill()


@pytest.fixture
async def first(tmp_path: Path, empty_postgres: str) -> AsyncIterator[Program]:
    """The server that serves; the other one stands by with the same data folder."""
    async with standing_by(tmp_path / "data", empty_postgres) as (server, starting):
        await starting
        yield server


async def test_the_other_server_goes_on_where_a_killed_one_stopped(
    first: Program, tmp_path: Path, empty_postgres: str
) -> None:
    async with standing_by(tmp_path / "data", empty_postgres) as (second, starting):
        async with customer(first) as ann:
            token = ann.welcome["token"]
            conversation = await opened(ann, text="My modem is dead")
            await ann.ok("send", conversation=conversation, text="It blinks")
            assert not starting.done()
            await first.kill()
        await starting
        async with customer(second, token=token) as ann:
            history = await ann.ok("history", conversation=conversation)
            said = [each["text"] for each in history["events"] if each["kind"] == "message"]
            assert said == ["My modem is dead", "It blinks"]
            await ann.ok("send", conversation=conversation, text="Still red")


@pytest.mark.parametrize("is_second_gone", [False, True])
async def test_a_server_that_stood_still_commits_nothing_and_ends(
    first: Program, tmp_path: Path, empty_postgres: str, is_second_gone: bool
) -> None:
    async with (
        standing_by(tmp_path / "data", empty_postgres) as (second, starting),
        customer(first) as ann,
    ):
        conversation = await opened(ann, text="My modem is dead")
        assert first.process is not None
        first.process.send_signal(signal.SIGSTOP)
        await ann.send({"type": "send", "id": "late", "conversation": conversation, "text": "late"})
        await starting
        async with customer(second, token=ann.welcome["token"]) as again:
            await again.ok("send", conversation=conversation, text="It blinks")
        if is_second_gone:
            await second.kill()
        first.process.send_signal(signal.SIGCONT)
        await ann.close_code()
        assert await first.process.wait() == 1
        answers = [frame for frame in ann.kept if frame.get("id") == "late"]
        assert all(answer["type"] != "ok" for answer in answers)
        async with standing_by(tmp_path / "data", empty_postgres) as (third, ready):
            if not is_second_gone:
                await second.kill()
            await ready
            async with customer(third, token=ann.welcome["token"]) as last:
                history = await last.ok("history", conversation=conversation)
                said = [each["text"] for each in history["events"] if each["kind"] == "message"]
                assert said == ["My modem is dead", "It blinks"]


@pytest.mark.usefixtures("first")
async def test_a_server_that_stands_by_says_so_and_can_be_stopped(
    tmp_path: Path, empty_postgres: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatserver", "serve", "--data", str(tmp_path / "data")),
        env=environment(database=empty_postgres, standby=True, port=0),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    assert b"standing by" in await process.stderr.readline()
    process.terminate()
    assert await process.wait() == 0
