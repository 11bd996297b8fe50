"""Tests of the wire that ask for it run over each carrier."""

import pytest

from tests.wire import client
from tests.wire.stream import stream


@pytest.fixture(params=[client.websocket, stream], ids=["websocket", "stream"])
def both_carriers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same must happen, whatever carries it."""
    monkeypatch.setattr(client, "carrier", request.param)
