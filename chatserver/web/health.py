"""Endpoints for operators: liveness, readiness and metrics."""

from typing import Protocol

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from chatserver.web.security_headers import NO_STORE


class Health(Protocol):
    """The readiness of this server."""

    def troubles(self) -> list[str]:
        """Return the reasons to send customers elsewhere; empty if there are none."""

    def warnings(self) -> list[str]:
        """Return what an operator has to mend while customers are served all the same."""


HEALTH = web.AppKey("health", Health)
REGISTRY = web.AppKey("registry", CollectorRegistry)

routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(_: web.Request) -> web.Response:
    """Return 200 as long as the event loop runs."""
    return web.json_response({"status": "alive"}, headers=NO_STORE)


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """Return 503 with the reasons while this server should get no new customers."""
    health = request.app[HEALTH]
    troubles = health.troubles()
    status = "not ready" if troubles else "ready"
    return web.json_response(
        {"status": status, "troubles": troubles, "warnings": health.warnings()},
        status=503 if troubles else 200,
        headers=NO_STORE,
    )


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Return the metrics in the text format of Prometheus."""
    body = generate_latest(request.app[REGISTRY])
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
