"""Tasks with an owner."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def supervised() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that raises a lone failure as itself, and only several as a group.

    So a port that is taken stays an OSError, wherever in the program it happens.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise


def is_cancelled() -> bool:
    """Whether this task was cancelled, even where a library has lost the cancellation.

    `asyncio.wait_for` of Python 3.11 does, when what it waits for is done in the same moment.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
