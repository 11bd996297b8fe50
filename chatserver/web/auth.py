"""Authentication over HTTP: `POST /login`, `POST /logout`, `POST /password`, tokens and cookies."""

from typing import Annotated, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from chatserver.auth.addresses import client_address, client_scheme
from chatserver.auth.cookies import Cookie, is_secure
from chatserver.auth.tokens import digest
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.services.sign_in import KNOWN_FOR_MS, SignInAttempt
from chatserver.web.services import SERVICES, SETTINGS


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
    technician = await signed_in_technician(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    return technician


routes = web.RouteTableDef()

Body = TypeVar("Body", bound=BaseModel)
Secret = Annotated[str, Field(min_length=1, max_length=512)]


class SignInForm(BaseModel):
    """A login with its password, or the secret of a single-use link."""

    login: Secret | None = None
    password: Secret | None = None
    link: Secret | None = None


class PasswordForm(BaseModel):
    password: str


@routes.post("/login")
async def login(request: web.Request) -> web.Response:
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
    await _end_session(request)
    technician = opened.technician
    response = web.json_response(
        {
            "technician": {
                "id": technician.id,
                "name": technician.name,
                "role": technician.rank,
            },
            "password_set": await people.sign_in.has_password(technician),
        }
    )
    # Lax, not Strict: with Strict, a technician following a link to the console from a mail or
    # ticket would have to sign in again. Cross-site POST requests carry neither.
    set_cookie(
        request,
        response,
        Cookie.SESSION,
        secret=opened.session,
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
async def logout(request: web.Request) -> web.Response:
    """End the session, and the live connections authenticated by it."""
    await _end_session(request)
    response = web.Response(status=204)
    delete_cookie(request, response, Cookie.SESSION)
    return response


@routes.post("/password")
async def password(request: web.Request) -> web.Response:
    """Set the technician's own password."""
    technician = await signed_in_technician(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    form = await parse_body(request, PasswordForm)
    await request.app[SERVICES].people.sign_in.set_password(
        technician,
        form.password,
        read_cookie(request, Cookie.SESSION),
        read_cookie(request, Cookie.DEVICE),
    )
    return web.Response(status=204)


async def signed_in_technician(request: web.Request) -> Technician | None:
    """Return the technician of the session cookie, or None."""
    session = read_cookie(request, Cookie.SESSION)
    if not session:
        return None
    return await request.app[SERVICES].people.sign_in.technician_of_session(session)


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


def _is_secure(request: web.Request) -> bool:
    return is_secure(request_scheme(request), request.app[SETTINGS].public_url)


async def _end_session(request: web.Request) -> None:
    session = read_cookie(request, Cookie.SESSION)
    if session:
        await request.app[SERVICES].people.sign_in.sign_out(session)


async def parse_body(request: web.Request, model: type[Body]) -> Body:
    """Parse the JSON body; raises Refused `invalid` with the name of the field."""
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Refused(Code.INVALID, field=".".join(map(str, location)) or "body") from None
