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
from chatserver.web.services import SERVICES


async def who(request: web.Request) -> Customer | Technician:
    """Whose token or cookie this is.

    Without any: `not_signed_in`. With a wrong one: `not_found`, as for what is not theirs.
    """
    services = request.app[SERVICES]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        customer = await services.people.find_customer_by_token(digest(token.strip()))
        found = customer or await services.sign_in.technician_of_api_token(token.strip())
        if found is None:
            raise Refused(Code.NOT_FOUND)
        return found
    technician = await signed_in(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    return technician


routes = web.RouteTableDef()

Body = TypeVar("Body", bound=BaseModel)
Secret = Annotated[str, Field(min_length=1, max_length=512)]


class SignInForm(BaseModel):
    """A login with its password, or a one-time link."""

    login: Secret | None = None
    password: Secret | None = None
    link: Secret | None = None


class PasswordForm(BaseModel):
    password: str


@routes.post("/login")
async def login(request: web.Request) -> web.Response:
    """Open a session; a former one of the same browser ends."""
    services = request.app[SERVICES]
    given = await body(request, SignInForm)
    asking = SignInAttempt(remote(request), cookie(request, Cookie.DEVICE))
    if given.link is not None:
        opened = await services.sign_in.with_link(given.link, asking)
    elif given.login is not None and given.password is not None:
        opened = await services.sign_in.with_password(given.login, given.password, asking)
    else:
        raise Refused(Code.INVALID, field="login")
    await _end_session(request)
    technician = opened.technician
    response = web.json_response(
        {
            "technician": {
                "id": technician.id,
                "name": technician.name,
                "role": technician.rank,
            },
            "password_set": await services.sign_in.has_password(technician),
        }
    )
    valid_for = services.settings.signed_in_for_s
    keep_cookie(request, response, Cookie.SESSION, opened.session, valid_for, "Lax")
    keep_cookie(request, response, Cookie.DEVICE, opened.device, KNOWN_FOR_MS / 1_000)
    return response


@routes.post("/logout")
async def logout(request: web.Request) -> web.Response:
    """End the session and the live sessions that stand on it."""
    await _end_session(request)
    response = web.Response(status=204)
    drop_cookie(request, response, Cookie.SESSION)
    return response


@routes.post("/password")
async def password(request: web.Request) -> web.Response:
    """Set one's own password."""
    technician = await signed_in(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    given = await body(request, PasswordForm)
    await request.app[SERVICES].sign_in.set_password(
        technician,
        given.password,
        cookie(request, Cookie.SESSION),
        cookie(request, Cookie.DEVICE),
    )
    return web.Response(status=204)


async def signed_in(request: web.Request) -> Technician | None:
    """Whose login cookie the request carries."""
    session = cookie(request, Cookie.SESSION)
    return await request.app[SERVICES].sign_in.technician_of_session(session) if session else None


def cookie(request: web.Request, kind: Cookie) -> str:
    """The secret that a browser carries, empty where there is none."""
    return request.cookies.get(kind.named(secure=_is_secure(request)), "")


def keep_cookie(
    request: web.Request,
    response: web.Response,
    kind: Cookie,
    secret: str,
    valid_for: float | None = None,
    samesite: Literal["Lax", "Strict"] = "Strict",
) -> None:
    """Let a browser carry a secret that no script can read, for so many seconds; None: until
    the browser is closed."""
    secure = _is_secure(request)
    response.set_cookie(
        kind.named(secure=secure),
        secret,
        max_age=None if valid_for is None else round(valid_for),
        httponly=True,
        samesite=samesite,
        secure=secure,
        path="/",
    )


def drop_cookie(request: web.Request, response: web.Response, kind: Cookie) -> None:
    """Let the browser forget a secret."""
    secure = _is_secure(request)
    response.del_cookie(kind.named(secure=secure), path="/", secure=secure, httponly=True)


def scheme(request: web.Request) -> str:
    """By which scheme the browser came."""
    forwarded = request.headers.get("X-Forwarded-Proto", "")
    trusted = request.app[SERVICES].settings.trusted_networks
    return client_scheme(request.scheme, request.remote or "", forwarded, trusted)


def remote(request: web.Request) -> str:
    """The address that limits count."""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    trusted = request.app[SERVICES].settings.trusted_networks
    return client_address(request.remote or "", forwarded, trusted)


def _is_secure(request: web.Request) -> bool:
    return is_secure(scheme(request), request.app[SERVICES].settings.public_url)


async def _end_session(request: web.Request) -> None:
    session = cookie(request, Cookie.SESSION)
    if session:
        await request.app[SERVICES].sign_in.sign_out(session)


async def body(request: web.Request, model: type[Body]) -> Body:
    """What was posted, checked; raises Refused `invalid` with the field."""
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Refused(Code.INVALID, field=".".join(map(str, location)) or "body") from None
