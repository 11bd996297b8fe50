"""A page of somebody else's site, with the widget embedded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True)
class HostPage:
    """One page, at whatever path it is asked for; `html` and `headers` may change at any time."""

    origin: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def embed(self, server: str, *, attributes: str = "", before: str = "", body: str = "") -> None:
        """Have the line that embeds the widget of `server`, and more around it."""
        script = f'<script async src="{server}/widget.js" {attributes}></script>'
        page = f"<!doctype html><html lang=en><head><title>A shop</title>{before}</head>"
        self.html = f"{page}<body><h1>A shop</h1>{body}{script}</body></html>"

    async def answer(self, request: web.Request) -> web.Response:
        return web.Response(text=self.html, content_type="text/html", headers=self.headers)


@asynccontextmanager
async def serve_host_page() -> AsyncIterator[HostPage]:
    """A site of another origin than the server's."""
    host = HostPage()
    application = web.Application()
    application.router.add_get("/{path:.*}", host.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    # By its name, so that it is another site than the server's address, also for storage.
    host.origin = f"http://localhost:{port}"
    try:
        yield host
    finally:
        await runner.cleanup()
