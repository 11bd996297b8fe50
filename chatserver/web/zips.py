"""`transcript.zip` and `/archive.zip`: conversations with attachments, built while sent."""

from collections.abc import AsyncIterator

from aiohttp import web

from chatserver.core.access_keys import AccessKey
from chatserver.core.audit import AuditAction, AuditActor
from chatserver.core.people import Customer, Technician
from chatserver.transcript.document import Transcript
from chatserver.transcript.formats import EVERY, QUICK
from chatserver.web.archive_login import archive_owner
from chatserver.web.services import SERVICES
from chatserver.web.transcripts import PRIVATE_HEADERS, reader_locale, requested_edition

routes = web.RouteTableDef()


@routes.get("/conversations/{conversation}/transcript.zip")
async def conversation_zip(request: web.Request) -> web.Response:
    """Download one conversation in every format, with its attachments."""
    return await conversation_zip_response(request, *await requested_edition(request))


@routes.get("/archive.zip")
async def archive_zip(request: web.Request) -> web.Response:
    """Download all conversations of a customer; `?pdf` adds a PDF of each."""
    archive = request.app[SERVICES].archive
    customer = await archive_owner(request)
    wanted = reader_locale(request, customer)
    suffixes = EVERY if "pdf" in request.query else QUICK
    # Recorded before the first byte: a download that is cut off has still disclosed something.
    await archive.audit.record_for_customer(AuditAction.DOWNLOADED, customer, customer.id, "zip")
    return zip_response(
        archive.zip_export.zip_archive(customer, wanted, suffixes), "conversations.zip"
    )


async def conversation_zip_response(
    request: web.Request, document: Transcript, reader: Customer | Technician | AccessKey
) -> web.Response:
    """Return a conversation as a ZIP, recorded in the audit trail."""
    archive = request.app[SERVICES].archive
    wanted = reader_locale(request, reader)
    description = "zip, internal" if document.internal else "zip"
    await archive.audit.record(AuditAction.DOWNLOADED, reader, document.conversation, description)
    name = f"{document.conversation.reference}.zip"
    return zip_response(
        archive.zip_export.zip_conversation(document, wanted, AuditActor.from_principal(reader)),
        name,
    )


def zip_response(pieces: AsyncIterator[bytes], name: str) -> web.Response:
    """Return a streamed ZIP of unknown length."""
    # Chunked transfer: if an error ends the stream, the last chunk is missing and the client sees
    # that the download is incomplete.
    return web.Response(
        body=pieces,
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="{name}"',
            **PRIVATE_HEADERS,
        },
    )
