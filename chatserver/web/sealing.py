"""`POST /conversations/{id}/archive`, `…/seal`: seal a conversation at once."""

from aiohttp import web

from chatserver.core.people import Customer
from chatserver.web.app_keys import SERVICES
from chatserver.web.archive_login import archive_owner
from chatserver.web.auth import authenticated_actor
from chatserver.web.forwarded import site_url
from chatserver.web.security_headers import NO_STORE

routes = web.RouteTableDef()


@routes.post("/conversations/{conversation}/archive")
async def archive_conversation(request: web.Request) -> web.Response:
    """Seal the conversation as it is now and return a link to it.

    For customers the link contains a key that expires.
    """
    archive = request.app[SERVICES].archive
    actor = await authenticated_actor(request)
    state = await archive.sealer.seal_now(request.match_info["conversation"], actor)
    link = f"{site_url(request)}/conversations/{state.id}/transcript.html"
    if isinstance(actor, Customer):
        shared = await archive.shares.create_link(actor, state.id)
        link = f"{link}?key={shared.secret}"
    answer = {"conversation": state.id, "reference": state.reference, "link": link}
    return web.json_response(answer, headers=NO_STORE)


@routes.post("/archive/conversations/{conversation}/seal")
async def seal_conversation(request: web.Request) -> web.Response:
    """Seal the conversation into the archive on disk as it is now, which may take seconds."""
    customer = await archive_owner(request)
    await request.app[SERVICES].archive.sealer.seal_now(
        request.match_info["conversation"], customer
    )
    return web.json_response({}, headers=NO_STORE)
