"""The HTTP application: all routes and the middleware around them."""

from aiohttp import web

from chatserver.web import (
    admin,
    archive,
    archive_login,
    auth,
    erasure,
    files,
    health,
    mail,
    own,
    pages,
    sealing,
    shares,
    transcripts,
    verification,
    zips,
)
from chatserver.web.middleware import body_timeout, problem_responses, reject_cross_site
from chatserver.web.openapi import document
from chatserver.web.security_headers import add_security_headers
from chatserver.web.services import SERVICES, WebServices
from chatserver.web.static import ASSETS, Assets

BODY_LIMIT = 65_536
"""The largest body of a request in bytes; uploads are streamed and have their own limit."""


def build_web(services: WebServices) -> web.Application:
    """Build the application; raises FileNotFoundError if the pages are not installed."""
    application = web.Application(
        middlewares=[problem_responses, body_timeout, reject_cross_site], client_max_size=BODY_LIMIT
    )
    application.on_response_prepare.append(add_security_headers)
    application[SERVICES] = services
    application[document.PUBLISHED] = document.PublishedDocument()
    application[ASSETS] = Assets.read(services.static)
    parts = (
        pages,
        auth,
        zips,
        transcripts,
        shares,
        sealing,
        erasure,
        archive_login,
        archive,
        own,
        mail,
        verification,
        files,
        admin,
        health,
        document,
    )
    for part in parts:
        application.add_routes(part.routes)
    return application
