"""The HTML pages."""

import html
from urllib.parse import quote, urlencode

import orjson
from aiohttp import web

from chatserver.core.people import Rank
from chatserver.web.accept_language import preferred_language
from chatserver.web.app_keys import SERVICES, SETTINGS
from chatserver.web.auth import signed_in_technician
from chatserver.web.forwarded import site_url
from chatserver.web.security_headers import FRAMED, NO_STORE
from chatserver.web.static import ASSETS, CACHE_FOREVER, asset_response

routes = web.RouteTableDef()

SITE_PLACEHOLDER = b"'{{site}}'"

LOADER_CACHE = "public, max-age=300"
"""Five minutes: host pages load it on every view, and must get a new version soon."""


@routes.get("/")
async def start_page(request: web.Request) -> web.Response:
    """Serve the start page, or lead past it where there is no demo."""
    if request.app[SETTINGS].demo:
        return asset_response(request, "start/start.html")
    is_staff = await signed_in_technician(request) is not None
    headers = {"Location": "/console" if is_staff else "/chat", **NO_STORE}
    return web.Response(status=303, headers=headers)


@routes.get("/demo")
async def demo_page(request: web.Request) -> web.Response:
    """Serve a shop's page with the widget embedded; raises HTTPNotFound where there is no demo."""
    if not request.app[SETTINGS].demo:
        raise web.HTTPNotFound
    return asset_response(request, "demo/demo.html")


@routes.get("/widget.js")
async def widget_loader(request: web.Request) -> web.Response:
    """Serve the only script that a host page includes."""
    widget = request.app[SERVICES].site.current.widget
    widget_settings = {
        "accent": widget.accent,
        "position": widget.position,
        "label": widget.label,
        "language": widget.language,
    }
    # Without `<`, no setting can end the script element around it.
    filled = orjson.dumps(widget_settings).replace(b"<", b"\\u003c")
    return asset_response(
        request, "widget/loader.js", cache=LOADER_CACHE, fill={SITE_PLACEHOLDER: filled}
    )


@routes.get("/widget/bridge.js")
async def widget_bridge(request: web.Request) -> web.Response:
    """Serve the half of the loader that is loaded with the panel, as a module."""
    response = asset_response(request, "widget/bridge.js", cache=LOADER_CACHE)
    # Modules of another origin are fetched by CORS; this one is as public as the loader.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@routes.get("/widget")
async def widget(request: web.Request) -> web.Response:
    """Serve the chat panel, which host pages show in a frame."""
    response = asset_response(request, "widget/widget.html")
    response[FRAMED] = True
    _preload_words(request, response)
    return response


@routes.get("/chat")
async def chat_page(request: web.Request) -> web.Response:
    """Serve the panel as a page of its own; `?topic=` chooses a topic, `?language=` a language.

    Browsers without scripts are sent on to the form for a message.
    """
    form = html.escape(f"/chat/message?{urlencode(request.query)}")
    # Beside what the panel has in a frame: on a wide screen it is a column.
    more = (
        f'<noscript><meta http-equiv="refresh" content="0; url={form}" /></noscript>'
        f'<link rel="stylesheet" href="/static/{request.app[ASSETS].version}/widget/chat.css" />'
    )
    fill = {b"</head>": more.encode() + b"</head>"}
    response = asset_response(request, "widget/widget.html", fill=fill)
    _preload_words(request, response)
    return response


@routes.get("/chat.svg")
async def chat_qr_code(request: web.Request) -> web.Response:
    """Return the QR code (ISO/IEC 18004) of `/chat` as SVG, for printing.

    Raises Refused `invalid` for a `?topic=` that is none.
    """
    import segno  # 1 MB that few servers need.

    topic = await request.app[SERVICES].topics.check_topic(request.query.get("topic"))
    address = f"{site_url(request)}/chat" + (f"?{urlencode({'topic': topic})}" if topic else "")
    code = segno.make_qr(address, error="m").svg_inline(border=4, light="white", scale=8)
    return web.Response(text=code, content_type="image/svg+xml", headers=NO_STORE)


def _preload_words(request: web.Request, response: web.Response) -> None:
    """Save a round trip: the scripts request the words only after all modules are loaded."""
    words = _words_url(request)
    if words is not None:
        response.headers["Link"] = f"<{words}>; rel=preload; as=fetch; crossorigin"


def _words_url(request: web.Request) -> str | None:
    """Return the URL of the panel's words in the most likely language, or None."""
    setting = request.app[SERVICES].site.current.widget.language
    language = (
        (preferred_language(request) if setting == "auto" else setting).partition("-")[0].lower()
    )
    assets, name = request.app[ASSETS], f"i18n/{language}/widget.json"
    return f"/static/{assets.version}/{name}" if name in assets.files else None


@routes.get("/console")
async def console_page(request: web.Request) -> web.Response:
    """Serve the technicians' console, or redirect to the sign-in page."""
    if await signed_in_technician(request) is None:
        return _redirect_to_sign_in(request)
    return asset_response(request, "console/console.html")


@routes.get("/supervision")
async def supervision_page(request: web.Request) -> web.Response:
    """Serve the live overview, for supervisors and administrators."""
    return await _page_for_rank(request, Rank.SUPERVISOR, "supervision/supervision.html")


@routes.get("/administration")
async def administration_page(request: web.Request) -> web.Response:
    """Serve the administration, for administrators."""
    return await _page_for_rank(request, Rank.ADMIN, "administration/administration.html")


async def _page_for_rank(request: web.Request, rank: Rank, page: str) -> web.Response:
    technician = await signed_in_technician(request)
    if technician is None:
        return _redirect_to_sign_in(request)
    if technician.rank is Rank.ADMIN or (technician.rank.supervises and rank is Rank.SUPERVISOR):
        return asset_response(request, page)
    refused = asset_response(request, "login/refused.html", cache="no-store")
    refused.set_status(403)
    return refused


def _redirect_to_sign_in(request: web.Request) -> web.Response:
    # Returned, not raised: aiohttp sends a raised redirect without the security headers.
    headers = {"Location": f"/login?next={quote(request.path)}", "Cache-Control": "no-store"}
    return web.Response(status=303, headers=headers)


@routes.get("/login")
async def login_page(request: web.Request) -> web.Response:
    """Serve the sign-in page."""
    return asset_response(request, "login/login.html")


@routes.get("/static/{version}/{name:.+}")
async def static_file(request: web.Request) -> web.Response:
    """Serve a file under the current hash of the tree; an older hash gets 404."""
    if request.match_info["version"] != request.app[ASSETS].version:
        raise web.HTTPNotFound
    return asset_response(request, request.match_info["name"], cache=CACHE_FOREVER)
