"""The OpenAPI 3.1 document, generated from the registered routes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from inspect import cleandoc
from typing import cast

from aiohttp import web
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core.core_schema import TimeSchema

from chatserver.auth.cookie_names import Cookie
from chatserver.web.middleware import STATUS
from chatserver.web.openapi.answers import EmptyObject, Problem
from chatserver.web.openapi.operations import Content, Operation, Scheme
from chatserver.web.openapi.parameters import HEADERS, PATH_PARTS, QUERY, Schema
from chatserver.web.openapi.published_names import PUBLISHED_NAMES
from chatserver.web.openapi.routes import OPERATIONS

DESCRIPTION = """\
The interface that the pages use and that programs may use. Live sessions at `/live` speak the wire
protocol. Every path that supports GET supports HEAD, except `/live/events`. A POST has a JSON body
or the header that the operation names; requests from pages of other sites get 403. A request that
is not valid HTTP, or has a line of more than 8,190 bytes, gets 400 as plain text."""
SCHEMES: Mapping[Scheme, Schema] = {
    Scheme.SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": Cookie.SESSION.cookie_name(secure=False),
        "description": "A technician's session; over TLS the name begins with `__Host-`.",
    },
    Scheme.VISIT: {
        "type": "apiKey",
        "in": "cookie",
        "name": Cookie.VISIT.cookie_name(secure=False),
        "description": "A customer's archive session; over TLS the name begins with `__Host-`.",
    },
    Scheme.TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A customer's token from the `welcome` frame, or a technician's API token.",
    },
    Scheme.KEY: {
        "type": "apiKey",
        "in": "query",
        "name": "key",
        "description": "The key of a shared link: opens one conversation until it expires.",
    },
}
REFERENCES = "#/components/schemas/{model}"
PROBLEM = "application/problem+json"
NULL = {"type": "null"}


def document(router: web.UrlDispatcher) -> Schema:
    """Return the document; raises KeyError for a route that is missing in OPERATIONS."""
    shapes = _Shapes()
    paths: dict[str, dict[str, Schema]] = {}
    for route in router.routes():
        # aiohttp adds HEAD to every GET route; the description says so once for all.
        # aiohttp adds HEAD to every GET route; the description says so once for all.
        if route.method == "HEAD" or route.resource is None:
            continue
        path = route.resource.canonical
        operation = OPERATIONS[route.method, path]
        words = cleandoc(route.handler.__doc__ or "")
        entry = _operation_fields(shapes, operation, route.method, path)
        paths.setdefault(path, {})[route.method.lower()] = {
            "operationId": _operation_id(route.method, path),
            "summary": words.partition("\n")[0],
            "description": words,
            **entry,
        }
    shapes.use(Problem)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Support chat server", "version": "1", "description": DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": shapes.all(),
            "responses": {
                str(status): _problem_response(status) for status in sorted(_error_statuses())
            },
            "securitySchemes": {str(scheme): each for scheme, each in SCHEMES.items()},
        },
    }


class _LocalTimes(GenerateJsonSchema):
    """A generator for times without a zone, which the format `time` (RFC 3339) does not allow."""

    def time_schema(self, schema: TimeSchema) -> JsonSchemaValue:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}


@dataclass(slots=True)
class _Shapes:
    """The shapes that the operations refer to, collected for `components`."""

    answered: dict[str, type[object]] = field(default_factory=dict)
    posted: dict[str, type[object]] = field(default_factory=dict)

    def use(self, shape: type[object], *, posted: bool = False) -> Schema:
        """Return a reference to a shape, which `all` then describes."""
        (self.posted if posted else self.answered)[shape.__name__] = shape
        return {"$ref": REFERENCES.format(model=_published_name(shape.__name__))}

    def all(self) -> Schema:
        """Return the schemas of all shapes and the shapes they contain, by name."""
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
                for each, entry in {**inner, name: schema}.items():
                    renamed = _renamed(entry)
                    # A shape used in both directions must have the same schema in both, as it has
                    # one name.
                    # A shape used in both directions must have the same schema in both, as it has
                    # one name.
                    assert found.setdefault(_published_name(each), renamed) == renamed, each
        return found


def _published_name(name: str) -> str:
    """Return the name under which `/openapi.json` shows a class."""
    return PUBLISHED_NAMES.get(name, name)


def _renamed(schema: object) -> object:
    """Return a schema with the published names in its references and titles."""
    if isinstance(schema, list):
        return [_renamed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    renamed = {key: _renamed(each) for key, each in schema.items()}
    reference, title = renamed.get("$ref"), renamed.get("title")
    if isinstance(reference, str):
        prefix, _, name = reference.rpartition("/")
        renamed["$ref"] = f"{prefix}/{_published_name(name)}"
    if isinstance(title, str):
        renamed["title"] = _published_name(title)
    return renamed


def _operation_fields(shapes: _Shapes, operation: Operation, method: str, path: str) -> Schema:
    """Return the Operation Object of a route (OpenAPI 3.1, section 4.8.10)."""
    return {
        "tags": [path.split("/")[1].partition(".")[0] or "pages"],
        "security": [
            *([{}] if operation.optional or not operation.schemes else []),
            *({str(scheme): []} for scheme in operation.schemes),
        ],
        "parameters": [*_parameters(shapes, operation, path)],
        **({"requestBody": _request_body(shapes, operation)} if method == "POST" else {}),
        "responses": {
            **{
                str(status): {"$ref": f"#/components/responses/{status}"}
                for status in sorted(operation.refused(method, path))
            },
            **{
                str(status): _response(shapes, status, each)
                for status, each in _sorted_answers(operation)
            },
        },
    }


def _sorted_answers(operation: Operation) -> Iterator[tuple[int, Content | None]]:
    yield from sorted(operation.answers.items())


def _parameters(shapes: _Shapes, operation: Operation, path: str) -> Iterator[Schema]:
    for name in re.findall(r"\{(\w+)\}", path):
        yield _parameter("path", name, *PATH_PARTS[name], required=True)
    if isinstance(operation.query, tuple):
        for name in operation.query:
            yield _parameter("query", name, *QUERY[name])
    else:
        yield from _query_parameters(operation.query)
    for name in operation.headers:
        about, schema, required = HEADERS[name]
        yield _parameter("header", name, about, schema, required=required)


def _query_parameters(query: type[BaseModel]) -> Iterator[Schema]:
    """Yield a parameter for each field of a query model."""
    schema = query.model_json_schema(ref_template="{model}")
    kinds = schema.get("$defs", {})
    for name, entry in schema["properties"].items():
        # A query cannot express null, so `X | None` becomes an optional X.
        options = [each for each in entry.pop("anyOf", [entry]) if each != NULL]
        plain = {**options[0], **{key: entry[key] for key in entry if key != "default"}}
        reference = plain.pop("$ref", None)
        found = _renamed({**kinds.get(reference, {}), **plain})
        yield _parameter("query", name, "", cast("Schema", found))


def _parameter(
    where: str, name: str, about: str, schema: Schema, *, required: bool = False
) -> Schema:
    text = {"description": about} if about else {}
    return {"in": where, "name": name, "required": required, "schema": schema, **text}


def _request_body(shapes: _Shapes, operation: Operation) -> Schema:
    body = operation.body or EmptyObject
    if isinstance(body, Content):
        return {"required": False, "content": _content(shapes, body)}
    schema = shapes.use(body, posted=True)
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _response(shapes: _Shapes, status: int, content: Content | None) -> Schema:
    entry: Schema = {"description": HTTPStatus(status).phrase}
    return entry if content is None else entry | {"content": _content(shapes, content)}


def _content(shapes: _Shapes, content: Content) -> Schema:
    schema = {} if content.shape is None else {"schema": shapes.use(content.shape)}
    return {media: schema for media in content.media}


def _problem_response(status: int) -> Schema:
    codes = sorted({code for code, each in STATUS.items() if each == status})
    named = f" ({', '.join(codes)})" if codes else ""
    return {
        "description": HTTPStatus(status).phrase + named,
        "content": {PROBLEM: {"schema": {"$ref": REFERENCES.format(model=Problem.__name__)}}},
    }


def _error_statuses() -> set[int]:
    found = (each.refused(method, path) for (method, path), each in OPERATIONS.items())
    return set().union(*found)


def _operation_id(method: str, path: str) -> str:
    """Return a name that generated clients can give to a function."""
    return "_".join([method.lower(), *re.findall(r"[A-Za-z0-9]+", path)])
