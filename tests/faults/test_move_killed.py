"""A `move` that is killed leaves no log in two places; a start or another move finishes it."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatserver.store.engine.refusals import InterruptedMove, StoreRefused
from chatserver.store.open import open_store
from tests import postgres_server
from tests.program import environment
from tests.store.contracts.scenes import Scene

pytestmark = pytest.mark.sqlite("moves from one engine to the other")

# A child for each move: it ends before the so many-th line of the functions by which a move is
# decided and put into effect, or before PostgreSQL commits.
MOVING = """
import os, signal, sys
from pathlib import Path
from chatserver.store.folder import fsync, interrupted_move
from chatserver.store.folder.lock import sole_server
from chatserver.store.postgres.moving import move_to_folder, move_to_postgres

folder, dsn = Path(sys.argv[1]), sys.argv[2]
LINES = {"write_note", "put_away", "put_in_place"}
left = 0

def count():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def lines(frame, event, argument):
    if event == "line":
        count()
    return lines

def calls(frame, event, argument):
    if frame.f_code.co_name in LINES:
        return lines
    if frame.f_code.co_name == "fsync_path" and frame.f_back.f_code.co_name == "_copy_to_folder":
        count()

for line in sys.stdin:
    direction, number = line.split()
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
        continue
    left = int(number)
    sys.settrace(calls)
    with sole_server(folder):
        move_to_postgres(folder, dsn) if direction == "there" else move_to_folder(dsn, folder)
    os._exit(0)
"""
KILLED = -9
NEVER = 10_000
THERE, BACK = ("there", "back")
FOLDER, DATABASE = ("folder", "database")


@dataclass(slots=True)
class Mover:
    """A process that moves the log there and back, in a child of its own each time."""

    process: asyncio.subprocess.Process

    async def move(self, direction: str, kill_before: int = NEVER) -> int:
        """Move the log, killed before a line that counts; return the exit code of the child."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{direction} {kill_before}\n".encode())
        return int(await self.process.stdout.readline())


@asynccontextmanager
async def mover(folder: Path, dsn: str) -> AsyncIterator[Mover]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", MOVING, str(folder), dsn),
        env=environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    yield Mover(process)
    await process.communicate(b"")


async def places(folder: Path, dsn: str, *, is_server: bool = False) -> list[str]:
    """Return the places from which the log can be served."""
    found = []
    for place, database in {FOLDER: None, DATABASE: dsn}.items():
        with suppress(StoreRefused):
            async with open_store(folder, is_server=is_server, database=database) as store:
                if await store.conversations.find_by_id("c1") is not None:
                    found.append(place)
    return found


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A data folder with the log of one conversation."""
    async with open_store(tmp_path / "data", is_server=True) as store:
        await Scene(store).waiting("c1")
    return tmp_path / "data"


async def test_a_move_to_postgres_that_is_killed_anywhere_is_decided_once(
    folder: Path, empty_postgres: str
) -> None:
    kill_before, code = 0, KILLED
    former = shutil.copytree(folder, folder.with_name("former"))
    async with mover(folder, empty_postgres) as program:
        while code == KILLED:
            kill_before += 1
            # Cheaper than to move back.
            postgres_server.empty(empty_postgres)
            shutil.rmtree(folder)
            shutil.copytree(former, folder)
            code = await program.move(THERE, kill_before)
            found = await places(folder, empty_postgres)
            # Neither, where the note is there and PostgreSQL has not committed.
            assert found in ([FOLDER], [], [DATABASE])
            # What was decided is finished by the start of a server, too.
            if found == [DATABASE]:
                found = await places(folder, empty_postgres, is_server=True)
            else:
                assert await program.move(THERE) == 0
                found = await places(folder, empty_postgres)
            assert found == [DATABASE]
            assert not (folder / "chat.db").exists()
            assert not (folder / "chat.db.leaving").exists()
    assert code == 0
    # Fewer would mean that some of the lines were not counted.
    assert kill_before > 10


async def test_a_move_to_postgres_that_was_decided_is_finished_by_another_move(
    folder: Path, empty_postgres: str
) -> None:
    async with mover(folder, empty_postgres) as program:
        # Before the last line but one of `put_away`: the note is still there.
        assert await program.move(THERE, kill_before=9) == KILLED
        assert await places(folder, empty_postgres) == [DATABASE]
        assert (folder / "chat.db.leaving").exists()
        assert await program.move(THERE) == 0
    assert await places(folder, empty_postgres) == [DATABASE]
    assert not (folder / "chat.db.leaving").exists()


async def test_a_move_to_the_folder_that_is_killed_anywhere_is_decided_once(
    folder: Path, empty_postgres: str
) -> None:
    kill_before, code = 0, KILLED
    async with mover(folder, empty_postgres) as program:
        while code == KILLED:
            kill_before += 1
            postgres_server.empty(empty_postgres)
            assert await program.move(THERE) == 0
            code = await program.move(BACK, kill_before)
            found = await places(folder, empty_postgres)
            assert found in ([DATABASE], [], [FOLDER])
            if found != [FOLDER]:
                assert await program.move(BACK) == 0
                assert await places(folder, empty_postgres) == [FOLDER]
    assert code == 0
    assert kill_before > 3


async def test_a_server_that_starts_again_undoes_a_move_that_was_not_decided(
    folder: Path, empty_postgres: str
) -> None:
    async with mover(folder, empty_postgres) as program:
        assert await program.move(THERE) == 0
        assert await program.move(BACK, kill_before=1) == KILLED
    assert (folder / "chat.db.arrived").exists()
    assert await places(folder, empty_postgres, is_server=True) == [DATABASE]
    assert not (folder / "chat.db.arrived").exists()


async def test_a_start_says_how_to_finish_a_move(folder: Path, empty_postgres: str) -> None:
    async with mover(folder, empty_postgres) as program:
        # After the note was written, and before it is flushed: PostgreSQL has not committed.
        assert await program.move(THERE, kill_before=4) == KILLED
    with pytest.raises(InterruptedMove, match="`move --to` the same database finishes it"):
        async with open_store(folder, is_server=True):
            pass
    with pytest.raises(InterruptedMove, match="before its end"):
        async with open_store(folder, is_server=True, database=empty_postgres):
            pass
