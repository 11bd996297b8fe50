"""Work that is done next door."""

import os

import pytest

from chatserver.core.errors import Unavailable
from chatserver.workers.pool import WorkerJob, WorkerPool

POWER: WorkerJob[[int, int], int] = WorkerJob("builtins", "pow")
WHERE: WorkerJob[[], int] = WorkerJob("os", "getpid")
DIE: WorkerJob[[int], None] = WorkerJob("os", "_exit")
LENGTH: WorkerJob[[int], int] = WorkerJob("builtins", "len")


async def test_work_is_done_in_another_process_which_stays_for_more() -> None:
    workshop = WorkerPool()
    try:
        first = await workshop.run(WHERE)
        assert first != os.getpid()
        assert await workshop.run(POWER, 2, 10) == 1024
        assert await workshop.run(WHERE) == first
    finally:
        workshop.close()


async def test_what_goes_wrong_there_is_heard_here() -> None:
    workshop = WorkerPool()
    try:
        with pytest.raises(TypeError):
            await workshop.run(LENGTH, 3)
    finally:
        workshop.close()


async def test_a_worker_who_dies_takes_nothing_along() -> None:
    workshop = WorkerPool()
    try:
        with pytest.raises(Unavailable):
            await workshop.run(DIE, 1)
        assert await workshop.run(POWER, 3, 2) == 9
    finally:
        workshop.close()
