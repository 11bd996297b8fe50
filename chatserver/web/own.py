"""Operations on one conversation of the own archive: download, share, seal, erase."""

from aiohttp import web

from chatserver.core.errors import Code, Refused
from chatserver.transcript.formats import FORMATS, ZIP
from chatserver.web.archive_login import archive_owner
from chatserver.web.files import file_response
from chatserver.web.services import SERVICES
from chatserver.web.shares import NO_STORE, share_response, withdraw_response
from chatserver.web.transcripts import transcript_response
from chatserver.web.zips import conversation_zip_response

routes = web.RouteTableDef()


@routes.get("/archive/conversations/{conversation}/transcript.{format}")
async def download_transcript(request: web.Request) -> web.Response:
    """Download the customer's edition of a conversation in one format."""
    customer = await archive_owner(request)
    name, suffix = request.match_info["conversation"], request.match_info["format"]
    document = await request.app[SERVICES].archive.transcripts.fetch(name, customer)
    if suffix == ZIP:
        return await conversation_zip_response(request, document, customer)
    if suffix not in FORMATS:
        raise Refused(Code.NOT_FOUND)
    return await transcript_response(request, document, customer, suffix)


@routes.get("/archive/files/{file}")
async def download_file(request: web.Request) -> web.StreamResponse:
    """Download an attached file, or with `?preview` the thumbnail of a picture."""
    return await file_response(request, await archive_owner(request))


@routes.post("/archive/conversations/{conversation}/share")
async def create_share(request: web.Request) -> web.Response:
    """Create a link that opens this conversation for a limited time without sign-in."""
    return await share_response(request, await archive_owner(request))


@routes.post("/archive/conversations/{conversation}/share/withdraw")
async def withdraw_shares(request: web.Request) -> web.Response:
    """Revoke all links to this conversation."""
    return await withdraw_response(request, await archive_owner(request))


@routes.post("/archive/conversations/{conversation}/seal")
async def seal_conversation(request: web.Request) -> web.Response:
    """Seal the conversation into the archive on disk as it is now, which may take seconds."""
    customer = await archive_owner(request)
    await request.app[SERVICES].archive.sealer.seal_now(
        request.match_info["conversation"], customer
    )
    return web.json_response({}, headers=NO_STORE)


@routes.post("/archive/conversations/{conversation}/erase")
async def erase_conversation(request: web.Request) -> web.Response:
    """Erase the texts of the conversation for good."""
    customer = await archive_owner(request)
    await request.app[SERVICES].archive.erasure.erase(request.match_info["conversation"], customer)
    return web.json_response({}, headers=NO_STORE)
