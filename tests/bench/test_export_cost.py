"""The measurement of memory growth."""

import os

from tests.bench.export_cost import ExportMemory


def test_memory_that_grows_with_the_archive_is_told_from_memory_that_does_not() -> None:
    assert ExportMemory(0, [100, 110, 105, 110]).growth() == 1
    assert ExportMemory(0, [100, 110, 150, 220]).growth() == 2


def test_the_memory_of_this_process_is_known_where_the_system_says_it() -> None:
    has_proc = os.path.exists("/proc/self/status")
    assert (ExportMemory(os.getpid()).now() > 1_000_000) is has_proc
