"""Log injection: an attacker can neither forge a line of the log nor put a secret into it."""

import asyncio
import json
import signal
from pathlib import Path

import aiohttp

from tests.attack.raw_http import exchange
from tests.program import Program, run
from tests.wire.client import customer, session

FORGED = '{"event": "forged", "level": "critical"}'
BREAKS = f"x\n{FORGED}\nx\r\n{FORGED}\r\n\u2028{FORGED}\u2028\x1b[2J\x1b]0;owned\x07"
"""A name that would end a line, begin another, and command a terminal."""

SECRET = "a-secret-that-nobody-may-read-in-a-log"


async def attacked(server: Program, token: str) -> None:
    """Send hostile texts and secrets to every place that might log them."""
    quoted = "".join(f"%{byte:02X}" for byte in BREAKS.encode())
    bearer = {"Authorization": f"Bearer {SECRET}"}
    async with aiohttp.ClientSession(server.url) as http:
        for path in (f"/{quoted}", f"/files/{quoted}", f"/conversations/{quoted}/transcript.txt"):
            await http.get(path, headers=bearer)
        await http.post("/login", json={"login": BREAKS, "password": SECRET})
        await http.post("/login", json={"link": SECRET})
        await http.post("/archive/open", json={"key": SECRET})
        # The key of a shared link stands in the query string, which an access log would contain.
        await http.get(f"/conversations/x/transcript.html?key={SECRET}")
        headers = {"X-File-Name": quoted, "Authorization": f"Bearer {token}"}
        await http.post(f"/files?conversation={quoted}", data=b"x", headers=headers)
        async with customer(server, name=BREAKS, page=f"https://x/{BREAKS}") as ann:
            conversation = (await ann.ok("open", text=BREAKS, subject=BREAKS[:99]))["conversation"]
            own = {**headers, "Authorization": f"Bearer {ann.welcome['token']}"}
            await http.post(f"/files?conversation={conversation}", data=b"MZ\x90\x00", headers=own)
    await exchange(
        server, b"GET / HTTP/1.1\r\nAuthorization: Bearer " + SECRET.encode() + b"\x00\r\n\r\n"
    )
    await exchange(server, FORGED.encode() + b"\r\n\r\n")


async def test_hostile_input_forges_no_log_line_and_no_secret_is_logged(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    hired = ("technician", "add", "bob", "--print-token", "--data", data, "--name")
    refused, printed, _ = await run(*hired, BREAKS)
    assert (refused, printed) == (1, "")
    status, printed, _ = await run(*hired, "Bob")
    assert status == 0
    token = printed.strip().splitlines()[-1]
    # The most talkative level: what it does not log, no level logs.
    settings: dict[str, object] = {"log_level": "debug", "drain_s": 0}
    server = Program(data, settings, log=log)
    await server.start()
    async with session(server, role="technician", token=token) as bob:
        await bob.ok("status", status="online")
        await attacked(server, token)
    assert await server.kill(signal.SIGTERM) == 0
    lines = (await asyncio.to_thread(log.read_text, encoding="utf-8")).splitlines()
    assert lines
    for line in lines:
        assert json.loads(line)["event"] != "forged"
        assert "\x1b" not in line
        assert SECRET not in line
        assert token not in line
        # A client can cause these as often as it likes, so they are neither errors nor tracebacks.
        assert json.loads(line)["level"] != "error", line
