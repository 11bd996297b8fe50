"""The client's address and scheme behind trusted proxies, from their `X-Forwarded-…` headers."""

from aiohttp import web

from chatserver.auth.addresses import client_address, client_scheme
from chatserver.web.app_keys import SETTINGS


def request_scheme(request: web.Request) -> str:
    """Return the scheme the browser used, as a trusted proxy reports it."""
    forwarded = request.headers.get("X-Forwarded-Proto", "")
    trusted = request.app[SETTINGS].trusted_networks
    return client_scheme(request.scheme, request.remote or "", forwarded, trusted)


def remote_address(request: web.Request) -> str:
    """Return the client's address that rate limits count."""
    # A client can send this header itself. Only entries added by trusted proxies count, or a fake
    # address would evade every limit.
    forwarded = request.headers.getall("X-Forwarded-For", [])
    trusted = request.app[SETTINGS].trusted_networks
    return client_address(request.remote or "", forwarded, trusted)


def site_url(request: web.Request) -> str:
    """Return the base URL by which the browser reaches this server."""
    public = request.app[SETTINGS].public_url
    return public.rstrip("/") if public else f"{request_scheme(request)}://{request.host}"
