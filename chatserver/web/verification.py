"""`/verify`: whoever has a transcript may ask whether this site gave it out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

from aiohttp import web

from chatserver.core.conversation.attachment import path_name
from chatserver.core.errors import Code, RateLimited, Refused
from chatserver.transcript.verify_folder import VerificationReport
from chatserver.web.auth import remote
from chatserver.web.services import SERVICES
from chatserver.web.static import respond

routes = web.RouteTableDef()

PIECE = 65_536
SCHEMA = files("chatserver.transcript").joinpath("transcript.schema.json")
HEADERS = {"Cache-Control": "no-store"}


@routes.get("/verify")
async def page(request: web.Request) -> web.Response:
    """The page; what a QR code says stands behind `#` and stays in the browser."""
    response = respond(request, "verify/verify.html")
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@routes.post("/verify")
async def recognise(request: web.Request) -> web.Response:
    """What is found of the file that was posted; it is not kept."""
    _take_turn(request)
    async with _received(request) as file:
        reports = await request.app[SERVICES].verification.recognise(file)
    return web.json_response({"reports": [fields(report) for report in reports]}, headers=HEADERS)


@routes.get("/verify/{reference}/{head}")
async def confirm(request: web.Request) -> web.Response:
    """Whether a conversation of ours had this head of its chain, and when."""
    _take_turn(request)
    reference, head = request.match_info["reference"], request.match_info["head"]
    report = await request.app[SERVICES].verification.confirm(reference, head)
    return web.json_response(fields(report), headers=HEADERS)


@routes.get("/.well-known/site-key.pub.pem")
async def key(request: web.Request) -> web.Response:
    """The public key under which everything is signed that is given out."""
    pem = request.app[SERVICES].transcripts.key.public_pem
    return web.Response(body=pem, content_type="application/x-pem-file")


@routes.get("/transcript.schema.json")
async def schema(request: web.Request) -> web.Response:
    """What `transcript.json` is, for programs that read it."""
    content = await asyncio.to_thread(SCHEMA.read_bytes)
    return web.Response(body=content, content_type="application/schema+json")


def _take_turn(request: web.Request) -> None:
    services = request.app[SERVICES]
    retry_after = services.checks.take(remote(request), services.clock())
    if retry_after:
        raise RateLimited(retry_after)


@asynccontextmanager
async def _received(request: web.Request) -> AsyncIterator[Path]:
    """The posted file on disk, under its own name, for as long as it is looked at."""
    limit, size = request.app[SERVICES].settings.verify_limit, 0
    name = unquote(request.headers.get("X-File-Name", ""), errors="replace")
    folder = await asyncio.to_thread(TemporaryDirectory, prefix="verify-")
    try:
        file = Path(folder.name) / path_name(name)
        with await asyncio.to_thread(file.open, "xb") as target:
            async for piece in request.content.iter_chunked(PIECE):
                size += len(piece)
                if limit and size > limit:
                    raise Refused(Code.TOO_LONG, field="file")
                await asyncio.to_thread(target.write, piece)
        yield file
    finally:
        await asyncio.to_thread(folder.cleanup)


def fields(report: VerificationReport) -> dict[str, object]:
    """What who asked is told of one sealed thing."""
    return {
        "name": report.name,
        "finding": report.verdict.finding,
        "where": report.verdict.where,
        "key": report.verdict.key,
        "reference": report.reference,
        "entries": report.entries,
        "at": report.at,
    }
