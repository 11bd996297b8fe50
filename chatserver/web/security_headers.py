"""Headers that protect, put on every answer when it is sent, whatever made it."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import cast

from aiohttp import web

from chatserver.protocol.security_headers import CLOSED, HEADERS, POLICY
from chatserver.web.auth import scheme
from chatserver.web.services import SERVICES

POLICY_KEY = web.ResponseKey("policy", str)
"""A Content-Security-Policy of the answer's own."""

FRAMED = web.ResponseKey("framed", bool)
"""Mark on an answer that host pages show in a frame."""

SERVER = "chatserver"
"""What the server calls itself: which libraries, and how old they are, is nobody's business."""

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-src 'self'; media-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors "
)
ONE_YEAR = "max-age=31536000"


class GuardedRequest(web.Request):
    """A request whose answer is protected though no route and no middleware has ever seen it:
    aiohttp answers by itself what is no HTTP."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        await super()._prepare_hook(response)
        response.headers["Server"] = SERVER
        if POLICY not in response.headers:
            response.headers.update(CLOSED)


def guard(runner: web.AppRunner) -> None:
    """Let the listener that a runner has set up make guarded requests."""
    server = runner.server
    assert server is not None, "the runner is set up first"
    make = cast("Callable[..., web.Request]", server.request_factory)
    server.request_factory = partial(make, _cls=GuardedRequest)


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on an answer that is about to be sent."""
    framed = FRAMED in response
    is_part = request.path == "/widget.js" or request.path.startswith("/static/")
    response.headers.update(HEADERS)
    response.headers[POLICY] = response.get(POLICY_KEY) or PAGE_POLICY + _ancestors(
        request, framed=framed
    )
    if framed or (is_part and response.status < HTTPStatus.BAD_REQUEST):
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if framed:
        # Host pages that isolate themselves show only frames that do so, too.
        response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    if scheme(request) == "https":
        response.headers["Strict-Transport-Security"] = ONE_YEAR
    if "Upgrade" in request.headers:
        # A proxy may take it for granted that it was upgraded, and pass on whatever follows.
        response.headers["Connection"] = "close"
        response.force_close()


def _ancestors(request: web.Request, *, framed: bool) -> str:
    if not framed:
        return "'none'"
    allowed = request.app[SERVICES].settings.allowed_origins
    return " ".join(("'self'", *allowed))
