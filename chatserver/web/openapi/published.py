"""`GET /openapi.json`: the document that describes this interface."""

from asyncio import to_thread
from dataclasses import dataclass
from importlib import import_module

import orjson
from aiohttp import web

routes = web.RouteTableDef()


@dataclass(slots=True)
class PublishedDocument:
    """The serialized document, built on first request; routes do not change while a server runs."""

    body: bytes | None = None


PUBLISHED = web.AppKey("published", PublishedDocument)


@routes.get("/openapi.json")
async def openapi(request: web.Request) -> web.Response:
    """Return this document."""
    published = request.app[PUBLISHED]
    if published.body is None:
        # Building takes some 100 ms, which would delay every live session on the event loop.
        published.body = await to_thread(_build, request.app.router)
    headers = {"Content-Type": "application/json", "Cache-Control": "public, max-age=3600"}
    return web.Response(body=published.body, headers=headers)


def _build(router: web.UrlDispatcher) -> bytes:
    # Loaded when it is asked for: the shapes of all answers take 1 MiB.
    generator = import_module("chatserver.web.openapi.document")
    return orjson.dumps(generator.document(router))
