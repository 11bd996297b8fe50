"""The HTTP application: all routes and the middleware around them."""

from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.origins import Origins
from chatserver.services.bundle import Services
from chatserver.settings import Settings
from chatserver.web import (
    admin,
    archive_login,
    audit,
    auth,
    customer_archive,
    erasure,
    files,
    health,
    left_message,
    mail,
    pages,
    privacy,
    sealing,
    shares,
    supervision,
    transcripts,
    verification,
)
from chatserver.web.app_keys import SERVICES, SETTINGS
from chatserver.web.middleware import ORIGINS, body_timeout, problem_responses, reject_cross_site
from chatserver.web.openapi import published
from chatserver.web.security_headers import add_security_headers
from chatserver.web.static import ASSETS, Assets

BODY_LIMIT = 65_536
"""The largest body of a request in bytes; uploads are streamed and have their own limit."""


PARTS = (
    pages,
    privacy,
    left_message,
    auth,
    transcripts,
    shares,
    audit,
    sealing,
    erasure,
    archive_login,
    customer_archive,
    mail,
    verification,
    files,
    admin,
    supervision,
    health,
    published,
)
"""The modules with routes; live sessions add theirs in `front`."""


def build_web(
    services: Services,
    settings: Settings,
    *,
    static: Path,
    origins: Origins,
    readiness: health.Health,
    registry: CollectorRegistry,
    verifications: KeyedRateLimiter,
    forms: KeyedRateLimiter,
) -> web.Application:
    """Build the application; raises FileNotFoundError if the pages are not installed.

    `verifications` limits the attempts to verify a file, and `forms` the messages left without
    scripts, for each address.
    """
    application = web.Application(
        middlewares=[problem_responses, body_timeout, reject_cross_site], client_max_size=BODY_LIMIT
    )
    application.on_response_prepare.append(add_security_headers)
    application[SERVICES] = services
    application[SETTINGS] = settings
    application[ORIGINS] = origins
    application[health.HEALTH] = readiness
    application[health.REGISTRY] = registry
    application[verification.VERIFICATION_LIMITER] = verifications
    application[left_message.FORM_LIMITER] = forms
    application[published.PUBLISHED] = published.PublishedDocument()
    application[ASSETS] = Assets.load(static, bundled=not settings.page_sources)
    for part in PARTS:
        application.add_routes(part.routes)
    return application
