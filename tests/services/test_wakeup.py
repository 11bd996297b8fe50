"""A wait ends with the signal or at its moment, and loses no signal."""

import asyncio

from chatserver.services.wakeup import Wakeup


async def test_a_signal_during_the_work_ends_the_next_wait_at_once() -> None:
    wakeup = Wakeup()
    wakeup.set()
    await wakeup.wait(None)


async def test_one_signal_ends_one_wait() -> None:
    wakeup = Wakeup()
    wakeup.set()
    await wakeup.wait(None)
    waiting = asyncio.ensure_future(wakeup.wait(None))
    await asyncio.sleep(0)
    assert not waiting.done()
    wakeup.set()
    await waiting


async def test_a_moment_that_is_over_is_not_waited_for() -> None:
    wakeup = Wakeup()
    await wakeup.wait_until(1_000, now=1_000)
    await wakeup.wait_until(1_000, now=5_000)


async def test_without_a_moment_only_a_signal_ends_the_wait() -> None:
    wakeup = Wakeup()
    waiting = asyncio.ensure_future(wakeup.wait_until(None, now=0))
    await asyncio.sleep(0)
    assert not waiting.done()
    wakeup.set()
    await waiting


async def test_cancelling_is_no_timeout() -> None:
    waiting = asyncio.ensure_future(Wakeup().wait(None))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
