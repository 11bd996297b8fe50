"""`GET /openapi.json`: the document, made of the routes that there are (OpenAPI 3.1)."""

import re
from asyncio import to_thread
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from inspect import cleandoc
from typing import cast

import orjson
from aiohttp import web
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core.core_schema import TimeSchema

from chatserver.auth.cookies import Cookie
from chatserver.web.middleware import STATUS
from chatserver.web.openapi.answers import Nothing, Problem
from chatserver.web.openapi.operations import Content, Operation, Scheme
from chatserver.web.openapi.parameters import HEADERS, PLACES, QUERY, Schema
from chatserver.web.openapi.published_names import PUBLISHED_NAMES
from chatserver.web.openapi.routes import OPERATIONS

routes = web.RouteTableDef()

ABOUT = """\
What the pages use, and programs may. Live sessions, at `/live`, speak the wire protocol. What
answers GET answers HEAD, too, but `/live/events`. What is posted is JSON, or has the header that
the operation names; other sites' pages get 403. What is no HTTP, or has a line of more than 8,190
bytes, is answered 400 as plain text."""
SCHEMES: Mapping[Scheme, Schema] = {
    Scheme.SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": Cookie.SESSION.named(secure=False),
        "description": "A technician who signed in; over TLS the name begins with `__Host-`.",
    },
    Scheme.VISIT: {
        "type": "apiKey",
        "in": "cookie",
        "name": Cookie.VISIT.named(secure=False),
        "description": "A customer in their archive; over TLS the name begins with `__Host-`.",
    },
    Scheme.TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A customer's token, as `welcome` gave it, or a technician's API token.",
    },
    Scheme.KEY: {
        "type": "apiKey",
        "in": "query",
        "name": "key",
        "description": "The key of a link that was shared: opens one conversation, for a while.",
    },
}
REFERENCES = "#/components/schemas/{model}"
PROBLEM = "application/problem+json"
NULL = {"type": "null"}


@dataclass(slots=True)
class Published:
    """The document, once somebody has asked for it; routes do not change while a server runs."""

    body: bytes | None = None


PUBLISHED = web.AppKey("published", Published)


@routes.get("/openapi.json")
async def openapi(request: web.Request) -> web.Response:
    """This document."""
    published = request.app[PUBLISHED]
    if published.body is None:
        # Nobody else should wait for it.
        published.body = await to_thread(lambda: orjson.dumps(document(request.app.router)))
    headers = {"Content-Type": "application/json", "Cache-Control": "public, max-age=3600"}
    return web.Response(body=published.body, headers=headers)


def document(router: web.UrlDispatcher) -> Schema:
    """The whole document; raises KeyError for a route that nobody has described."""
    shapes = _Shapes()
    paths: dict[str, dict[str, Schema]] = {}
    for route in router.routes():
        if route.method == "HEAD" or route.resource is None:
            continue
        path = route.resource.canonical
        operation = OPERATIONS[route.method, path]
        words = cleandoc(route.handler.__doc__ or "")
        described = _described(shapes, operation, route.method, path)
        paths.setdefault(path, {})[route.method.lower()] = {
            "operationId": _identifier(route.method, path),
            "summary": words.partition("\n")[0],
            "description": words,
            **described,
        }
    shapes.use(Problem)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Support chat server", "version": "1", "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": shapes.all(),
            "responses": {str(status): _problem(status) for status in sorted(_statuses())},
            "securitySchemes": {str(scheme): each for scheme, each in SCHEMES.items()},
        },
    }


class _LocalTimes(GenerateJsonSchema):
    """Times of a day without a zone, which the format `time` (RFC 3339) asks for."""

    def time_schema(self, schema: TimeSchema) -> JsonSchemaValue:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}


@dataclass(slots=True)
class _Shapes:
    """The shapes that are named, to be described together."""

    answered: dict[str, type[object]] = field(default_factory=dict)
    posted: dict[str, type[object]] = field(default_factory=dict)

    def use(self, shape: type[object], *, posted: bool = False) -> Schema:
        """Return a reference to the shape, which `all` then describes."""
        (self.posted if posted else self.answered)[shape.__name__] = shape
        return {"$ref": REFERENCES.format(model=_published(shape.__name__))}

    def all(self) -> Schema:
        """All of them, and what they are made of, by their names."""
        found: Schema = {}
        modes: tuple[tuple[JsonSchemaMode, dict[str, type[object]]], ...] = (
            ("serialization", self.answered),
            ("validation", self.posted),
        )
        for mode, shapes in modes:
            for name, shape in shapes.items():
                schema = TypeAdapter(shape).json_schema(
                    ref_template=REFERENCES, mode=mode, schema_generator=_LocalTimes
                )
                inner = cast("Schema", schema.pop("$defs", {}))
                for each, described in {**inner, name: schema}.items():
                    renamed = _renamed(described)
                    assert found.setdefault(_published(each), renamed) == renamed, each
        return found


