"""Who asks over HTTP: a customer by token, a technician by token or cookie."""

from aiohttp import web

from chatserver.auth.tokens import digest
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.web.auth import signed_in
from chatserver.web.services import SERVICES


async def who(request: web.Request) -> Customer | Technician:
    """Whose token or cookie this is.

    Without any: `not_signed_in`. With a wrong one: `not_found`, as for what is not theirs.
    """
    services = request.app[SERVICES]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        customer = await services.people.customer_by_token(digest(token.strip()))
        found = customer or await services.sign_in.technician_of_api_token(token.strip())
        if found is None:
            raise Refused(Code.NOT_FOUND)
        return found
    technician = await signed_in(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    return technician
