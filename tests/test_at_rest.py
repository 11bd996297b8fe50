"""An idle server has not loaded the heavy libraries, which are imported on first use."""

import subprocess
import sys
from pathlib import Path

import pytest

SERVER = """
import asyncio, sys
from pathlib import Path
from chatserver import cli
from chatserver.app import running
from chatserver.settings_file import (load_settings)

async def rest():
    async with running(load_settings(None, data=Path(sys.argv[1]), port=0)):
        print(*sys.modules)

asyncio.run(rest())
"""
HEAVY = {
    "chatserver.web.openapi.document": "the document is built when it is asked for",
    "PIL": "pictures are made smaller by the worker",
    "aiosmtplib": "a server without mail sends none",
    "cryptography": "libsodium signs, in a quarter of the memory",
    "greenlet": "structlog's way to gevent",
    "holidays": "known to the worker",
    "jinja2": "transcripts are rendered by the worker",
    "jwt": "a server whose host page vouches for nobody reads none",
    "multiprocessing": "there is no work for the worker yet",
    "puremagic": "files are looked into by the worker",
    "pygal": "a command",
    "rich": "commands",
    "segno": "typesetting",
    "typst": "typesetting",
    "ua_parser": "devices are described by the worker",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Return the modules of a server that has just started in an empty folder."""
    folder = tmp_path_factory.mktemp("data")
    done = subprocess.run(
        [sys.executable, "-c", SERVER, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("name", sorted(HEAVY))
def test_a_server_at_rest_has_not_loaded(loaded: frozenset[str], name: str) -> None:
    assert "chatserver.app" in loaded
    assert name not in loaded, HEAVY[name]
