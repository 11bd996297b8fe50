"""A real nginx with the configuration of deploy/nginx.conf, on a free port of this machine."""

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
AROUND = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}}
"""
"""The part of the configuration that belongs to a system and not to this server."""


@dataclass(frozen=True, slots=True)
class NginxProxy:
    """A running nginx: its address, and a TLS context that trusts its certificate."""

    url: str
    tls: ssl.SSLContext


@asynccontextmanager
async def proxied(folder: Path, target: str) -> AsyncIterator[NginxProxy]:
    """Run nginx in front of the server at `target` until the context is left."""
    certificate, key = folder / "help.pem", folder / "help.key"
    _sign(certificate, key)
    port = _free_port()
    text = CONFIGURATION.read_text(encoding="utf-8")
    for written, used in {
        "443 ssl http2": f"127.0.0.1:{port} ssl http2",
        "/etc/ssl/help.example.org.pem": str(certificate),
        "/etc/ssl/help.example.org.key": str(key),
        "/var/log/nginx/chatserver.log": str(folder / "access.log"),
        "http://127.0.0.1:8080": target,
    }.items():
        assert written in text, f"{written} is no longer in {CONFIGURATION}"
        text = text.replace(written, used)
    whole = folder / "nginx.conf"
    whole.write_text(AROUND.format(folder=folder, server=text), encoding="utf-8")
    assert PROGRAM is not None, "nginx is not installed; `make tools` installs it"
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "-p", str(folder), "-c", str(whole), stderr=subprocess.PIPE
    )
    try:
        await _listening(process, port)
        yield NginxProxy(
            f"https://127.0.0.1:{port}", ssl.create_default_context(cafile=certificate)
        )
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _listening(process: asyncio.subprocess.Process, port: int) -> None:
    """Return when nginx accepts connections; raise AssertionError with its words if it ended."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            if process.returncode is not None:
                _, complaint = await process.communicate()
                raise AssertionError(complaint.decode()) from None
            await asyncio.sleep(0)
        else:
            writer.close()
            return


def _sign(certificate: Path, key: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-out", str(certificate), "-keyout", str(key)),
        ],
        check=True,
        capture_output=True,
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
