"""Identity tokens signed by the host page."""

import json
import math
from typing import Any

import jwt
import pytest

from chatserver.auth.identity import Identity, IdentityRefused, verify_identity
from chatserver.core.errors import Code, Refused

SECRET = "a secret of the site, long enough for HS256"
NOON_S = 1_795_521_600
NOON = NOON_S * 1_000
DAY = 86_400


def signed(*, secret: str = SECRET, algorithm: str = "HS256", **claims: object) -> str:
    given = {"sub": "42", "exp": NOON_S + 60} | claims
    present = {name: value for name, value in given.items() if value is not None}
    return jwt.encode(present, secret, algorithm)


def test_name_and_email_are_optional() -> None:
    assert verify_identity(signed(), SECRET, NOON) == Identity("42")
    full = signed(name="Ann", email="ann@example.org", more="ignored")
    assert verify_identity(full, SECRET, NOON) == Identity("42", "Ann", "ann@example.org")


def test_a_token_is_good_for_a_day_at_most() -> None:
    assert verify_identity(signed(exp=NOON_S + DAY), SECRET, NOON).subject == "42"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOON_S + DAY + 3},
        {"exp": NOON_S - 59},
        {"nbf": NOON_S + 2},
        {"iat": NOON_S + 59},
        {"exp": NOON_S + 60.5, "iat": NOON_S - 0.25},
    ],
)
def test_the_clock_of_the_page_may_differ_by_a_minute(claims: dict[str, Any]) -> None:
    assert verify_identity(signed(**claims), SECRET, NOON).subject == "42"


def test_the_subject_may_be_a_number() -> None:
    assert verify_identity(
        signed_payload({"sub": 42, "exp": NOON_S + 60}), SECRET, NOON
    ) == Identity("42")


def signed_payload(claims: dict[str, object]) -> str:
    """A token that PyJWT would not make: it checks the type of `sub` when it signs, too."""
    payload = json.dumps(claims).encode()
    return jwt.api_jws.encode(payload, SECRET, "HS256")


NOT_BASE64 = "a.b.c"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (signed(secret="another secret, just as long as the other one"), "signature"),
        (signed(algorithm="HS512", secret=SECRET * 2), "HS256"),
        (jwt.encode({"sub": "42", "exp": NOON_S + 60}, "", "none"), "HS256"),
        (signed(exp=NOON_S - 60), "expired"),
        (signed(exp=NOON_S + DAY + 61), "24 hours"),
        (signed(exp=None), "exp"),
        (signed(exp="soon"), "exp"),
        (signed_payload({"sub": "42", "exp": math.nan}), "exp"),
        (signed_payload({"sub": "42", "exp": math.inf}), "exp"),
        (signed(exp=NOON_S + 10, nbf=NOON_S + 20), "expires before"),
        (signed(exp=NOON_S + 90, nbf=NOON_S + 61), "not valid yet"),
        (signed(iat=NOON_S + 61), "issued in the future"),
        (signed(sub=None), "sub"),
        (signed(sub=""), "sub"),
        (signed(sub="x" * 256), "sub"),
        (signed_payload({"sub": True, "exp": NOON_S + 60}), "sub"),
        (signed(name="x" * 201), "name"),
        ("", "not a JSON Web Token"),
        (NOT_BASE64, "not a JSON Web Token"),
        ("ü.ü.ü", "not a JSON Web Token"),
    ],
)
def test_a_bad_token_is_refused_with_its_reason(token: str, reason: str) -> None:
    with pytest.raises(IdentityRefused) as refused:
        verify_identity(token, SECRET, NOON)
    assert reason in refused.value.reason
    assert refused.value.code is Code.NOT_SIGNED_IN


def test_a_token_under_another_algorithm_of_the_same_secret_is_refused() -> None:
    secret = SECRET * 2
    # Long enough for HS512: only the algorithm in the header is wrong.
    token = signed(secret=secret, algorithm="HS512")
    with pytest.raises(Refused):
        verify_identity(token, secret, NOON)
