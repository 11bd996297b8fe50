"""The example configuration of nginx forwards everything that the server allows."""

import io
import re
from pathlib import Path

import aiohttp

from chatserver.settings import Settings
from tests.conftest import StartServer
from tests.deploy.nginx import CONFIGURATION, proxied
from tests.wire.client import customer, opened

UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def directive(name: str) -> list[str]:
    """Every value that deploy/nginx.conf gives a directive."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    return re.findall(rf"^\s*{name}\s+([^;]+);", text, re.MULTILINE)


def test_bodies_may_be_as_large_as_the_server_allows() -> None:
    (value,) = directive("client_max_body_size")
    number, unit = re.fullmatch(r"(\d+)([kmg]?)", value).groups()  # type: ignore[union-attr]
    assert int(number) * UNITS[unit] == Settings().largest_body


def test_a_quiet_session_is_not_cut_between_two_heartbeats() -> None:
    seconds = [float(value.removesuffix("s")) for value in directive("proxy_read_timeout")]
    assert len(seconds) == 3
    assert min(seconds) > 3 * Settings().heartbeat_s


async def test_a_file_of_the_largest_size_passes(start: StartServer, tmp_path: Path) -> None:
    limit = 3 << 20
    server = await start(file_limit=limit, trusted_proxies=("127.0.0.1",))
    async with customer(server) as ann, proxied(tmp_path, server.url) as proxy:
        conversation = await opened(ann)
        headers = {"Authorization": f"Bearer {ann.welcome['token']}", "X-File-Name": "modem.log"}
        url = f"{proxy.url}/files?conversation={conversation}"
        async with aiohttp.ClientSession(headers=headers) as http:
            async with http.post(url, data=io.BytesIO(b"x" * limit), ssl=proxy.tls) as answer:
                assert answer.status == 201, await answer.text()
            async with http.post(url, data=io.BytesIO(b"x" * (limit + 1)), ssl=proxy.tls) as answer:
                assert answer.status == 413
                # The server's own answer, which tells the limit; not a page of nginx.
                assert answer.content_type == "application/problem+json"


async def test_a_live_session_goes_through(start: StartServer, tmp_path: Path) -> None:
    server = await start(trusted_proxies=("127.0.0.1",))
    async with (
        proxied(tmp_path, server.url) as proxy,
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{proxy.url}/live", ssl=proxy.tls) as line,
    ):
        await line.send_json({"type": "hello", "role": "customer"})
        welcome = await line.receive_json()
        assert welcome["type"] == "welcome"
