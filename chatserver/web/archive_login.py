"""Coming into one's own archive and leaving it: `POST /archive/link`, `…/open`, `…/leave`."""

from aiohttp import web
from pydantic import BaseModel

from chatserver.auth.cookies import Cookie
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer
from chatserver.web.auth import Secret, body, cookie, drop_cookie, keep_cookie, remote, who
from chatserver.web.middleware import locale
from chatserver.web.services import SERVICES
from chatserver.web.shares import UNSTORED, site
from chatserver.web.static import respond

routes = web.RouteTableDef()


class LinkSecret(BaseModel):
    """The secret of a link."""

    key: Secret


class ReferenceClaim(BaseModel):
    """A conversation's reference, and the address of its customer."""

    reference: Secret
    email: Secret


class SignOutForm(BaseModel):
    """`everywhere` ends all visits, and all links that were given out."""

    everywhere: bool = False


@routes.get("/archive")
async def page(request: web.Request) -> web.Response:
    """The page; what it shows, it asks for."""
    response = respond(request, "archive/archive.html")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@routes.get("/archive/ways")
async def ways(request: web.Request) -> web.Response:
    """How the archive can be opened here."""
    letters = request.app[SERVICES].letters
    return web.json_response({"mail": letters.are_sent}, headers=UNSTORED)


@routes.post("/archive/mail")
async def mail(request: web.Request) -> web.Response:
    """Mail a link to who names a conversation and the address that its customer confirmed.

    Everybody else is answered the same.
    """
    given = await body(request, ReferenceClaim)
    await request.app[SERVICES].letters.invite_by_reference(
        given.reference, given.email, locale(request), remote(request)
    )
    return web.json_response({}, status=202, headers=UNSTORED)


@routes.post("/archive/link")
async def link(request: web.Request) -> web.Response:
    """A link for the customer whose token this is; it works once and not for long."""
    services = request.app[SERVICES]
    customer = await who(request)
    if not isinstance(customer, Customer):
        raise Refused(Code.NOT_ALLOWED)
    valid_for = round(services.settings.archive_link_valid_for_s * 1_000)
    secret, until = await services.entrance.invite(customer, valid_for, "widget")
    answer = {"url": f"{site(request)}/archive#key={secret}", "valid_until": until}
    return web.json_response(answer, status=201, headers=UNSTORED)


@routes.post("/archive/open")
async def enter(request: web.Request) -> web.Response:
    """Take a link's secret for a visit, whose secret no script can read."""
    services = request.app[SERVICES]
    given = await body(request, LinkSecret)
    customer, visit = await services.entrance.enter(given.key, remote(request))
    response = web.json_response({"name": customer.name}, headers=UNSTORED)
    # It ends with the browser, or with its time, whichever is first.
    keep_cookie(request, response, Cookie.VISIT, visit)
    return response


@routes.post("/archive/leave")
async def leave(request: web.Request) -> web.Response:
    """End the visit."""
    services = request.app[SERVICES]
    given = await body(request, SignOutForm)
    if given.everywhere:
        await services.entrance.close(await owner(request))
    else:
        await services.entrance.leave(cookie(request, Cookie.VISIT))
    response = web.json_response({}, headers=UNSTORED)
    drop_cookie(request, response, Cookie.VISIT)
    return response


async def owner(request: web.Request) -> Customer:
    """Whose archive is asked for: by the visit's cookie, or by the customer's token.

    Raises Refused `not_signed_in` for nobody's, `not_allowed` for technicians.
    """
    if "Authorization" in request.headers:
        customer = await who(request)
        if isinstance(customer, Customer):
            return customer
        raise Refused(Code.NOT_ALLOWED)
    visitor = await request.app[SERVICES].entrance.visitor(cookie(request, Cookie.VISIT))
    if visitor is None:
        raise Refused(Code.NOT_SIGNED_IN)
    return visitor
