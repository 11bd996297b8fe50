"""The services of one server, for tests of single services."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.backend import Backend, open_backend


@pytest.fixture
async def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """The services with the default settings."""
    async with open_backend(tmp_path, monkeypatch) as opened:
        yield opened
