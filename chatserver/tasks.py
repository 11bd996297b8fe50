"""Task groups and cancellation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """Open a task group that raises a single exception as itself instead of as a group.

    A port in use then stays an OSError for the command line, in whichever task it happens.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise


def is_cancelled() -> bool:
    """Return True if the current task was cancelled, even if the CancelledError was lost.

    `asyncio.wait_for` of Python 3.11 loses it if the awaited future is done at the same moment;
    a loop around it would then never end.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
