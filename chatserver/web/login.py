"""Signing in and out: `POST /login`, `POST /logout`, `POST /password`."""

from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from chatserver.auth.addresses import client_address, client_scheme
from chatserver.auth.tokens import SESSION_COOKIE
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Technician
from chatserver.web.services import SERVICES

routes = web.RouteTableDef()

Body = TypeVar("Body", bound=BaseModel)
Secret = Annotated[str, Field(min_length=1, max_length=512)]


class Credentials(BaseModel):
    """A login with its password, or a one-time link."""

    login: Secret | None = None
    password: Secret | None = None
    link: Secret | None = None


class NewPassword(BaseModel):
    password: str


@routes.post("/login")
async def login(request: web.Request) -> web.Response:
    """Open a session; a former one of the same browser ends."""
    services = request.app[SERVICES]
    given = await body(request, Credentials)
    address = remote(request)
    if given.link is not None:
        technician, session = await services.sign_in.with_link(given.link, address)
    elif given.login is not None and given.password is not None:
        technician, session = await services.sign_in.with_password(
            given.login, given.password, address
        )
    else:
        raise Refused(Code.INVALID, field="login")
    await _end_session(request)
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
    response.set_cookie(
        SESSION_COOKIE,
        session,
        max_age=round(services.settings.signed_in_for_s),
        httponly=True,
        samesite="Lax",
        secure=is_secure(request),
        path="/",
    )
    return response


@routes.post("/logout")
async def logout(request: web.Request) -> web.Response:
    """End the session and the live sessions that stand on it."""
    await _end_session(request)
    response = web.Response(status=204)
    response.del_cookie(SESSION_COOKIE, path="/")
    return response


@routes.post("/password")
async def password(request: web.Request) -> web.Response:
    """Set one's own password."""
    technician = await signed_in(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    given = await body(request, NewPassword)
    session = request.cookies.get(SESSION_COOKIE, "")
    await request.app[SERVICES].sign_in.set_password(technician, given.password, session)
    return web.Response(status=204)


async def signed_in(request: web.Request) -> Technician | None:
    """Whose login cookie the request carries."""
    cookie = request.cookies.get(SESSION_COOKIE)
    return await request.app[SERVICES].sign_in.technician_of_session(cookie) if cookie else None


def is_secure(request: web.Request) -> bool:
    """Whether the browser came over TLS, here or at the proxy the operator has named."""
    public = request.app[SERVICES].settings.public_url or ""
    return scheme(request) == "https" or public.startswith("https://")


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


async def _end_session(request: web.Request) -> None:
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        await request.app[SERVICES].sign_in.sign_out(cookie)


async def body(request: web.Request, model: type[Body]) -> Body:
    """What was posted, checked; raises Refused `invalid` with the field."""
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Refused(Code.INVALID, field=".".join(map(str, location)) or "body") from None
