"""A worker process that one server of the tests hands on to the next."""

from concurrent.futures import ProcessPoolExecutor
from typing import ClassVar

from chatserver.workers.pool import WorkerPool


class LentWorker(WorkerPool):
    """A pool whose process is not stopped with its server, but kept for the next one.

    Starting a worker takes half a second of CPU time, more than most of the tests that need one;
    its jobs are functions without memory. A busy or dead worker is never handed on.
    """

    __slots__ = ()
    idle: ClassVar[list[ProcessPoolExecutor]] = []

    def close(self) -> None:
        """Give the process back, or abort its job if it has one."""
        if self._pool is not None and not self._lock.locked():
            self.idle.append(self._pool)
            self._pool = None
        super().close()

    @classmethod
    def stop_all(cls) -> None:
        """Stop the processes that no server has."""
        while cls.idle:
            WorkerPool(cls.idle.pop()).close()

    def _executor(self) -> ProcessPoolExecutor:
        if self._pool is None and self.idle:
            self._pool = self.idle.pop()
        return super()._executor()
