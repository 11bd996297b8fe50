"""What an operation is: whose it is, what is asked with it, what comes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel


class Scheme(StrEnum):
    """By what somebody is known."""

    SESSION = "session"
    VISIT = "visit"
    TOKEN = "token"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Content:
    """A body of one of these media types, in a shape where it is JSON."""

    media: tuple[str, ...]
    shape: type[object] | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one route.

    `who` are the ways to be known, of which one is needed; `optional` says that something is
    answered without any, too. `query` and `headers` are names of `parameters`, or a model.
    `refusals` are statuses beside those that follow from the rest.
    """

    answers: Mapping[int, Content | None]
    who: tuple[Scheme, ...] = ()
    optional: bool = False
    body: type[BaseModel] | Content | None = None
    query: tuple[str, ...] | type[BaseModel] = ()
    headers: tuple[str, ...] = ()
    refusals: frozenset[int] = frozenset()

    def refused(self, method: str, path: str) -> set[int]:
        """The statuses of all refusals, as `application/problem+json`."""
        return set(self.refusals).union(self._refused(method, path))

    def _refused(self, method: str, path: str) -> Iterator[int]:
        if self.who:
            # A wrong token is answered as what does not exist.
            yield from (401, 403, 404, 503)
        if "{" in path:
            yield 404
        if self.query:
            yield 422
        if method == "POST":
            # Who writes too slowly; from another site's page; too much; not JSON; a full disk.
            yield from (403, 408, 413, 415, 503, 507)
        if self.body is not None:
            yield 422
