"""`serve` goes on where storage fails after it has begun to listen."""

import asyncio
from pathlib import Path

import pytest

from chatserver.commands.serve import _serve_until
from chatserver.core.errors import Unavailable
from chatserver.services.accounts import Accounts
from chatserver.settings_file import load_settings


async def test_a_server_outlives_a_database_that_is_away_when_it_makes_its_first_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = asyncio.Event()

    async def away(_: Accounts) -> str:
        # The server is asked to end once it has come to this.
        stop.set()
        raise Unavailable

    monkeypatch.setattr(Accounts, "first_link", away)
    await _serve_until(stop, load_settings(None, data=tmp_path / "data", port=0))
    assert "console" in capsys.readouterr().out
