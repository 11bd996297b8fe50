"""The OpenAPI document describes every route, and only what the server does."""

import ast
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from openapi_spec_validator import validate

from chatserver import web as package
from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.web.openapi.operations import Content
from chatserver.web.openapi.routes import OPERATIONS
from tests.attack.browsers import anonymous_browser, browser

Document = dict[str, Any]  # JSON, of which the test asks what the standard says
PROBLEM = "application/problem+json"
GONE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.SEE_OTHER}


async def published(server: RunningServer) -> Document:
    async with aiohttp.request("GET", f"{server.url}/openapi.json") as answer:
        assert answer.status == 200
        found: Document = await answer.json()
        return found


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Yield method, path and description of each operation."""
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield method.upper(), path, described


def registered(server: RunningServer) -> set[tuple[str, str]]:
    """Yield method and path of every route; HEAD is covered by GET."""
    routes = server.routes.routes()
    found = {(route.method, str(route.resource and route.resource.canonical)) for route in routes}
    return {("GET" if method == "HEAD" else method, path) for method, path in found}


async def test_the_published_document_is_valid_openapi(server: RunningServer) -> None:
    validate(await published(server))


async def test_the_document_has_every_route_and_nothing_else(server: RunningServer) -> None:
    described = {(method, path) for method, path, _ in operations(await published(server))}
    assert described == registered(server) == set(OPERATIONS)
    assert len(described) > 50


async def test_every_operation_is_explained_and_answers_and_refuses(server: RunningServer) -> None:
    for method, path, described in operations(await published(server)):
        assert described["summary"].endswith((".", ":", ";", ",")) or described["description"], path
        statuses = {int(status) for status in described["responses"]}
        assert min(statuses) < 400, (method, path)
        assert {403, 413, 415} <= statuses or method != "POST", path
        assert {"401", "404"} <= set(described["responses"]) or {} in described["security"], path
        assert ("{" not in path) or 404 in statuses
        assert bool(re.findall(r"\{", path)) == any(
            parameter["in"] == "path" for parameter in described["parameters"]
        )


async def test_every_refusal_is_a_problem(server: RunningServer) -> None:
    document = await published(server)
    for status, described in document["components"]["responses"].items():
        assert int(status) >= 400
        assert list(described["content"]) == [PROBLEM]
    for method, path, described in operations(document):
        for status, answer in described["responses"].items():
            is_own = OPERATIONS[method, path].answers.get(int(status)) is not None
            assert int(status) < 400 or is_own or "$ref" in answer, (path, status)


async def test_a_form_that_is_shown_again_is_a_documented_answer(server: RunningServer) -> None:
    described = (await published(server))["paths"]["/chat/message"]["post"]["responses"]
    async with aiohttp.request("POST", f"{server.url}/chat/message", data={"text": ""}) as answer:
        assert answer.status == 422
        assert answer.content_type in described["422"]["content"]


async def test_the_ways_to_sign_in_are_a_cookie_a_token_and_a_key(server: RunningServer) -> None:
    schemes = (await published(server))["components"]["securitySchemes"]
    assert {name: (each["type"], each.get("in")) for name, each in schemes.items()} == {
        "session": ("apiKey", "cookie"),
        "visit": ("apiKey", "cookie"),
        "token": ("http", None),
        "key": ("apiKey", "query"),
    }


async def test_an_anonymous_caller_is_refused_exactly_where_documented(
    server: RunningServer,
) -> None:
    document = await published(server)
    async with anonymous_browser(server) as http:
        for method, path, _ in operations(document):
            if path.startswith("/live") or path in ("/login", "/archive/leave"):
                continue
            place = re.sub(r"\{\w+\}", "x", path.replace("{format}", "json"))
            posted: Document | None = {} if method == "POST" else None
            async with http.request(method, place, json=posted, allow_redirects=False) as answer:
                is_refused = answer.status in GONE
            needed = OPERATIONS[method, path].schemes != ()
            assert is_refused is needed, (method, path)


async def test_a_cookie_a_token_and_the_visit_open_what_they_are_said_to_open(
    server: RunningServer,
) -> None:
    """An administrator's cookie counts as none where only another scheme is named."""
    document = await published(server)
    async with browser(server, "root", Rank.ADMIN) as http:
        for method, path, described in operations(document):
            if not described["security"] or path in ("/logout", "/archive/leave"):
                continue
            schemes = {name for each in described["security"] for name in each}
            if not schemes:
                continue
            place = re.sub(r"\{\w+\}", "x", path.replace("{format}", "json"))
            posted: Document | None = {} if method == "POST" else None
            async with http.request(method, place, json=posted, allow_redirects=False) as answer:
                assert (answer.status in GONE) is ("session" not in schemes), (method, path)


PARSED = re.compile(r"await parse_body\(request, (\w+)(?:, \w+)?\)")


def checked() -> Iterator[tuple[str, str, str]]:
    """Yield method, path and model of each handler that parses a body."""
    for file in sorted(Path(str(package.__file__)).parent.glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.AsyncFunctionDef):
                continue
            for route in node.decorator_list:
                called = re.match(r"routes\.(get|post)\('([^']+)'\)", ast.unparse(route))
                model = PARSED.search(ast.unparse(node))
                if called and model:
                    yield called[1].upper(), called[2], model[1]


@pytest.mark.parametrize(("method", "path", "model"), [*checked()])
def test_parsed_bodies_are_documented(method: str, path: str, model: str) -> None:
    body = OPERATIONS[method, path].body
    assert not isinstance(body, Content)
    assert body is not None
    assert body.__name__ == model


def test_nothing_else_is_said_to_be_checked() -> None:
    models = {
        (method, path)
        for (method, path), each in OPERATIONS.items()
        if each.body is not None and not isinstance(each.body, Content)
    }
    assert models == {(method, path) for method, path, _ in checked()}
