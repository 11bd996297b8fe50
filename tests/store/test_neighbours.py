"""Noticing that another program has written."""

from pathlib import Path

from chatserver.store.database import open_store


async def test_what_others_write_is_noticed_and_ones_own_is_not(tmp_path: Path) -> None:
    async with open_store(tmp_path) as own, open_store(tmp_path) as other:
        before = await own.neighbours.version()
        await own.site.keep({"widget": b"{}"})
        await own.erasures.purge()
        await other.site.parts()
        assert await own.neighbours.version() == before
        await other.site.keep({"widget": b"[]"})
        # Its own writing sees what the other has written, and must not hide it.
        await own.site.keep({"targets": b"{}"})
        assert await own.neighbours.version() != before
