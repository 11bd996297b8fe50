"""Transcripts for download: one in a format or a ZIP, all of a customer in a ZIP."""

from collections.abc import AsyncIterator

from aiohttp import web

from chatserver.core.access_keys import AccessKey
from chatserver.core.audit import AuditAction, AuditActor
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.i18n.languages import choose_language
from chatserver.transcript.document import Transcript
from chatserver.transcript.formats import ALL_SUFFIXES, ARCHIVE_ZIP_SUFFIXES, FORMATS, ZIP
from chatserver.transcript.reader_locale import ReaderLocale, reader_zone
from chatserver.web.accept_language import accepted_languages
from chatserver.web.app_keys import SERVICES
from chatserver.web.archive_login import archive_owner
from chatserver.web.auth import authenticated_actor
from chatserver.web.forwarded import remote_address
from chatserver.web.security_headers import NO_STORE, POLICY_KEY

routes = web.RouteTableDef()

INLINE_FORMAT = "html"
"""The format that a shared link shows in the browser; all others are downloads."""

SANDBOX = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy for a transcript: no scripts, nothing loaded, whatever it contains.

Links open in new windows, which are not sandboxed: the pages behind them need their scripts.
"""

PRIVATE_HEADERS = NO_STORE | {"X-Robots-Tag": "noindex, nofollow"}
"""Headers of a transcript: neither stored by a cache nor indexed."""


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
    suffixes = ALL_SUFFIXES if "pdf" in request.query else ARCHIVE_ZIP_SUFFIXES
    # Recorded before the first byte: a download that is cut off has still disclosed something.
    await archive.audit.record_for_customer(AuditAction.DOWNLOADED, customer, customer.id, "zip")
    return zip_response(
        archive.zip_export.zip_archive(customer, wanted, suffixes), "conversations.zip"
    )


@routes.get("/conversations/{conversation}/transcript.{format}")
async def download_transcript(request: web.Request) -> web.Response:
    """Download the whole conversation in one format, in the language of the reader.

    Times are in `?timezone=` (an IANA name, else UTC). `?edition=internal` gives technicians the
    edition with notes; `?key=` is the key of a shared link and gives the customer's edition.
    """
    suffix = request.match_info["format"]
    if suffix not in FORMATS:
        raise Refused(Code.NOT_FOUND)
    document, reader = await requested_edition(request)
    return await transcript_response(request, document, reader, suffix)


@routes.get("/archive/conversations/{conversation}/transcript.{format}")
async def download_archive_transcript(request: web.Request) -> web.Response:
    """Download the customer's edition of a conversation in one format."""
    customer = await archive_owner(request)
    name, suffix = request.match_info["conversation"], request.match_info["format"]
    document = await request.app[SERVICES].archive.transcripts.fetch(name, customer)
    if suffix == ZIP:
        return await conversation_zip_response(request, document, customer)
    if suffix not in FORMATS:
        raise Refused(Code.NOT_FOUND)
    return await transcript_response(request, document, customer, suffix)


async def requested_edition(
    request: web.Request,
) -> tuple[Transcript, Customer | Technician | AccessKey]:
    """Return the requested edition and its reader; raises Refused if the reader may not have it."""
    archive = request.app[SERVICES].archive
    name = request.match_info["conversation"]
    secret = request.query.get("key")
    if secret is not None:
        return await archive.shares.open_shared(secret, name, remote_address(request))
    actor = await authenticated_actor(request)
    internal = request.query.get("edition") == "internal"
    return await archive.transcripts.fetch(name, actor, internal=internal), actor


def reader_locale(request: web.Request, reader: Customer | Technician | AccessKey) -> ReaderLocale:
    """Return the reader's time zone and language; raises Refused `invalid` for an unknown zone.

    The language is the one of `?language=`, else of the customer's profile, else of the browser.
    """
    zone = reader_zone(request.query.get("timezone", "UTC"))
    profile = reader.locale if isinstance(reader, Customer) else None
    wanted = (request.query.get("language"), profile, *accepted_languages(request))
    return ReaderLocale(zone, choose_language(wanted))


async def transcript_response(
    request: web.Request,
    document: Transcript,
    reader: Customer | Technician | AccessKey,
    suffix: str,
) -> web.Response:
    """Return a transcript in one format, recorded in the audit trail and for verification."""
    services = request.app[SERVICES]
    transcript_format = FORMATS[suffix]
    wanted = reader_locale(request, reader)
    # HTML and PDF take up to seconds for a long conversation; they are rendered in the worker
    # process while the event loop serves other sessions.
    body = (
        await services.workers.run(transcript_format.render, document, wanted)
        if transcript_format.heavy
        else transcript_format.render.run_inline(document, wanted)
    )
    description = f"{suffix}, internal" if document.internal else suffix
    await services.archive.audit.record(
        AuditAction.DOWNLOADED, reader, document.conversation, description
    )
    await services.archive.verification.record_issued(
        {suffix: body}, document, AuditActor.from_principal(reader)
    )
    is_inline = isinstance(reader, AccessKey) and suffix == INLINE_FORMAT
    name = f'filename="{document.conversation.reference}.{suffix}"'
    response = web.Response(
        body=body,
        headers={
            "Content-Type": transcript_format.content_type,
            "Content-Disposition": f"{'inline' if is_inline else 'attachment'}; {name}",
            **PRIVATE_HEADERS,
        },
    )
    response[POLICY_KEY] = SANDBOX
    return response


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
