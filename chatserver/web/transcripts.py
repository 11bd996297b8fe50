"""`GET /conversations/{id}/transcript.{txt,md,html,json,pdf}`: for customers and technicians."""

from aiohttp import web

from chatserver.core.errors import Code, Refused
from chatserver.transcript.formats import FORMATS, reader_zone
from chatserver.web.services import SERVICES
from chatserver.web.who import who

routes = web.RouteTableDef()


@routes.get("/conversations/{conversation}/transcript.{format}")
async def transcript(request: web.Request) -> web.Response:
    """The whole conversation, with times in `?timezone=` (an IANA name, else UTC).

    `?edition=internal` gives technicians the one with notes.
    """
    actor = await who(request)
    chosen = FORMATS.get(request.match_info["format"])
    if chosen is None:
        raise Refused(Code.NOT_FOUND)
    zone = reader_zone(request.query.get("timezone", "UTC"))
    internal = request.query.get("edition") == "internal"
    document = await request.app[SERVICES].transcripts.fetch(
        request.match_info["conversation"], actor, internal=internal
    )
    render = chosen.render
    body = (
        await request.app[SERVICES].workshop.do(render, document, zone)
        if chosen.heavy
        else render.here(document, zone)
    )
    name = f"{document.conversation.reference}.{request.match_info['format']}"
    return web.Response(
        body=body,
        headers={
            "Content-Type": chosen.content_type,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
