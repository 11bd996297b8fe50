"""Cross-site requests: another site's page does nothing in the name of a signed-in person."""

import re

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.attack.browsers import browser
from tests.conftest import StartServer
from tests.wire.client import live_url

FOREIGN = [
    "https://evil.example",
    # Sandboxed frames, `data:` URLs and some redirects have the origin
    # `null`, which every page can make.
    "null",
    # The same host on another port is another origin, and so is the same host over https.
    "http://127.0.0.1:1",
    "https://127.0.0.1",
    # The own host as a prefix and as a path: a comparison by `startswith` or `in` falls for them.
    "http://127.0.0.1.evil.example",
    "http://evil.example/http://127.0.0.1",
    "http://localhost",
    "file://",
    "",
]


async def test_a_live_session_is_not_hijacked(server: RunningServer) -> None:
    """Browsers send cookies with a WebSocket opened by any page (CSWSH): the origin decides."""
    async with browser(server, "root", Rank.ADMIN) as http:
        session = {each.key: each.value for each in http.cookie_jar}["chatserver_session"]
        cookie = {"Cookie": f"chatserver_session={session}"}
        for origin in FOREIGN:
            with pytest.raises(InvalidStatus) as refused:
                async with connect(
                    live_url(server), additional_headers={**cookie, "Origin": origin}
                ):
                    pass
            assert refused.value.response.status_code == 403, origin
            headers = {"Origin": origin}
            async with http.get("/live/events", headers=headers) as answer:
                assert answer.status == 403, origin
        for site in ("cross-site", "same-site"):
            async with http.get("/live/events", headers={"Sec-Fetch-Site": site}) as answer:
                assert answer.status == 403


async def test_no_post_of_another_site_is_answered_with_more_than_a_refusal(
    start: StartServer,
) -> None:
    """Every POST route is tried; host pages that may embed the widget are foreign sites, too."""
    server = await start(allowed_origins=["https://shop.example"])
    forged: list[tuple[int, dict[str, str]]] = [
        *((403, {"Origin": origin, "Content-Type": "application/json"}) for origin in FOREIGN),
        (403, {"Origin": "https://shop.example", "Content-Type": "application/json"}),
        (403, {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}),
        (403, {"Sec-Fetch-Site": "same-site", "Content-Type": "application/json"}),
        # The three types that an HTML form can send without a preflight.
        (415, {"Content-Type": "text/plain"}),
        (415, {"Content-Type": "application/x-www-form-urlencoded"}),
        (415, {"Content-Type": "multipart/form-data; boundary=x"}),
        (415, {"Content-Type": "text/plain; application/json"}),
    ]
    async with browser(server, "root", Rank.ADMIN) as http:
        paths = {
            re.sub(r"\{\w+\}", "x", str(route.resource and route.resource.canonical))
            for route in server.routes.routes()
            if route.method == "POST"
        }
        # A walk over routes that finds hardly any would pass without testing anything.
        assert len(paths) > 20
        for path in sorted(paths):
            for status, headers in forged:
                async with http.post(path, data=b"{}", headers=headers) as answer:
                    # The form for browsers without scripts makes a new customer each time; no
                    # cookie counts there.
                    is_form = path == "/chat/message" and "urlencoded" in str(headers)
                    assert answer.status == (422 if is_form else status), (path, headers)
        # Nothing was carried out, `/logout` neither: the administrator is still signed in.
        async with http.get("/admin/site") as answer:
            assert answer.status == 200


async def test_no_other_site_may_read_or_ask_first(server: RunningServer) -> None:
    """Without CORS a browser neither shows an answer nor sends what needs a preflight."""
    preflight = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-file-name,x-session,authorization",
    }
    async with browser(server, "root", Rank.ADMIN) as http:
        for resource in server.routes.resources():
            path = re.sub(r"\{\w+\}", "x", str(resource.canonical))
            for method in ("OPTIONS", "GET"):
                async with http.request(
                    method, path, headers=preflight, allow_redirects=False
                ) as answer:
                    allowed = [name for name in answer.headers if name.startswith("Access-")]
                    if (method, path) == ("GET", "/widget/bridge.js"):
                        # Host pages import it as a module, which needs CORS; it holds no data.
                        assert answer.headers["Access-Control-Allow-Origin"] == "*"
                        continue
                    assert allowed == [], (method, path)
                    assert method == "GET" or answer.status == 405


async def test_cookies_are_not_sent_with_requests_of_other_sites(server: RunningServer) -> None:
    async with browser(server, "bob") as http:
        for cookie in http.cookie_jar:
            assert cookie["httponly"]
            assert cookie["samesite"] in ("Lax", "Strict")
