"""`POST /conversations/{id}/share`, and the same in the archive: links to one conversation."""

from aiohttp import web

from chatserver.core.people import Customer, Technician
from chatserver.web.app_keys import SERVICES
from chatserver.web.archive_login import archive_owner
from chatserver.web.auth import authenticated_actor
from chatserver.web.forwarded import site_url
from chatserver.web.security_headers import NO_STORE

routes = web.RouteTableDef()


@routes.post("/conversations/{conversation}/share")
async def create_share(request: web.Request) -> web.Response:
    """Create a link that opens this conversation for a limited time without sign-in."""
    return await share_response(request, await authenticated_actor(request))


@routes.post("/conversations/{conversation}/share/withdraw")
async def withdraw_shares(request: web.Request) -> web.Response:
    """Withdraw all links to this conversation."""
    return await withdraw_response(request, await authenticated_actor(request))


@routes.post("/archive/conversations/{conversation}/share")
async def create_archive_share(request: web.Request) -> web.Response:
    """Create a link that opens this conversation for a limited time without sign-in."""
    return await share_response(request, await archive_owner(request))


@routes.post("/archive/conversations/{conversation}/share/withdraw")
async def withdraw_archive_shares(request: web.Request) -> web.Response:
    """Withdraw all links to this conversation."""
    return await withdraw_response(request, await archive_owner(request))


async def share_response(request: web.Request, actor: Customer | Technician) -> web.Response:
    """Create a link for a participant and return it."""
    archive = request.app[SERVICES].archive
    share = await archive.shares.create_link(actor, request.match_info["conversation"])
    path = f"/conversations/{share.conversation.id}/transcript.html?key={share.secret}"
    answer = {"url": site_url(request) + path, "key": share.secret, "valid_until": share.until}
    return web.json_response(answer, status=201, headers=NO_STORE)


async def withdraw_response(request: web.Request, actor: Customer | Technician) -> web.Response:
    """Withdraw all links and return their number."""
    archive = request.app[SERVICES].archive
    count = await archive.shares.withdraw_links(actor, request.match_info["conversation"])
    return web.json_response({"withdrawn": count}, headers=NO_STORE)