def _published(name: str) -> str:
    """Return the name of a class as `/openapi.json` shows it."""
    return PUBLISHED_NAMES.get(name, name)


def _renamed(schema: object) -> object:
    """Return a schema whose references and titles use the published names."""
    if isinstance(schema, list):
        return [_renamed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    renamed = {key: _renamed(each) for key, each in schema.items()}
    reference, title = renamed.get("$ref"), renamed.get("title")
    if isinstance(reference, str):
        prefix, _, name = reference.rpartition("/")
        renamed["$ref"] = f"{prefix}/{_published(name)}"
    if isinstance(title, str):
        renamed["title"] = _published(title)
    return renamed


def _described(shapes: _Shapes, operation: Operation, method: str, path: str) -> Schema:
    return {
        "tags": [path.split("/")[1].partition(".")[0] or "pages"],
        "security": [
            *([{}] if operation.optional or not operation.who else []),
            *({str(scheme): []} for scheme in operation.who),
        ],
        "parameters": [*_parameters(shapes, operation, path)],
        **({"requestBody": _posted(shapes, operation)} if method == "POST" else {}),
        "responses": {
            **{
                str(status): {"$ref": f"#/components/responses/{status}"}
                for status in sorted(operation.refused(method, path))
            },
            **{str(status): _answer(shapes, status, each) for status, each in _answers(operation)},
        },
    }


def _answers(operation: Operation) -> Iterator[tuple[int, Content | None]]:
    yield from sorted(operation.answers.items())


def _parameters(shapes: _Shapes, operation: Operation, path: str) -> Iterator[Schema]:
    for name in re.findall(r"\{(\w+)\}", path):
        yield _parameter("path", name, *PLACES[name], required=True)
    if isinstance(operation.query, tuple):
        for name in operation.query:
            yield _parameter("query", name, *QUERY[name])
    else:
        yield from _checked(operation.query)
    for name in operation.headers:
        about, schema, required = HEADERS[name]
        yield _parameter("header", name, about, schema, required=required)


def _checked(query: type[BaseModel]) -> Iterator[Schema]:
    """What a model asks of each part of a query; there, null is the same as not there."""
    schema = query.model_json_schema(ref_template="{model}")
    kinds = schema.get("$defs", {})
    for name, described in schema["properties"].items():
        options = [each for each in described.pop("anyOf", [described]) if each != NULL]
        plain = {**options[0], **{key: described[key] for key in described if key != "default"}}
        reference = plain.pop("$ref", None)
        found = _renamed({**kinds.get(reference, {}), **plain})
        yield _parameter("query", name, "", cast("Schema", found))


def _parameter(
    where: str, name: str, about: str, schema: Schema, *, required: bool = False
) -> Schema:
    text = {"description": about} if about else {}
    return {"in": where, "name": name, "required": required, "schema": schema, **text}


def _posted(shapes: _Shapes, operation: Operation) -> Schema:
    body = operation.body or Nothing
    if isinstance(body, Content):
        return {"required": False, "content": _content(shapes, body)}
    schema = shapes.use(body, posted=True)
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answer(shapes: _Shapes, status: int, content: Content | None) -> Schema:
    described: Schema = {"description": HTTPStatus(status).phrase}
    return described if content is None else described | {"content": _content(shapes, content)}


def _content(shapes: _Shapes, content: Content) -> Schema:
    schema = {} if content.shape is None else {"schema": shapes.use(content.shape)}
    return {media: schema for media in content.media}


def _problem(status: int) -> Schema:
    codes = sorted({code for code, each in STATUS.items() if each == status})
    named = f" ({', '.join(codes)})" if codes else ""
    return {
        "description": HTTPStatus(status).phrase + named,
        "content": {PROBLEM: {"schema": {"$ref": REFERENCES.format(model=Problem.__name__)}}},
    }


def _statuses() -> set[int]:
    found = (each.refused(method, path) for (method, path), each in OPERATIONS.items())
    return set().union(*found)


def _identifier(method: str, path: str) -> str:
    """A name that generated clients can give to a function."""
    return "_".join([method.lower(), *re.findall(r"[A-Za-z0-9]+", path)])
