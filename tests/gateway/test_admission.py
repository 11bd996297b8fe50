"""A live session begins only for allowed pages, within its address's rate, as its own cookie."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.auth.cookie_names import Cookie
from chatserver.auth.origins import Origins
from chatserver.core.errors import Code, RateLimited, Refused
from chatserver.gateway.admission import Admission
from chatserver.settings_file import load_settings

HOST = "chat.example.org"
OWN, SHOP, EVIL = f"http://{HOST}", "https://www.example.org", "https://evil.example"
ADDRESS = "192.0.2.1"


def admission(*, per_minute: float = 0, **settings: object) -> Admission:
    chosen = load_settings(None, **({"allowed_origins": [SHOP]} | settings))
    limits = KeyedRateLimiter(per_minute, per_minute)
    return Admission(chosen, Origins.from_settings(chosen), limits, lambda: 0)


def request(address: str = ADDRESS, **headers: str) -> web.Request:
    """Return a handshake from an address; headers by name with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    made = make_mocked_request("GET", "/live", headers={"Host": HOST} | named)
    return made.clone(remote=address)


def refusal(door: Admission, asking: web.Request, *, own_pages_only: bool = False) -> Code:
    with pytest.raises(Refused) as refused:
        door.admit(asking, own_pages_only=own_pages_only)
    return refused.value.code


def test_own_pages_and_allowed_pages_and_programs_come_in() -> None:
    for headers in ({"Origin": OWN}, {"Origin": SHOP}, {}):
        assert admission().admit(request(**headers)).network_address == ADDRESS


def test_a_page_of_another_site_is_refused() -> None:
    assert refusal(admission(), request(Origin=EVIL)) is Code.NOT_ALLOWED


def test_an_allowed_page_is_refused_where_only_own_pages_may_come() -> None:
    assert admission().admit(request(Origin=OWN), own_pages_only=True)
    assert refusal(admission(), request(Origin=SHOP), own_pages_only=True) is Code.NOT_ALLOWED


def test_a_request_that_another_page_embeds_is_not_taken_for_an_own_one() -> None:
    embedded = request(Sec_Fetch_Site="cross-site")
    assert refusal(admission(), embedded, own_pages_only=True) is Code.NOT_ALLOWED


def test_the_session_cookie_of_an_allowed_page_is_not_honoured() -> None:
    cookie = f"{Cookie.SESSION.cookie_name(secure=False)}=secret"
    assert admission().admit(request(Origin=OWN, Cookie=cookie)).cookie == "secret"
    assert admission().admit(request(Origin=SHOP, Cookie=cookie)).cookie is None


def test_one_address_is_limited_and_another_is_not() -> None:
    door = admission(per_minute=2)
    for _ in range(2):
        door.admit(request())
    with pytest.raises(RateLimited) as refused:
        door.admit(request())
    assert refused.value.retry_after
    door.admit(request("192.0.2.2"))


def test_a_refused_page_costs_its_address_nothing() -> None:
    door = admission(per_minute=1)
    for _ in range(3):
        refusal(door, request(Origin=EVIL))
    door.admit(request())


def test_a_forwarded_address_counts_only_from_a_trusted_proxy() -> None:
    forwarded = {"X_Forwarded_For": "203.0.113.7"}
    assert admission().admit(request(**forwarded)).network_address == ADDRESS
    door = admission(trusted_proxies=[ADDRESS])
    assert door.admit(request(**forwarded)).network_address == "203.0.113.7"


def test_the_browsers_name_is_shortened() -> None:
    assert admission().admit(request(User_Agent="x" * 1_000)).agent == "x" * 500
    assert admission().admit(request()).agent is None
