"""`POST /conversations/{id}/archive`: a conversation sealed into the archive at once."""

from aiohttp import web

from chatserver.core.people import Customer
from chatserver.web.auth import who
from chatserver.web.services import SERVICES
from chatserver.web.shares import UNSTORED, site

routes = web.RouteTableDef()


@routes.post("/conversations/{conversation}/archive")
async def archive(request: web.Request) -> web.Response:
    """Seal it as it is now; the link opens it, for customers with a key that ends."""
    services = request.app[SERVICES]
    actor = await who(request)
    state = await services.archive.archive(request.match_info["conversation"], actor)
    link = f"{site(request)}/conversations/{state.id}/transcript.html"
    if isinstance(actor, Customer):
        shared = await services.shares.share(actor, state.id)
        link = f"{link}?key={shared.secret}"
    answer = {"conversation": state.id, "reference": state.reference, "link": link}
    return web.json_response(answer, headers=UNSTORED)
