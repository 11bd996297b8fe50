"""The host page's word on who its customer is."""

import jwt
import pytest

from chatserver.auth.identity import Identity, read_identity
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
    assert read_identity(signed(), SECRET, NOON) == Identity("42")
    full = signed(name="Ann", email="ann@example.org", more="ignored")
    assert read_identity(full, SECRET, NOON) == Identity("42", "Ann", "ann@example.org")


def test_a_token_is_good_for_a_day_at_most() -> None:
    assert read_identity(signed(exp=NOON_S + DAY), SECRET, NOON).subject == "42"


@pytest.mark.parametrize(
    "token",
    [
        signed(secret="another secret, just as long as the other one"),
        signed(algorithm="HS512", secret=SECRET * 2),
        jwt.encode({"sub": "42", "exp": NOON_S + 60}, "", "none"),
        signed(exp=NOON_S),
        signed(exp=NOON_S + DAY + 1),
        signed(exp=None),
        signed(exp="soon"),
        signed(nbf=NOON_S + 30),
        signed(sub=None),
        signed(sub=""),
        signed(sub="x" * 256),
        signed(name="x" * 201),
        "",
        "a.b.c",
        "ü.ü.ü",
    ],
)
def test_a_bad_token_is_refused(token: str) -> None:
    with pytest.raises(Refused) as refused:
        read_identity(token, SECRET, NOON)
    assert refused.value.code is Code.NOT_SIGNED_IN


def test_a_token_under_another_algorithm_of_the_same_secret_is_refused() -> None:
    secret = SECRET * 2
    token = signed(secret=secret, algorithm="HS512")
    with pytest.raises(Refused):
        read_identity(token, secret, NOON)
