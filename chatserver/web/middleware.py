"""Middleware: errors as documents or pages, cross-site requests refused, slow bodies cut off."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import orjson
import structlog
from aiohttp import web

from chatserver.auth.origins import Origins
from chatserver.core.errors import ChatError, Code, Refused
from chatserver.protocol.error_messages import error_fields
from chatserver.web.accept_language import preferred_language, reader_texts
from chatserver.web.app_keys import SETTINGS
from chatserver.web.error_page import error_page, title_of, wants_page
from chatserver.web.forwarded import request_scheme

ORIGINS = web.AppKey("origins", Origins)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MARKER_HEADERS = {"/files": "X-File-Name", "/verify": "X-File-Name", "/live/frames": "X-Session"}
"""Paths that accept other bodies than JSON, with the custom header that each requires.

A page of another site cannot send a custom header without a CORS preflight, which fails.
"""

FORM_PATH = "/chat/message"
"""The path that accepts a form: from our own page, and for a customer who is new each time."""

MIN_UPLOAD_BYTES_PER_S = 8_192
"""The slowest average rate of an upload in bytes a second."""

FORM_TYPE = "application/x-www-form-urlencoded"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STATUS = {
    Code.BAD_FRAME: 400,
    Code.UNKNOWN_TYPE: 400,
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
CODE_BY_STATUS = {
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
async def problem_responses(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into `application/problem+json` (RFC 9457), or a page where a person
    navigates to it; redirects pass."""
    try:
        return await handler(request)
    except ChatError as error:
        return _problem(request, error, STATUS[error.code])
    except web.HTTPException as error:
        if error.status < 400:
            raise
        known = CODE_BY_STATUS.get(error.status, Code.UNAVAILABLE)
        # The messages of the codes are about conversations, this is about the address.
        detail = title_of(reader_texts(request), error.status)
        response = _problem(request, Refused(known), error.status, detail)
        # RFC 9110 requires Allow with 405 and Upgrade with 426.
        for header in ("Allow", "Upgrade"):
            if header in error.headers:
                response.headers[header] = error.headers[header]
        return response
    except ConnectionResetError:
        if request.transport is not None:
            raise
        # The client has disconnected. aiohttp would log an error for each such request.
        return web.Response()
    except Exception:
        _log.exception("request failed", method=request.method, path=request.path)
        return _problem(request, Refused(Code.UNAVAILABLE), 500)


@web.middleware
async def reject_cross_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse state-changing requests that come from another site's page (CSRF).

    Browsers state the origin of a request (Sec-Fetch-Site, Origin) and send a preflight before
    JSON goes to another site. A request without these headers is not a browser's, so it carries no
    cookie that could be abused.
    """
    if request.method in SAFE_METHODS:
        return await handler(request)
    origin = request.headers.get("Origin")
    is_own_origin = origin is None or request.app[ORIGINS].is_own(
        origin, request_scheme(request), request.host
    )
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if not is_own_origin or site not in ("same-origin", "none"):
        raise Refused(Code.NOT_ALLOWED)
    is_marked = MARKER_HEADERS.get(request.path, "") in request.headers
    is_form = request.path == FORM_PATH and request.content_type == FORM_TYPE
    is_encoded = request.headers.get("Content-Encoding", "identity").lower() != "identity"
    # Forms and text/plain can be posted across sites without a preflight; JSON cannot. An encoded
    # body is refused because unpacking could exceed the size limit.
    is_accepted = is_form or is_marked or request.content_type == "application/json"
    if is_encoded or not is_accepted:
        raise web.HTTPUnsupportedMediaType
    return await handler(request)


@web.middleware
async def body_timeout(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 408 if the body arrives so slowly that it may never end."""
    settings = request.app[SETTINGS]
    if not request.can_read_body or not settings.body_s:
        return await handler(request)
    # The declared length extends the time, capped at the largest body that is accepted: a client
    # must not buy hours by declaring petabytes.
    length = min(request.content_length or 0, settings.largest_body)
    try:
        async with asyncio.timeout(settings.body_s + length / MIN_UPLOAD_BYTES_PER_S) as limit:
            return await handler(request)
    except TimeoutError:
        # A TimeoutError of something inside the handler is not the client's fault and passes.
        if limit.expired():
            raise web.HTTPRequestTimeout from None
        raise


def _problem(
    request: web.Request, error: ChatError, status: int, detail: str | None = None
) -> web.Response:
    response = (
        error_page(request, error, status)
        if wants_page(request)
        else _problem_document(request, error, status, detail)
    )
    if error.retry_after is not None:
        # Whole seconds (RFC 9110, section 10.2.3), rounded up: a client that comes back 1 ms early
        # is refused again.
        response.headers["Retry-After"] = str(-(-error.retry_after // 1_000))
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _problem_document(
    request: web.Request, error: ChatError, status: int, detail: str | None
) -> web.Response:
    fields = error_fields(error, preferred_language(request))
    message = fields.pop("message")
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or message,
        **fields,
    }
    return web.Response(
        status=status,
        body=orjson.dumps(document),
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"},
    )
