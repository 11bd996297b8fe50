"""The HTTP application: which path is answered by whom."""

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
from chatserver.web.middleware import problems, protected, timed
from chatserver.web.openapi import document
from chatserver.web.security_headers import protect
from chatserver.web.services import SERVICES, WebServices
from chatserver.web.static import ASSETS, Assets

BODY_LIMIT = 65_536
"""Bytes of a request's body; nothing that is posted here is larger."""


def build_web(services: WebServices) -> web.Application:
    """All pages; raises FileNotFoundError where they were not installed."""
    application = web.Application(
        middlewares=[problems, timed, protected], client_max_size=BODY_LIMIT
    )
    application.on_response_prepare.append(protect)
    application[SERVICES] = services
    application[document.PUBLISHED] = document.Published()
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
