"""The host page's word on who its customer is: a JSON Web Token (RFC 7519)."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from chatserver.core.errors import Code, Refused

LONGEST_S = 86_400
"""Seconds that a token may be good for: it ends up in browsers."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A customer as the host page knows them."""

    subject: str
    name: str | None = None
    email: str | None = None


class _Claims(BaseModel):
    sub: Annotated[str, Field(min_length=1, max_length=255)]
    exp: int
    nbf: int = 0
    name: Annotated[str, Field(max_length=200)] | None = None
    email: Annotated[str, Field(max_length=320)] | None = None


def read_identity(token: str, secret: str, now: int) -> Identity:
    """Whom the token names at `now` (ms); raises Refused `not_signed_in` for a bad one.

    HS256 only; `sub` and `exp` are needed, `exp` at most 24 h ahead.
    """
    # Only a server whose host page vouches for its customers needs it, and what it loads.
    import jwt

    # The clock is ours, so PyJWT checks the signature and we check the times.
    options: jwt.types.Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    try:
        payload = jwt.decode(token, secret, algorithms=["HS256"], options=options)
        claims = _Claims.model_validate(payload)
    except (jwt.InvalidTokenError, ValidationError):
        raise Refused(Code.NOT_SIGNED_IN) from None
    seconds = now / 1_000
    if not max(seconds, claims.nbf) < claims.exp <= seconds + LONGEST_S or claims.nbf > seconds:
        raise Refused(Code.NOT_SIGNED_IN)
    return Identity(claims.sub, claims.name, claims.email)
