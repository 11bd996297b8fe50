"""A page of another site, with the widget embedded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True)
class HostPage:
    """One page at every path; `html` and `headers` may change at any time."""

    origin: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def embed(self, server: str, *, attributes: str = "", before: str = "", body: str = "") -> None:
        """Embed the widget of `server` as its documentation says, with more HTML around it."""
        script = f'<script async src="{server}/widget.js" {attributes}></script>'
        page = f"<!doctype html><html lang=en><head><title>A shop</title>{before}</head>"
        self.html = f"{page}<body><h1>A shop</h1>{body}{script}</body></html>"

    async def answer(self, request: web.Request) -> web.Response:
        return web.Response(text=self.html, content_type="text/html", headers=self.headers)


@asynccontextmanager
async def serve_host_page() -> AsyncIterator[HostPage]:
    """Serve a site of another origin than the server's."""
    host = HostPage()
    application = web.Application()
    application.router.add_get("/{path:.*}", host.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    # Named `localhost`, so that browsers take it for another site than 127.0.0.1, also in
    # the partition of its storage.
    host.origin = f"http://localhost:{port}"
    try:
        yield host
    finally:
        await runner.cleanup()
