"""A follower drains what is due, waits for a wake-up, and survives failures."""

import asyncio

from chatserver.services.follower import Follower


async def run_until(follower: Follower, done: asyncio.Event) -> None:
    """Run a follower until a condition holds."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(follower.run())
        await done.wait()
        task.cancel()


async def test_a_follower_drains_at_once_and_again_when_woken() -> None:
    drained, twice = 0, asyncio.Event()

    async def drain() -> float | None:
        nonlocal drained
        drained += 1
        if drained == 2:
            twice.set()
        # A wake-up in the middle of a drain must lead to another drain.
        follower.wake()
        return None

    follower = Follower("test", drain)
    await run_until(follower, twice)


async def test_a_follower_drains_again_when_its_time_has_come() -> None:
    drained, twice = 0, asyncio.Event()

    async def drain() -> float | None:
        nonlocal drained
        drained += 1
        if drained == 2:
            twice.set()
        return 0

    await run_until(Follower("test", drain), twice)


async def test_a_follower_survives_a_failing_drain() -> None:
    drained, after = 0, asyncio.Event()

    async def drain() -> float | None:
        nonlocal drained
        drained += 1
        follower.wake()
        if drained == 1:
            raise RuntimeError("the disk is on fire")
        after.set()
        return None

    follower = Follower("test", drain)
    await run_until(follower, after)
