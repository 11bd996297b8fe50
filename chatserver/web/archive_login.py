"""Sign-in to a customer's archive by link: `POST /archive/link`, `…/open`, `…/leave`."""

from aiohttp import web
from pydantic import BaseModel

from chatserver.auth.cookie_names import Cookie
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer
from chatserver.settings import ms
from chatserver.web.accept_language import preferred_language
from chatserver.web.app_keys import SERVICES, SETTINGS
from chatserver.web.auth import authenticated_actor
from chatserver.web.cookies import delete_cookie, read_cookie, set_cookie
from chatserver.web.forwarded import remote_address, site_url
from chatserver.web.request_body import Secret, parse_body
from chatserver.web.security_headers import NO_STORE
from chatserver.web.static import asset_response

routes = web.RouteTableDef()


class LinkSecret(BaseModel):
    """The secret of a sign-in link."""

    key: Secret


class ReferenceClaim(BaseModel):
    """A conversation's reference, and the e-mail address its customer confirmed."""

    reference: Secret
    email: Secret


class SignOutForm(BaseModel):
    """`everywhere` ends all sessions in the archive and withdraws all links."""

    everywhere: bool = False


@routes.get("/archive")
async def archive_page(request: web.Request) -> web.Response:
    """Serve the archive page, which loads its data itself."""
    response = asset_response(request, "archive/archive.html")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@routes.get("/archive/ways")
async def sign_in_ways(request: web.Request) -> web.Response:
    """Return the ways to open the archive on this server."""
    letters = request.app[SERVICES].mail.requests
    return web.json_response({"mail": letters.is_enabled}, headers=NO_STORE)


@routes.post("/archive/mail")
async def mail_link(request: web.Request) -> web.Response:
    """Mail a sign-in link, given a reference and the address its customer confirmed.

    The response is the same for a wrong reference or address, so that it reveals nothing.
    """
    form = await parse_body(request, ReferenceClaim)
    await request.app[SERVICES].mail.requests.request_invitation_by_reference(
        form.reference, form.email, preferred_language(request), remote_address(request)
    )
    return web.json_response({}, status=202, headers=NO_STORE)


@routes.post("/archive/link")
async def create_link(request: web.Request) -> web.Response:
    """Create a single-use sign-in link for the customer with this token."""
    archive = request.app[SERVICES].archive
    customer = await authenticated_actor(request)
    if not isinstance(customer, Customer):
        raise Refused(Code.NOT_ALLOWED)
    valid_for_ms = ms(request.app[SETTINGS].archive_link_valid_for_s)
    secret, until = await archive.login.create_invitation(customer, valid_for_ms, "widget")
    answer = {"url": f"{site_url(request)}/archive#key={secret}", "valid_until": until}
    return web.json_response(answer, status=201, headers=NO_STORE)


@routes.post("/archive/open")
async def sign_in(request: web.Request) -> web.Response:
    """Consume the secret of a link and start a session in the archive."""
    archive = request.app[SERVICES].archive
    form = await parse_body(request, LinkSecret)
    customer, visit = await archive.login.redeem_invitation(form.key, remote_address(request))
    response = web.json_response({"name": customer.name}, headers=NO_STORE)
    # Without Max-Age: the cookie ends with the browser or the session, whichever is first.
    set_cookie(request, response, Cookie.VISIT, secret=visit)
    return response


@routes.post("/archive/leave")
async def sign_out(request: web.Request) -> web.Response:
    """End the session in the archive."""
    archive = request.app[SERVICES].archive
    form = await parse_body(request, SignOutForm)
    if form.everywhere:
        await archive.login.end_all_visits(await archive_owner(request))
    else:
        await archive.login.end_visit(read_cookie(request, Cookie.VISIT))
    response = web.json_response({}, headers=NO_STORE)
    delete_cookie(request, response, Cookie.VISIT)
    return response


async def archive_owner(request: web.Request) -> Customer:
    """Return the customer of the requested archive, by the session cookie or the token.

    Raises Refused `not_signed_in` without either, `not_allowed` for technicians.
    """
    if "Authorization" in request.headers:
        actor = await authenticated_actor(request)
        if isinstance(actor, Customer):
            return actor
        raise Refused(Code.NOT_ALLOWED)
    customer = await request.app[SERVICES].archive.login.find_visitor(
        read_cookie(request, Cookie.VISIT)
    )
    if customer is None:
        raise Refused(Code.NOT_SIGNED_IN)
    return customer
