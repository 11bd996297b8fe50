"""Authentication over HTTP: `POST /login`, `POST /logout`, `POST /password`, tokens and cookies."""

from aiohttp import web
from pydantic import BaseModel

from chatserver.auth.cookie_names import Cookie
from chatserver.auth.tokens import digest
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.services.sign_in import KNOWN_FOR_MS, SignInAttempt
from chatserver.web.app_keys import SERVICES, SETTINGS
from chatserver.web.cookies import delete_cookie, read_cookie, set_cookie
from chatserver.web.forwarded import remote_address
from chatserver.web.request_body import Secret, parse_body
from chatserver.web.security_headers import NO_STORE


async def authenticated_actor(request: web.Request) -> Customer | Technician:
    """Return the customer or technician of the request's bearer token or session cookie.

    Raises Refused `not_signed_in` without either. A wrong token raises `not_found`, like a
    conversation of another customer, so that it cannot be told from a right one.
    """
    people = request.app[SERVICES].people
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        customer = await people.customers.store.find_customer_by_token(digest(token.strip()))
        found = customer or await people.sign_in.technician_of_api_token(token.strip())
        if found is None:
            raise Refused(Code.NOT_FOUND)
        return found
    return await require_technician(request)


async def authenticated_technician(request: web.Request) -> Technician:
    """Return the technician of the request, for paths that do not exist for customers.

    Raises Refused `not_signed_in` without credentials, `not_found` for a customer.
    """
    actor = await authenticated_actor(request)
    if isinstance(actor, Customer):
        raise Refused(Code.NOT_FOUND)
    return actor


routes = web.RouteTableDef()


class SignInForm(BaseModel):
    """A login with its password, or the secret of a single-use link."""

    login: Secret | None = None
    password: Secret | None = None
    link: Secret | None = None


class PasswordForm(BaseModel):
    password: str


@routes.post("/login")
async def sign_in(request: web.Request) -> web.Response:
    """Sign in; a former session of the same browser ends."""
    people = request.app[SERVICES].people
    form = await parse_body(request, SignInForm)
    attempt = SignInAttempt(remote_address(request), read_cookie(request, Cookie.DEVICE))
    if form.link is not None:
        opened = await people.sign_in.with_link(form.link, attempt)
    elif form.login is not None and form.password is not None:
        opened = await people.sign_in.with_password(form.login, form.password, attempt)
    else:
        raise Refused(Code.INVALID, field="login")
    # Only after the new session is open: a failed sign-in leaves the old one as it was.
    await _end_sign_in(request)
    technician = opened.technician
    response = web.json_response(await _account_fields(request, technician))
    # Lax, not Strict: with Strict, a technician following a link to the console from a mail or
    # ticket would have to sign in again. Cross-site POST requests carry neither.
    set_cookie(
        request,
        response,
        Cookie.SESSION,
        secret=opened.secret,
        valid_for_s=request.app[SETTINGS].signed_in_for_s,
        samesite="Lax",
    )
    set_cookie(
        request,
        response,
        Cookie.DEVICE,
        secret=opened.device,
        valid_for_s=KNOWN_FOR_MS / 1_000,
    )
    return response


@routes.post("/logout")
async def sign_out(request: web.Request) -> web.Response:
    """End the session, and the live connections authenticated by it."""
    await _end_sign_in(request)
    response = web.Response(status=204)
    delete_cookie(request, response, Cookie.SESSION)
    return response


@routes.get("/account")
async def own_account(request: web.Request) -> web.Response:
    """Return the signed-in technician."""
    technician = await require_technician(request)
    return web.json_response(await _account_fields(request, technician), headers=NO_STORE)


@routes.post("/password")
async def change_password(request: web.Request) -> web.Response:
    """Set the technician's own password."""
    technician = await require_technician(request)
    form = await parse_body(request, PasswordForm)
    await request.app[SERVICES].people.sign_in.set_password(
        technician,
        form.password,
        read_cookie(request, Cookie.SESSION),
        read_cookie(request, Cookie.DEVICE),
    )
    return web.Response(status=204)


async def require_technician(request: web.Request) -> Technician:
    """Return the technician of the login cookie; raises Refused `not_signed_in`."""
    technician = await signed_in_technician(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    return technician


async def signed_in_technician(request: web.Request) -> Technician | None:
    """Return the technician of the session cookie, or None."""
    session = read_cookie(request, Cookie.SESSION)
    if not session:
        return None
    return await request.app[SERVICES].people.sign_in.technician_signed_in_by(session)


async def _account_fields(request: web.Request, technician: Technician) -> dict[str, object]:
    has_password = await request.app[SERVICES].people.sign_in.has_password(technician)
    return {
        "technician": {
            "id": technician.id,
            "name": technician.name,
            "role": technician.rank,
        },
        "password_set": has_password,
    }


async def _end_sign_in(request: web.Request) -> None:
    session = read_cookie(request, Cookie.SESSION)
    if session:
        await request.app[SERVICES].people.sign_in.sign_out(session)
