"""A worker process for heavy jobs: typesetting, pictures, holidays.

The server stays small because it never loads the libraries for these jobs, and a file that crashes
one of them takes only the worker down. The process starts with the first job and stops after a
minute without any.
"""

import asyncio
import importlib
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar, cast

from chatserver.core.errors import Unavailable
from chatserver.i18n.time_zones import use_newest_rules

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

P = ParamSpec("P")
T = TypeVar("T")

IDLE_TIMEOUT_S = 60.0
"""The time without jobs in seconds after which the process stops."""

JOB_TIMEOUT_S = 60.0
"""The time limit of one job in seconds."""

START_TIMEOUT_S = 120.0
"""The time in seconds for starting the process and importing a module: on a machine with other work
to do this took longer than reading a letter may."""


@dataclass(frozen=True, slots=True)
class WorkerJob(Generic[P, T]):
    """A function by module and name, which is imported only where it runs.

    The type parameters are those of the function; arguments and result must be picklable.
    """

    module: str
    function: str

    def run_inline(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the job in this process: for light jobs, and for the command line."""
        return cast("T", _perform(self.module, self.function, args, kwargs))


@dataclass(slots=True)
class WorkerPool:
    """A pool of one worker process, which runs one job at a time, in order.

    `timeout_s` is the time limit of one job in seconds, which begins when the process has imported
    the module of the job.
    """

    _pool: "ProcessPoolExecutor | None" = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _idle_timer: asyncio.TimerHandle | None = None
    timeout_s: float = JOB_TIMEOUT_S
    _imported: set[str] = field(default_factory=set)

    async def run(self, job: WorkerJob[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a job in the worker and return its result.

        Raises what the function raises, and Unavailable if the worker died or took too long.
        """
        async with self._lock:
            pool = self._executor()
            try:
                if job.module not in self._imported:
                    async with asyncio.timeout(START_TIMEOUT_S):
                        await asyncio.wrap_future(pool.submit(_import, job.module))
                    self._imported.add(job.module)
                async with asyncio.timeout(self.timeout_s):
                    done = pool.submit(_perform, job.module, job.function, args, kwargs)
                    return cast("T", await asyncio.wrap_future(done))
            # A job that takes too long blocks the only worker: it is replaced by a new one.
            except (BrokenExecutor, TimeoutError):
                self._stop()
                raise Unavailable from None
            finally:
                loop = asyncio.get_running_loop()
                self._idle_timer = loop.call_later(IDLE_TIMEOUT_S, self._stop_if_idle)

    def close(self) -> None:
        """Stop the worker; a running job is aborted."""
        self._stop()

    def _executor(self) -> "ProcessPoolExecutor":
        """Return the executor, starting it if there is none."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        if self._pool is None:
            # Imported late: multiprocessing costs memory that a server without jobs saves.
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing import get_context

            # Spawned, not forked: a copy of the server would hold its sockets and locked mutexes.
            self._pool = ProcessPoolExecutor(
                1, get_context("spawn"), initializer=_initialize_worker
            )
        return self._pool

    def _stop_if_idle(self) -> None:
        if not self._lock.locked():
            self._stop()

    def _stop(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        pool, self._pool = self._pool, None
        self._imported.clear()
        if pool is None:
            return
        # `shutdown` waits for a running job; a picture that hangs must not outlive its time limit.
        workers = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()


def _initialize_worker() -> None:
    """Prepare the worker: ignore Ctrl-C, use the server's time zones, end with the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use_newest_rules()
    threading.Thread(target=_exit_with_parent, name="leave", daemon=True).start()


def _exit_with_parent() -> None:
    """Exit as soon as the server is gone, even if it was killed."""
    from multiprocessing import parent_process

    server = parent_process()
    assert server is not None
    server.join()
    os._exit(0)


def _import(module: str) -> None:
    importlib.import_module(module)


def _perform(
    module: str, function: str, args: tuple[object, ...], kwargs: dict[str, object]
) -> object:
    """Import the function of a job and call it."""
    job: Callable[..., object] = getattr(importlib.import_module(module), function)
    return job(*args, **kwargs)
