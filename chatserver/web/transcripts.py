"""`GET /conversations/{id}/transcript.{txt,md,html,json,pdf}`: for customers and technicians."""

from aiohttp import web

from chatserver.core.access_keys import AccessKey
from chatserver.core.audit import AuditAction, AuditActor
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.i18n.languages import choose_language
from chatserver.transcript.document import Transcript
from chatserver.transcript.formats import FORMATS
from chatserver.transcript.reader_locale import ReaderLocale, reader_zone
from chatserver.web.auth import remote, who
from chatserver.web.middleware import accepted_languages
from chatserver.web.security_headers import POLICY_KEY
from chatserver.web.services import SERVICES

routes = web.RouteTableDef()

SHOWN = "html"
"""What a link shows in the browser; everything else is for saving."""

SANDBOX = (
    "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""A page that runs nothing and loads nothing, whatever somebody wrote into it."""

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
"""On everything that is a customer's own."""


@routes.get("/conversations/{conversation}/transcript.{format}")
async def transcript(request: web.Request) -> web.Response:
    """The whole conversation, with times in `?timezone=` (an IANA name, else UTC), in the
    language of the reader.

    `?edition=internal` gives technicians the one with notes; `?key=` opens the customer's.
    """
    suffix = request.match_info["format"]
    if suffix not in FORMATS:
        raise Refused(Code.NOT_FOUND)
    document, reader = await edition(request)
    return await given(request, document, reader, suffix)


async def edition(request: web.Request) -> tuple[Transcript, Customer | Technician | AccessKey]:
    """The conversation that was asked for, and who may have it."""
    services = request.app[SERVICES]
    name = request.match_info["conversation"]
    secret = request.query.get("key")
    if secret is not None:
        return await services.shares.read(secret, name, remote(request))
    actor = await who(request)
    internal = request.query.get("edition") == "internal"
    return await services.transcripts.fetch(name, actor, internal=internal), actor


def reader_locale(request: web.Request, reader: Customer | Technician | AccessKey) -> ReaderLocale:
    """Return the zone of `?timezone=` and the language of `?language=`, else of the customer's
    profile, else of the browser; raises Refused `invalid` for an unknown zone."""
    zone = reader_zone(request.query.get("timezone", "UTC"))
    profile = reader.locale if isinstance(reader, Customer) else None
    wanted = (request.query.get("language"), profile, *accepted_languages(request))
    return ReaderLocale(zone, choose_language(wanted))


async def given(
    request: web.Request,
    document: Transcript,
    reader: Customer | Technician | AccessKey,
    suffix: str,
) -> web.Response:
    """A transcript as a file in one of the formats, written down as given."""
    services = request.app[SERVICES]
    chosen = FORMATS[suffix]
    wanted = reader_locale(request, reader)
    body = (
        await services.workshop.do(chosen.render, document, wanted)
        if chosen.heavy
        else chosen.render.here(document, wanted)
    )
    how = f"{suffix}, internal" if document.internal else suffix
    await services.audit.note(AuditAction.DOWNLOADED, reader, document.conversation, how)
    await services.verification.remember({suffix: body}, document, AuditActor.of(reader))
    shown = isinstance(reader, AccessKey) and suffix == SHOWN
    name = f'filename="{document.conversation.reference}.{suffix}"'
    response = web.Response(
        body=body,
        headers={
            "Content-Type": chosen.content_type,
            "Content-Disposition": f"{'inline' if shown else 'attachment'}; {name}",
            **PRIVATE,
        },
    )
    response[POLICY_KEY] = SANDBOX
    return response
