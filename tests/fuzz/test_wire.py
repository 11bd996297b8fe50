"""Frames over sockets, valid or not, are each answered once.

`make fuzz` sends fifty thousand of them, and fifty times as many lines.
"""

from pathlib import Path

from tests.conftest import StartServer
from tests.fuzz.fuzzed_server import UNLIMITED, count_lost, fuzzed_server
from tests.fuzz.hellos import Hellos
from tests.fuzz.websocket_frames import RawConnections
from tests.wire.client import customer

INPUTS = 2_000
LINES = 120
HELLOS = 100


async def test_every_frame_is_answered_once_and_no_change_is_lost(tmp_path: Path) -> None:
    async with fuzzed_server(tmp_path) as field:
        await field.talk(INPUTS)
        hellos = Hellos(field)
        await hellos.say(HELLOS)
        await field.serves_new_clients()
    assert hellos.codes.total() > HELLOS / 2
    figures = field.figures
    assert figures.inputs >= INPUTS
    assert min(figures.ok, figures.refused) > INPUTS / 20
    assert await count_lost(tmp_path, figures) == 0


async def test_invalid_websocket_frames_end_with_a_close_code(start: StartServer) -> None:
    server = await start(**UNLIMITED)
    lines = RawConnections(server)
    await lines.say(LINES)
    assert lines.codes.total() > LINES / 2
    async with customer(server) as ann:
        await ann.ok("ping")
