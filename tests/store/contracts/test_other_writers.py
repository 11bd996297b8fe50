"""A store tells when another program has written, and only then."""

from pathlib import Path

import pytest

from chatserver.core.people import Topic
from chatserver.store.open import Store
from tests.store.contracts.conftest import OpenEngine


@pytest.mark.sqlite("opens both engines by itself")
async def test_the_version_changes_with_a_write_of_another_program(
    store: Store, engine: OpenEngine, tmp_path: Path
) -> None:
    async with engine(tmp_path) as other:
        before = await store.writer.data_version()
        await other.topics.save_topic(Topic("tv", "TV"))
        after = await store.writer.data_version()
        assert before != after
        assert await store.writer.data_version() == after


async def test_the_version_does_not_change_with_a_write_of_ones_own(store: Store) -> None:
    before = await store.writer.data_version()
    await store.topics.save_topic(Topic("tv", "TV"))
    assert await store.writer.data_version() == before
