"""Fixtures of the wire tests."""

import pytest

from tests.wire import client
from tests.wire.stream import stream


@pytest.fixture(params=[client.websocket, stream], ids=["websocket", "stream"])
def both_carriers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test once over each transport; its outcome must be the same."""
    monkeypatch.setattr(client, "carrier", request.param)
