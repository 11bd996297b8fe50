"""Heavy work in a process of its own: typesetting, pictures.

The server stays small and quick because it never loads the libraries for these, and a picture or
a page that brings a library down brings down nothing else. The process is started for the first
piece of work and goes home when there is none for a while.
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
"""Seconds without work after which the process goes home."""

JOB_TIMEOUT_S = 60.0
"""Seconds that one piece of work may take."""


@dataclass(frozen=True, slots=True)
class WorkerJob(Generic[P, T]):
    """A function of a module that is loaded where the work is done.

    `module` and `function` name it; the type says what it takes and gives, all of it picklable.
    """

    module: str
    function: str

    def run_inline(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do it in this process: for what is light, and for the command line."""
        return cast("T", _perform(self.module, self.function, args, kwargs))


@dataclass(slots=True)
class WorkerPool:
    """One worker, one piece of work at a time, in order."""

    _pool: "ProcessPoolExecutor | None" = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _idle_timer: asyncio.TimerHandle | None = None

    async def run(self, job: WorkerJob[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result; raises what the function raises, Unavailable when the worker died of it."""
        async with self._lock:
            pool = self._executor()
            try:
                async with asyncio.timeout(JOB_TIMEOUT_S):
                    done = pool.submit(_perform, job.module, job.function, args, kwargs)
                    return cast("T", await asyncio.wrap_future(done))
            except (BrokenExecutor, TimeoutError):
                self._stop()
                raise Unavailable from None
            finally:
                loop = asyncio.get_running_loop()
                self._idle_timer = loop.call_later(IDLE_TIMEOUT_S, self._stop_if_idle)

    def close(self) -> None:
        """Send the worker home; what it is at is given up."""
        self._stop()

    def _executor(self) -> "ProcessPoolExecutor":
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        if self._pool is None:
            # Not before there is work: a server that has none does without.
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing import get_context

            # Not forked: the server has threads and sockets that a copy must not hold.
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
        if pool is None:
            return
        workers = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()


def _initialize_worker() -> None:
    """In the worker: leave interrupts to the server, use its time zones, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use_newest_rules()
    threading.Thread(target=_exit_with_parent, name="leave", daemon=True).start()


def _exit_with_parent() -> None:
    from multiprocessing import parent_process

    server = parent_process()
    assert server is not None
    server.join()
    os._exit(0)


def _perform(
    module: str, function: str, args: tuple[object, ...], kwargs: dict[str, object]
) -> object:
    work: Callable[..., object] = getattr(importlib.import_module(module), function)
    return work(*args, **kwargs)
