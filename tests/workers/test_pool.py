"""Jobs in the worker process."""

import os

import pytest

from chatserver.core.errors import Unavailable
from chatserver.workers.pool import WorkerJob, WorkerPool

POWER: WorkerJob[[int, int], int] = WorkerJob("builtins", "pow")
WHERE: WorkerJob[[], int] = WorkerJob("os", "getpid")
DIE: WorkerJob[[int], None] = WorkerJob("os", "_exit")
LENGTH: WorkerJob[[int], int] = WorkerJob("builtins", "len")


async def test_jobs_run_in_another_process_that_is_kept() -> None:
    pool = WorkerPool()
    try:
        # The process id tells where a job ran.
        first = await pool.run(WHERE)
        assert first != os.getpid()
        assert await pool.run(POWER, 2, 10) == 1024
        assert await pool.run(WHERE) == first
    finally:
        pool.close()


async def test_an_exception_in_the_worker_is_raised_here() -> None:
    pool = WorkerPool()
    try:
        with pytest.raises(TypeError):
            await pool.run(LENGTH, 3)
    finally:
        pool.close()


async def test_a_dead_worker_is_replaced() -> None:
    pool = WorkerPool()
    try:
        with pytest.raises(Unavailable):
            # As a library does that crashes: no exception, no clean-up.
            await pool.run(DIE, 1)
        assert await pool.run(POWER, 3, 2) == 9
    finally:
        pool.close()
