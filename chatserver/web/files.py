"""`POST /files`, `GET /files/{id}`: attachments, for who is in the conversation."""

from pathlib import Path
from urllib.parse import quote, unquote

from aiohttp import web

from chatserver.core.errors import Code, Refused
from chatserver.core.log_types import Upload
from chatserver.core.people import Customer, Technician
from chatserver.web.auth import who
from chatserver.web.security_headers import POLICY_KEY
from chatserver.web.services import SERVICES

routes = web.RouteTableDef()

PIECE = 65_536
SANDBOX = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""A file that is opened in a browser after all can do nothing there."""


@routes.post("/files")
async def upload(request: web.Request) -> web.Response:
    """Take a file for `?conversation=`; its name (percent-encoded) comes in `X-File-Name`."""
    actor = await who(request)
    files = request.app[SERVICES].files
    if files.limit and (request.content_length or 0) > files.limit:
        raise Refused(Code.TOO_LONG, field="file")
    kept = await files.receive(
        actor,
        request.query.get("conversation", ""),
        unquote(request.headers.get("X-File-Name", ""), errors="replace"),
        request.content.iter_chunked(PIECE),
    )
    return web.json_response(described(kept), status=201, headers={"Cache-Control": "no-store"})


@routes.get("/files/{file}")
async def download(request: web.Request) -> web.StreamResponse:
    """A file to save, or with `?preview` the small picture of a picture."""
    return await handed_out(request, await who(request))


async def handed_out(request: web.Request, actor: Customer | Technician) -> web.StreamResponse:
    """The file that was asked for, if it is theirs to read."""
    files = request.app[SERVICES].files
    kept = await files.find(actor, request.match_info["file"])
    if "preview" in request.query:
        if kept.attachment.width is None:
            raise Refused(Code.NOT_FOUND)
        return _answer(files.store.preview_path(kept.file), "image/webp", "inline")
    name = quote(kept.attachment.name, safe="")
    disposition = f"attachment; filename*=UTF-8''{name}"
    return _answer(files.store.content_path(kept.file), kept.attachment.type, disposition)


def described(upload: Upload) -> dict[str, object]:
    """What the client is told of a file."""
    what = upload.attachment
    return {
        "file": upload.file,
        "name": what.name,
        "type": what.type,
        "size": what.size,
        "width": what.width,
        "height": what.height,
    }


def _answer(file: Path, content_type: str, disposition: str) -> web.StreamResponse:
    response = web.FileResponse(
        file,
        headers={
            "Content-Type": content_type,
            "Content-Disposition": disposition,
            "Cache-Control": "private, max-age=86400, immutable",
        },
    )
    response[POLICY_KEY] = SANDBOX
    return response
