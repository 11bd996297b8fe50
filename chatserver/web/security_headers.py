"""Security headers, added to every response at the moment it is sent."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import cast

from aiohttp import web

from chatserver.protocol.strict_headers import HEADERS, POLICY, STRICT_HEADERS
from chatserver.web.app_keys import SETTINGS
from chatserver.web.forwarded import request_scheme

POLICY_KEY = web.ResponseKey("policy", str)
"""The Content-Security-Policy of a response that needs its own."""

LOADER = frozenset({"/widget.js", "/widget/bridge.js"})
"""The scripts that pages of other sites include."""

FRAMED = web.ResponseKey("framed", bool)
"""Marks a response that host pages show in a frame."""

NO_STORE = {"Cache-Control": "no-store"}
"""Headers of a response with data of a person: no cache may store it."""

SERVER = "chatserver"
"""The Server header; the versions of the libraries would help an attacker."""

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-src 'self'; media-src 'self' data: blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors "
)
"""The Content-Security-Policy of pages, up to the list of their frame ancestors."""

ONE_YEAR = "max-age=31536000"
"""The value of Strict-Transport-Security (RFC 6797), in seconds."""


class GuardedRequest(web.Request):
    """A request that gets secure response headers even without a route and middleware.

    aiohttp itself answers a request that is not valid HTTP, outside the application.
    """

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        await super()._prepare_hook(response)
        response.headers["Server"] = SERVER
        if POLICY not in response.headers:
            response.headers.update(STRICT_HEADERS)


def use_guarded_requests(runner: web.AppRunner) -> None:
    """Make the server of a runner that is set up create GuardedRequest objects."""
    server = runner.server
    assert server is not None, "the runner is set up first"
    # aiohttp offers no public way to choose the class of its own error responses' requests.
    make = cast("Callable[..., web.Request]", server.request_factory)
    server.request_factory = partial(make, _cls=GuardedRequest)


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers to a response that is about to be sent."""
    framed = FRAMED in response
    is_part = request.path in LOADER or request.path.startswith("/static/")
    response.headers.update(HEADERS)
    response.headers[POLICY] = response.get(POLICY_KEY) or PAGE_POLICY + _frame_ancestors(
        request, framed=framed
    )
    if framed or (is_part and response.status < HTTPStatus.BAD_REQUEST):
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if framed:
        # A host page with COEP (for SharedArrayBuffer) shows only frames that send it, too.
        response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    if request_scheme(request) == "https":
        response.headers["Strict-Transport-Security"] = ONE_YEAR
    if "Upgrade" in request.headers:
        # Request smuggling: a proxy may believe that the upgrade succeeded and pass the following
        # bytes on as a tunnel, so the connection is closed.
        response.headers["Connection"] = "close"
        response.force_close()


def _frame_ancestors(request: web.Request, *, framed: bool) -> str:
    if not framed:
        return "'none'"
    allowed = request.app[SETTINGS].allowed_origins
    return " ".join(("'self'", *allowed))
