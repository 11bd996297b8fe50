"""The pages that browsers open."""

from urllib.parse import quote

from aiohttp import web

from chatserver.core.people import Rank
from chatserver.web.auth import signed_in
from chatserver.web.middleware import locale
from chatserver.web.security_headers import FRAMED
from chatserver.web.services import SERVICES
from chatserver.web.static import ASSETS, FOR_EVER, respond

routes = web.RouteTableDef()

LOADER_CACHE = "public, max-age=300"
"""Host pages load it again and again, and should have a new one within minutes."""


@routes.get("/")
async def index(request: web.Request) -> web.Response:
    """Where to go from here."""
    return respond(request, "start/start.html")


@routes.get("/demo")
async def demo(request: web.Request) -> web.Response:
    """A page of a shop with the widget embedded."""
    return respond(request, "demo/demo.html")


@routes.get("/widget.js")
async def loader(request: web.Request) -> web.Response:
    """The one file that a host page loads."""
    widget = request.app[SERVICES].site.site.widget
    chosen = {
        "accent": widget.accent,
        "position": widget.position,
        "label": widget.label,
        "language": widget.language,
    }
    return respond(request, "widget/loader.js", cache=LOADER_CACHE, site=chosen)


@routes.get("/widget")
async def widget(request: web.Request) -> web.Response:
    """The panel, shown in a frame on the host's pages."""
    response = respond(request, "widget/widget.html")
    response[FRAMED] = True
    words = _likely_words(request)
    if words is not None:
        # Its scripts ask for the words only when all of them have been read.
        response.headers["Link"] = f"<{words}>; rel=preload; as=fetch; crossorigin"
    return response


def _likely_words(request: web.Request) -> str | None:
    """The address of the panel's words in the language it will most likely show."""
    chosen = request.app[SERVICES].site.site.widget.language
    language = (locale(request) if chosen == "auto" else chosen).partition("-")[0].lower()
    assets, name = request.app[ASSETS], f"i18n/{language}/widget.json"
    return f"/static/{assets.version}/{name}" if name in assets.files else None


@routes.get("/console")
async def console(request: web.Request) -> web.Response:
    """The technicians' console; who is not signed in is sent to the sign-in page."""
    if await signed_in(request) is None:
        return _to_sign_in(request)
    return respond(request, "console/console.html")


@routes.get("/supervision")
async def supervision(request: web.Request) -> web.Response:
    """What goes on at the desk, for supervisors and administrators."""
    return await _for(request, Rank.SUPERVISOR, "supervision/supervision.html")


@routes.get("/administration")
async def administration(request: web.Request) -> web.Response:
    """What administrators choose."""
    return await _for(request, Rank.ADMIN, "administration/administration.html")


async def _for(request: web.Request, rank: Rank, page: str) -> web.Response:
    technician = await signed_in(request)
    if technician is None:
        return _to_sign_in(request)
    if technician.rank is Rank.ADMIN or (technician.rank.supervises and rank is Rank.SUPERVISOR):
        return respond(request, page)
    refused = respond(request, "login/refused.html", cache="no-store")
    refused.set_status(403)
    return refused


def _to_sign_in(request: web.Request) -> web.Response:
    # Answered and not raised, so that it passes where the protecting headers are put on.
    headers = {"Location": f"/login?next={quote(request.path)}", "Cache-Control": "no-store"}
    return web.Response(status=303, headers=headers)


@routes.get("/login")
async def login_page(request: web.Request) -> web.Response:
    """Where technicians sign in."""
    return respond(request, "login/login.html")


@routes.get("/static/{version}/{name:.+}")
async def static(request: web.Request) -> web.Response:
    """A file of the pages, under the hash of the whole tree."""
    if request.match_info["version"] != request.app[ASSETS].version:
        raise web.HTTPNotFound
    return respond(request, request.match_info["name"], cache=FOR_EVER)
