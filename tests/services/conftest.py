"""The services of one server, for tests of single services."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.desk import Desk, open_desk


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """The services with the default settings."""
    async with open_desk(tmp_path, monkeypatch) as opened:
        yield opened
