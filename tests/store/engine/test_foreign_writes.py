"""Writes of other processes, as of commands beside a server, are noticed and not overwritten."""

from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.people import TechnicianStatus
from chatserver.store.open import open_store
from tests.playbook import BOB


@pytest.mark.sqlite("the version of SQLite's file")
async def test_foreign_writes_are_noticed_and_own_ones_are_not(tmp_path: Path) -> None:
    async with open_store(tmp_path) as own, open_store(tmp_path) as other:
        before = await own.writer.data_version()
        await own.site.save_parts({"widget": b"{}"})
        # A purge writes the file past SQLite, which must not look like another program.
        await own.purge.run()
        # Reading changes nothing, by whomever.
        await other.site.load_parts()
        assert await own.writer.data_version() == before
        await other.site.save_parts({"widget": b"[]"})
        # An own write after the foreign one must not hide it.
        await own.site.save_parts({"targets": b"{}"})
        assert await own.writer.data_version() != before


async def test_a_concurrent_change_by_another_program_stays(tmp_path: Path) -> None:
    async with open_store(tmp_path) as own, open_store(tmp_path) as other:
        await own.technicians.change_technician(BOB, lambda each: each)
        await other.technicians.change_technician(BOB, lambda each: replace(each, capacity=7))
        await own.technicians.change_technician(
            BOB, lambda each: replace(each, status=TechnicianStatus.AWAY)
        )
        kept = replace(BOB, capacity=7, status=TechnicianStatus.AWAY)
        assert await own.technicians.find_technician(BOB.id) == kept
