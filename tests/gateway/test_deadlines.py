"""One timer ends the time of many keys, each at its own deadline."""

import asyncio

from chatserver.gateway.deadlines import Deadlines


async def test_a_key_expires_once_unless_it_is_removed() -> None:
    expired: asyncio.Queue[str] = asyncio.Queue()
    deadlines = Deadlines(0.01, expired.put_nowait)
    for key in ("first", "removed", "second"):
        deadlines.set(key)
    deadlines.remove("removed")
    assert [await expired.get(), await expired.get()] == ["first", "second"]
    # The timer ran out with the last key, so it has to start again for this one.
    deadlines.set("late")
    assert await expired.get() == "late"
    assert expired.empty()


async def test_a_key_that_is_set_again_has_its_whole_time_anew() -> None:
    expired: list[str] = []
    deadlines = Deadlines(60, expired.append)
    for key in ("first", "second", "first"):
        deadlines.set(key)
    deadlines.expire_all()
    assert expired == ["second", "first"]


async def test_without_a_time_nothing_expires() -> None:
    expired: list[str] = []
    deadlines = Deadlines(0, expired.append)
    deadlines.set("key")
    deadlines.expire_all()
    assert expired == []


async def test_a_key_that_fails_does_not_keep_the_others_from_expiring() -> None:
    done = asyncio.Event()

    def expire(key: str) -> None:
        if key == "broken":
            raise ValueError(key)
        done.set()

    deadlines = Deadlines(0.01, expire)
    deadlines.set("broken")
    deadlines.set("whole")
    await done.wait()
