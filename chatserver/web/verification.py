"""`/verify`: check if this site issued a transcript, open to everyone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

from aiohttp import web

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.core.conversation.attachment import path_name
from chatserver.core.errors import Code, Refused
from chatserver.transcript.authenticity.verify_folder import VerificationReport
from chatserver.web.app_keys import SERVICES, SETTINGS
from chatserver.web.forwarded import remote_address
from chatserver.web.security_headers import NO_STORE
from chatserver.web.static import asset_response

VERIFICATION_LIMITER = web.AppKey("verification attempts", KeyedRateLimiter)

routes = web.RouteTableDef()

CHUNK_BYTES = 65_536
SCHEMA = files("chatserver.transcript").joinpath("transcript.schema.json")


@routes.get("/verify")
async def verification_page(request: web.Request) -> web.Response:
    """Serve the page; the data of a QR code follows `#` and never leaves the browser."""
    response = asset_response(request, "verify/verify.html")
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@routes.post("/verify")
async def verify_file(request: web.Request) -> web.Response:
    """Verify the posted file, which is deleted afterwards."""
    _check_rate(request)
    async with _received_file(request) as file:
        reports = await request.app[SERVICES].archive.verification.recognise(file)
    return web.json_response(
        {"reports": [report_fields(report) for report in reports]}, headers=NO_STORE
    )


@routes.get("/verify/{reference}/{head}")
async def confirm_head(request: web.Request) -> web.Response:
    """Confirm that a conversation had this chain head, and when."""
    _check_rate(request)
    reference, head = request.match_info["reference"], request.match_info["head"]
    report = await request.app[SERVICES].archive.verification.verify_head(reference, head)
    return web.json_response(report_fields(report), headers=NO_STORE)


@routes.get("/.well-known/site-key.pub.pem")
async def public_key(request: web.Request) -> web.Response:
    """Return the public key of the site's signatures, in PEM."""
    pem = request.app[SERVICES].archive.transcripts.key.public_pem
    return web.Response(body=pem, content_type="application/x-pem-file")


@routes.get("/transcript.schema.json")
async def transcript_schema(request: web.Request) -> web.Response:
    """Return the JSON Schema of `transcript.json`."""
    content = await asyncio.to_thread(SCHEMA.read_bytes)
    return web.Response(body=content, content_type="application/schema+json")


def _check_rate(request: web.Request) -> None:
    """Raise RateLimited if the address has made too many checks."""
    now = request.app[SERVICES].clock()
    request.app[VERIFICATION_LIMITER].consume(remote_address(request), now)


@asynccontextmanager
async def _received_file(request: web.Request) -> AsyncIterator[Path]:
    """Store the posted file under its own name until the block ends."""
    limit, size = request.app[SETTINGS].verify_limit, 0
    name = unquote(request.headers.get("X-File-Name", ""), errors="replace")
    folder = await asyncio.to_thread(TemporaryDirectory, prefix="verify-")
    try:
        file = Path(folder.name) / path_name(name)
        # On disk and not in memory: 20 uploads of 64 MiB at once would otherwise occupy 1.3 GB.
        with await asyncio.to_thread(file.open, "xb") as target:
            async for piece in request.content.iter_chunked(CHUNK_BYTES):
                size += len(piece)
                if limit and size > limit:
                    raise Refused(Code.TOO_LONG, field="file")
                await asyncio.to_thread(target.write, piece)
        yield file
    finally:
        await asyncio.to_thread(folder.cleanup)


def report_fields(report: VerificationReport) -> dict[str, object]:
    """Return the report on one sealed thing for the client."""
    return {
        "name": report.name,
        "finding": report.verdict.finding,
        "where": report.verdict.where,
        "key": report.verdict.key,
        "reference": report.reference,
        "entries": report.entries,
        "at": report.at,
    }
