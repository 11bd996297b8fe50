"""`transcript.zip` and `/archive.zip`: everything in one file, made while it is sent."""

from collections.abc import AsyncIterator

from aiohttp import web

from chatserver.core.access_keys import AccessKey
from chatserver.core.audit import AuditAction, AuditActor
from chatserver.core.people import Customer, Technician
from chatserver.services.archive.zip_export import EVERY, QUICK
from chatserver.transcript.document import Transcript
from chatserver.web.archive_login import owner
from chatserver.web.services import SERVICES
from chatserver.web.transcripts import PRIVATE, edition, reader_locale

routes = web.RouteTableDef()


@routes.get("/conversations/{conversation}/transcript.zip")
async def one(request: web.Request) -> web.Response:
    """One conversation in every format, with what was attached."""
    return await zipped(request, *await edition(request))


@routes.get("/archive.zip")
async def everything(request: web.Request) -> web.Response:
    """All of a customer's conversations; `?pdf` with a PDF of each."""
    services = request.app[SERVICES]
    customer = await owner(request)
    wanted = reader_locale(request, customer)
    suffixes = EVERY if "pdf" in request.query else QUICK
    await services.audit.note_all(AuditAction.DOWNLOADED, customer, customer.id, "zip")
    return packed(services.bundles.of_all(customer, wanted, suffixes), "conversations.zip")


async def zipped(
    request: web.Request, document: Transcript, reader: Customer | Technician | AccessKey
) -> web.Response:
    """A conversation in every format, written down as given."""
    services = request.app[SERVICES]
    wanted = reader_locale(request, reader)
    how = "zip, internal" if document.internal else "zip"
    await services.audit.note(AuditAction.DOWNLOADED, reader, document.conversation, how)
    name = f"{document.conversation.reference}.zip"
    return packed(services.bundles.of_one(document, wanted, AuditActor.of(reader)), name)


def packed(pieces: AsyncIterator[bytes], name: str) -> web.Response:
    """A ZIP whose length nobody knows yet; one that breaks off has no end, and tells so."""
    return web.Response(
        body=pieces,
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="{name}"',
            **PRIVATE,
        },
    )
