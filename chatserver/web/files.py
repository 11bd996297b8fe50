"""`POST /files`, `GET /files/{id}`: attachments, for the participants of the conversation."""

from pathlib import Path
from urllib.parse import quote, unquote

from aiohttp import web

from chatserver.core.conversation.attachment import Upload
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.web.app_keys import SERVICES
from chatserver.web.archive_login import archive_owner
from chatserver.web.auth import authenticated_actor
from chatserver.web.security_headers import NO_STORE, POLICY_KEY

routes = web.RouteTableDef()

CHUNK_BYTES = 65_536
"""Bytes of an upload that are read at once."""
SANDBOX = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""Content-Security-Policy for a file that a browser opens instead of saving: it can do nothing."""


@routes.post("/files")
async def upload(request: web.Request) -> web.Response:
    """Upload a file to `?conversation=`, with its percent-encoded name in `X-File-Name`."""
    actor = await authenticated_actor(request)
    files = request.app[SERVICES].files
    # Refused by the declared length, before the body is read; `receive` counts what really
    # arrives.
    if files.limit_bytes and (request.content_length or 0) > files.limit_bytes:
        raise Refused(Code.TOO_LONG, field="file")
    stored = await files.receive(
        actor,
        request.query.get("conversation", ""),
        unquote(request.headers.get("X-File-Name", ""), errors="replace"),
        request.content.iter_chunked(CHUNK_BYTES),
    )
    return web.json_response(upload_fields(stored), status=201, headers=NO_STORE)


@routes.get("/files/{file}")
async def download(request: web.Request) -> web.StreamResponse:
    """Download a file, or with `?preview` the thumbnail of a picture.

    `?key=` and `?until=` are those of a link in an e-mail, which needs no sign-in.
    """
    query = request.query
    if "key" in query:
        stored = await request.app[SERVICES].files.find_linked(
            request.match_info["file"], query.get("until", ""), query["key"]
        )
        return stored_response(request, stored)
    return await file_response(request, await authenticated_actor(request))


async def file_response(request: web.Request, actor: Customer | Technician) -> web.StreamResponse:
    """Return the requested file as a response; raises Refused `not_found`."""
    files = request.app[SERVICES].files
    return stored_response(request, await files.find_readable(actor, request.match_info["file"]))


def stored_response(request: web.Request, stored: Upload) -> web.StreamResponse:
    """Return a file, or with `?preview` its thumbnail; raises Refused `not_found`."""
    files = request.app[SERVICES].files
    if "preview" in request.query:
        if stored.attachment.width is None:
            raise Refused(Code.NOT_FOUND)
        return _stored_file_response(files.store.preview_path(stored.file), "image/webp", "inline")
    name = quote(stored.attachment.name, safe="")
    disposition = f"attachment; filename*=UTF-8''{name}"
    return _stored_file_response(
        files.store.content_path(stored.file), stored.attachment.type, disposition
    )


def upload_fields(upload: Upload) -> dict[str, object]:
    """Return the description of a stored file for the client."""
    attachment = upload.attachment
    return {
        "file": upload.file,
        "name": attachment.name,
        "type": attachment.type,
        "size": attachment.size,
        "width": attachment.width,
        "height": attachment.height,
    }


def _stored_file_response(file: Path, content_type: str, disposition: str) -> web.StreamResponse:
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


@routes.get("/archive/files/{file}")
async def download_file(request: web.Request) -> web.StreamResponse:
    """Download an attached file, or with `?preview` the thumbnail of a picture."""
    return await file_response(request, await archive_owner(request))
