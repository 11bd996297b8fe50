"""What is done with one conversation of one's own archive: taken along, shared, deleted."""

from aiohttp import web

from chatserver.core.errors import Code, Refused
from chatserver.transcript.formats import FORMATS
from chatserver.web.archive_login import owner
from chatserver.web.files import handed_out
from chatserver.web.services import SERVICES
from chatserver.web.shares import UNSTORED, shared, withdrawn
from chatserver.web.transcripts import given
from chatserver.web.zips import zipped

routes = web.RouteTableDef()


@routes.get("/archive/conversations/{conversation}/transcript.{format}")
async def transcript(request: web.Request) -> web.Response:
    """The conversation as a file, in the customer's edition."""
    customer = await owner(request)
    name, suffix = request.match_info["conversation"], request.match_info["format"]
    document = await request.app[SERVICES].transcripts.fetch(name, customer)
    if suffix == "zip":
        return await zipped(request, document, customer)
    if suffix not in FORMATS:
        raise Refused(Code.NOT_FOUND)
    return await given(request, document, customer, suffix)


@routes.get("/archive/files/{file}")
async def file(request: web.Request) -> web.StreamResponse:
    """A file that was sent, or with `?preview` the small picture of a picture."""
    return await handed_out(request, await owner(request))


@routes.post("/archive/conversations/{conversation}/share")
async def share(request: web.Request) -> web.Response:
    """A link that opens this conversation for a while, whoever has it."""
    return await shared(request, await owner(request))


@routes.post("/archive/conversations/{conversation}/share/withdraw")
async def withdraw(request: web.Request) -> web.Response:
    """No link to it opens it any more."""
    return await withdrawn(request, await owner(request))


@routes.post("/archive/conversations/{conversation}/seal")
async def seal(request: web.Request) -> web.Response:
    """Seal it into the archive on disk, as it is now; takes as long as typesetting does."""
    customer = await owner(request)
    await request.app[SERVICES].archive.archive(request.match_info["conversation"], customer)
    return web.json_response({}, headers=UNSTORED)


@routes.post("/archive/conversations/{conversation}/erase")
async def erase(request: web.Request) -> web.Response:
    """Remove its words for good."""
    customer = await owner(request)
    await request.app[SERVICES].erasure.erase(request.match_info["conversation"], customer)
    return web.json_response({}, headers=UNSTORED)
