"""The description of one operation: authentication, input and responses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel


class Scheme(StrEnum):
    """The ways to authenticate a request."""

    SESSION = "session"
    VISIT = "visit"
    TOKEN = "token"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Content:
    """A body with one of the media types `media`, and its shape if it is JSON."""

    media: tuple[str, ...]
    shape: type[object] | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one route.

    One of `schemes` authenticates the request; `optional` operations also answer without any.
    `query` and `headers` name entries of `parameters`, or `query` is a model. `refusals` are
    statuses in addition to those that follow from the other fields.
    """

    answers: Mapping[int, Content | None]
    schemes: tuple[Scheme, ...] = ()
    optional: bool = False
    body: type[BaseModel] | Content | None = None
    query: tuple[str, ...] | type[BaseModel] = ()
    headers: tuple[str, ...] = ()
    refusals: frozenset[int] = frozenset()

    def refused(self, method: str, path: str) -> set[int]:
        """Return the statuses of all errors, which are `application/problem+json`."""
        return set(self.refusals).union(self._refused(method, path))

    def _refused(self, method: str, path: str) -> Iterator[int]:
        if self.schemes:
            # A wrong token gets 404, as does a conversation of another customer.
            yield from (401, 403, 404, 503)
        if "{" in path:
            yield 404
        if self.query:
            yield 422
        if method == "POST":
            # Another site's page, a slow body, a large body, not JSON, not available, a full disk.
            yield from (403, 408, 413, 415, 503, 507)
        if self.body is not None:
            yield 422
