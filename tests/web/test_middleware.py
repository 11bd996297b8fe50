"""Errors become problem documents, cross-site requests are refused, slow bodies end with 408."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import orjson
import pytest
from aiohttp import StreamReader, web
from aiohttp.test_utils import make_mocked_request

from chatserver.auth.origins import Origins
from chatserver.core.errors import Code, RateLimited, Refused
from chatserver.settings_file import load_settings
from chatserver.web import middleware
from chatserver.web.app_keys import SETTINGS
from chatserver.web.middleware import body_timeout, problem_responses, reject_cross_site

JSON = {"Host": "chat.example.org", "Content-Type": "application/json"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Body(StreamReader):
    """A body of which nothing is read: it is over at once, or never."""

    def __init__(self, *, ends: bool) -> None:
        self.ends = ends

    def at_eof(self) -> bool:
        return self.ends


def request(
    method: str = "POST",
    path: str = "/login",
    headers: Mapping[str, str] | None = None,
    *,
    endless: bool = False,
) -> web.Request:
    """A request with JSON from a page of the server itself, or with other headers."""
    app = web.Application()
    app[SETTINGS] = load_settings(None, body_s=0.001)
    app[middleware.ORIGINS] = Origins.from_settings(app[SETTINGS])
    body = Body(ends=not endless)
    return make_mocked_request(
        method, path, headers={**JSON, **(headers or {})}, app=app, payload=body
    )


async def answers(request: web.Request) -> web.StreamResponse:
    return web.Response(text="handled")


def raising(error: Exception) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        raise error

    return handler


async def problem(error: Exception, language: str = "en") -> tuple[web.Response, dict[str, object]]:
    """The problem document that an error becomes."""
    response = await problem_responses(
        request("GET", headers={"Accept-Language": language}), raising(error)
    )
    assert isinstance(response, web.Response)
    assert response.content_type == "application/problem+json"
    assert isinstance(response.body, bytes)
    return response, orjson.loads(response.body)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (Code.NOT_FOUND, 404),
        (Code.NOT_SIGNED_IN, 401),
        (Code.INVALID, 422),
        (Code.CONFLICT, 409),
        (Code.STORAGE_FULL, 507),
    ],
)
async def test_a_refusal_has_the_status_of_its_code(code: Code, status: int) -> None:
    response, document = await problem(Refused(code))
    assert (response.status, document["status"], document["code"]) == (status, status, code)
    assert document["type"] == "about:blank"


async def test_every_code_has_a_status() -> None:
    assert set(middleware.STATUS) == set(Code)


async def test_a_refusal_speaks_the_readers_language() -> None:
    _, german = await problem(Refused(Code.NOT_FOUND), "de-AT,en;q=0.5")
    _, english = await problem(Refused(Code.NOT_FOUND), "en")
    assert german["detail"] != english["detail"]


async def test_a_rate_limit_says_whole_seconds_rounded_up() -> None:
    response, document = await problem(RateLimited(1_001))
    assert (response.status, response.headers["Retry-After"]) == (429, "2")
    assert document["retry_after"] == 1_001


async def test_an_unexpected_error_is_a_500_that_says_nothing_of_itself() -> None:
    response, document = await problem(RuntimeError("the password is swordfish"))
    assert response.status == 500
    assert "swordfish" not in str(document)


async def test_a_wrong_method_keeps_the_allow_header() -> None:
    response, _ = await problem(web.HTTPMethodNotAllowed("PUT", ["GET", "POST"]))
    assert (response.status, response.headers["Allow"]) == (405, "GET,POST")


async def test_a_redirect_is_no_problem() -> None:
    with pytest.raises(web.HTTPFound):
        await problem_responses(request("GET"), raising(web.HTTPFound("/console")))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://chat.example.org"},
        {"Origin": "http://chat.example.org", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_json_from_an_own_page_or_a_program_passes(headers: dict[str, str]) -> None:
    assert (await reject_cross_site(request(headers=headers), answers)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://chat.example.org", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_request_of_another_sites_page_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        await reject_cross_site(request(headers=headers), answers)
    assert refused.value.code is Code.NOT_ALLOWED


async def test_a_request_that_changes_nothing_may_come_from_anywhere() -> None:
    response = await reject_cross_site(
        request("GET", headers={"Origin": "https://evil.example"}), answers
    )
    assert response.status == 200


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
async def test_what_a_form_can_post_without_a_preflight_is_refused(content_type: str) -> None:
    with pytest.raises(web.HTTPUnsupportedMediaType):
        await reject_cross_site(request(headers={"Content-Type": content_type}), answers)


async def test_an_encoded_body_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(web.HTTPUnsupportedMediaType):
        await reject_cross_site(request(headers={"Content-Encoding": "gzip"}), answers)


async def test_a_file_needs_the_header_that_forms_cannot_send() -> None:
    picture = {"Content-Type": "image/png"}
    upload = request(path="/files", headers=picture | {"X-File-Name": "a.png"})
    assert (await reject_cross_site(upload, answers)).status == 200
    with pytest.raises(web.HTTPUnsupportedMediaType):
        await reject_cross_site(request(path="/files", headers=picture), answers)


async def never_ends(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_body_that_does_not_end_is_answered_with_408() -> None:
    with pytest.raises(web.HTTPRequestTimeout):
        await body_timeout(request(endless=True), never_ends)


async def test_a_timeout_inside_the_handler_is_not_taken_for_a_slow_body() -> None:
    with pytest.raises(TimeoutError):
        await body_timeout(request(endless=True), raising(TimeoutError("a database")))


async def test_a_request_without_a_body_has_no_time_limit() -> None:
    released = asyncio.Event()

    async def waits(request: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response(text="handled")

    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(body_timeout(request("GET"), waits))
        released.set()
    assert answer.result().status == 200
