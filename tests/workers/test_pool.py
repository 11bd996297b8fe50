"""Jobs in the worker process."""

import asyncio
import os

import pytest

from chatserver.core.errors import Unavailable
from chatserver.workers.pool import START_TIMEOUT_S, WorkerJob, WorkerPool

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


async def test_the_time_of_a_job_begins_when_the_process_has_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits: list[float | None] = []
    timeout = asyncio.timeout

    def recorded(delay: float | None) -> asyncio.Timeout:
        limits.append(delay)
        return timeout(delay)

    monkeypatch.setattr(asyncio, "timeout", recorded)
    pool = WorkerPool(timeout_s=30)
    try:
        await pool.run(POWER, 2, 10)
        await pool.run(POWER, 2, 10)
        with pytest.raises(Unavailable):
            await pool.run(DIE, 1)
        await pool.run(POWER, 2, 10)
    finally:
        pool.close()
    start = START_TIMEOUT_S
    assert limits == [start, 30, 30, start, 30, start, 30]
