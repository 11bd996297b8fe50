"""Identity tokens: JSON Web Tokens (RFC 7519) by which a host page vouches for its customer."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError, field_validator

from chatserver.core.errors import Code, Refused

MAX_LIFETIME_S = 86_400
"""The longest validity of a token in seconds; short, because browsers and logs keep it."""

LEEWAY_S = 60
"""Seconds by which the clock of the host page's server may differ from ours (RFC 7519 §4.1.4)."""


# NaN, which Python's JSON reads, would be neither too early nor too late.
NumericDate = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Identity:
    """A customer as the host page knows them; `subject` is the page's id for them."""

    subject: str
    name: str | None = None
    email: str | None = None


class IdentityRefused(Refused):
    """An identity token is not valid; `reason` tells the page's developer why, in English."""

    def __init__(self, reason: str) -> None:
        super().__init__(Code.NOT_SIGNED_IN)
        self.reason = reason


class _Claims(BaseModel):
    """The claims that are read; times are NumericDates: seconds since 1970 UTC, fractions too."""

    sub: Annotated[str, Field(min_length=1, max_length=255)]
    exp: NumericDate
    nbf: NumericDate = 0
    iat: NumericDate = 0
    name: Annotated[str, Field(max_length=200)] | None = None
    email: Annotated[str, Field(max_length=320)] | None = None

    @field_validator("sub", mode="before")
    @classmethod
    def _number_as_text(cls, sub: object) -> object:
        # RFC 7519 §4.1.2 asks for a string; many shops sign the number of their database.
        return str(sub) if isinstance(sub, int) and not isinstance(sub, bool) else sub


def verify_identity(token: str, secret: str, now: int) -> Identity:
    """Return the customer named by a token that is valid at `now` (ms since 1970 UTC).

    HS256 only; `sub` and `exp` are required, and `exp` is at most 24 h ahead. Times may be off by
    `LEEWAY_S`. Raises IdentityRefused.
    """
    # Imported late: only a server whose host page signs tokens needs PyJWT and what it loads.
    import jwt

    # PyJWT checks the signature alone. The times are compared with our clock, and `sub` may be a
    # number, which PyJWT refuses since 2.10.
    options: jwt.types.Options = {
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "verify_sub": False,
    }
    try:
        payload = jwt.decode(token, secret, algorithms=["HS256"], options=options)
    except jwt.InvalidAlgorithmError:
        raise IdentityRefused("the token must be signed with HS256") from None
    except jwt.InvalidSignatureError:
        raise IdentityRefused("the signature does not fit the identity secret") from None
    except jwt.InvalidTokenError:
        raise IdentityRefused("this is not a JSON Web Token") from None
    try:
        claims = _Claims.model_validate(payload)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(each["loc"][0]) for each in error.errors()}))
        raise IdentityRefused(f"missing or malformed claims: {wrong}") from None
    # After the signature: a forger learns nothing from the reasons for refusing a time.
    _check_times(claims, now / 1_000)
    return Identity(claims.sub, claims.name, claims.email)


def _check_times(claims: _Claims, now_s: float) -> None:
    """Raise IdentityRefused unless the token is valid at `now_s` (seconds since 1970 UTC)."""
    if claims.exp <= now_s - LEEWAY_S:
        raise IdentityRefused("the token has expired (exp)")
    if claims.exp > now_s + MAX_LIFETIME_S + LEEWAY_S:
        raise IdentityRefused("the token is valid for more than 24 hours (exp)")
    if claims.nbf > now_s + LEEWAY_S:
        raise IdentityRefused("the token is not valid yet (nbf)")
    if claims.iat > now_s + LEEWAY_S:
        raise IdentityRefused("the token was issued in the future (iat)")
    if claims.exp <= claims.nbf:
        raise IdentityRefused("the token expires before it begins (exp, nbf)")
