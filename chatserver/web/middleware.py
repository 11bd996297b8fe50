"""Around every answer: errors in one form, forged requests refused."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import orjson
import structlog
from aiohttp import web

from chatserver.core.errors import ChatError, Code, Refused
from chatserver.i18n.languages import FALLBACK
from chatserver.protocol.error_messages import error_fields
from chatserver.web.auth import scheme
from chatserver.web.services import SERVICES

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NOT_JSON = {"/files": "X-File-Name", "/verify": "X-File-Name", "/live/frames": "X-Session"}
"""Where something else than JSON is posted, with a header that other sites' pages cannot send."""

SLOWEST = 8_192
"""Bytes a second that an upload must come to on the whole."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STATUS = {
    Code.INVALID: 422,
    Code.TOO_LONG: 413,
    Code.NOT_FOUND: 404,
    Code.NOT_ALLOWED: 403,
    Code.NOT_SIGNED_IN: 401,
    Code.CLOSED: 409,
    Code.CONFLICT: 409,
    Code.RATE_LIMITED: 429,
    Code.TOO_MANY: 429,
    Code.QUEUE_FULL: 503,
    Code.UNAVAILABLE: 503,
    Code.STORAGE_FULL: 507,
}
CODE_OF = {
    400: Code.BAD_FRAME,
    401: Code.NOT_SIGNED_IN,
    403: Code.NOT_ALLOWED,
    404: Code.NOT_FOUND,
    405: Code.NOT_ALLOWED,
    408: Code.UNAVAILABLE,
    413: Code.TOO_LONG,
    415: Code.INVALID,
    426: Code.INVALID,
}

_log: structlog.stdlib.BoundLogger = structlog.get_logger("web")


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error as `application/problem+json` (RFC 9457); redirects pass."""
    try:
        return await handler(request)
    except ChatError as error:
        return _problem(request, error, STATUS.get(error.code, 400))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        known = CODE_OF.get(error.status, Code.UNAVAILABLE)
        response = _problem(request, Refused(known), error.status)
        for header in ("Allow", "Upgrade"):
            if header in error.headers:
                response.headers[header] = error.headers[header]
        return response
    except ConnectionResetError:
        if request.transport is not None:
            raise
        # Who asked has left; aiohttp would write an error into the log for each of them.
        return web.Response()
    except Exception:
        _log.exception("request failed", method=request.method, path=request.path)
        return _problem(request, Refused(Code.UNAVAILABLE), 500)


@web.middleware
async def protected(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page sends in the name of somebody signed in here.

    Browsers say where a request comes from (Sec-Fetch-Site, Origin) and ask first before they
    send JSON elsewhere; a request that says nothing is not a browser's and has no cookie to abuse.
    """
    if request.method in SAFE_METHODS:
        return await handler(request)
    origin = request.headers.get("Origin")
    own = origin is None or request.app[SERVICES].origins.is_own(
        origin, scheme(request), request.host
    )
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if not own or site not in ("same-origin", "none"):
        raise Refused(Code.NOT_ALLOWED)
    is_marked = NOT_JSON.get(request.path, "") in request.headers
    is_packed = request.headers.get("Content-Encoding", "identity").lower() != "identity"
    if is_packed or (not is_marked and request.content_type != "application/json"):
        raise web.HTTPUnsupportedMediaType
    return await handler(request)


@web.middleware
async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 408 to what comes so slowly that it may never end."""
    settings = request.app[SERVICES].settings
    if not request.can_read_body or not settings.body_s:
        return await handler(request)
    length = min(request.content_length or 0, settings.largest_body)
    try:
        async with asyncio.timeout(settings.body_s + length / SLOWEST) as limit:
            return await handler(request)
    except TimeoutError:
        if limit.expired():
            raise web.HTTPRequestTimeout from None
        raise


def accepted_languages(request: web.Request) -> list[str]:
    """Return the tags of `Accept-Language` in their order, which browsers send best first."""
    tags = request.headers.get("Accept-Language", "").split(",")
    return [tag.partition(";")[0].strip() for tag in tags]


def locale(request: web.Request) -> str:
    """Return the first language the browser accepts, English where it says none."""
    return accepted_languages(request)[0] or FALLBACK


def _problem(request: web.Request, error: ChatError, status: int) -> web.Response:
    fields = error_fields(error, locale(request))
    detail = fields.pop("message")
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **fields,
    }
    response = web.Response(
        status=status,
        body=orjson.dumps(document),
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(-(-error.retry_after // 1_000))
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
