"""Cookies of the pages: read, set and deleted with the same attributes (RFC 6265bis)."""

from typing import Literal

from aiohttp import web

from chatserver.auth.cookie_names import Cookie, is_secure
from chatserver.web.app_keys import SETTINGS
from chatserver.web.forwarded import request_scheme


def read_cookie(request: web.Request, kind: Cookie) -> str:
    """Return the value of a cookie, or the empty string."""
    return request.cookies.get(kind.cookie_name(secure=_is_secure(request)), "")


def set_cookie(
    request: web.Request,
    response: web.Response,
    kind: Cookie,
    *,
    secret: str,
    valid_for_s: float | None = None,
    samesite: Literal["Lax", "Strict"] = "Strict",
) -> None:
    """Set a cookie that scripts cannot read (HttpOnly) for `valid_for_s` seconds.

    None makes it a session cookie, which ends when the browser is closed.
    """
    secure = _is_secure(request)
    response.set_cookie(
        # The name gets the prefix `__Host-` over TLS (RFC 6265bis), so that no subdomain can set
        # it.
        kind.cookie_name(secure=secure),
        secret,
        max_age=None if valid_for_s is None else round(valid_for_s),
        httponly=True,
        samesite=samesite,
        secure=secure,
        path="/",
    )


def delete_cookie(request: web.Request, response: web.Response, kind: Cookie) -> None:
    """Delete a cookie."""
    secure = _is_secure(request)
    response.del_cookie(kind.cookie_name(secure=secure), path="/", secure=secure, httponly=True)


def _is_secure(request: web.Request) -> bool:
    return is_secure(request_scheme(request), request.app[SETTINGS].public_url)
