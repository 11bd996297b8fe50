"""The requests that were answered: each is stored with its answer and takes effect once."""

from collections.abc import Sequence

import orjson

from chatserver.core.errors import ReusedRequestId
from chatserver.core.log import (
    Answer,
    AnsweredRequest,
    Append,
    DuplicateRequest,
    RequestKey,
)
from chatserver.store.engine.database import Database
from chatserver.store.engine.rows import as_json, request_row

AnsweredRequests = dict[tuple[str, str], tuple[int | None, Answer]]
"""Digest and answer by author and request id (as JSON). A request that a former version stored
has no digest."""

_KNOWN = """
    SELECT r.author, r.request, r.digest, r.answer
    FROM {keys} AS k JOIN requests AS r ON r.author = k.author AND r.request = k.request"""


def known_requests(database: Database, appends: Sequence[Append]) -> AnsweredRequests:
    """Return those requests of some appends that were answered before."""
    keys = [request_row(each, each.request)[:2] for each in appends if each.request is not None]
    sql = _KNOWN.format(keys=database.rows("author text, request text"))
    return {
        (author, request): (digest, orjson.loads(answer))
        for author, request, digest, answer in database.execute(sql, (as_json(keys),))
    }


def repetition(request: RequestKey, digest: int | None, answer: Answer) -> Exception:
    """Return the error for a request whose id was used before, with this digest and answer."""
    if digest in (None, request.digest):
        return DuplicateRequest(answer)
    return ReusedRequestId()


def store_request(database: Database, request: AnsweredRequest | None) -> None:
    """Store the request of the transaction; raises DuplicateRequest and ReusedRequestId.

    None stands for a change that no client asked for.
    """
    if request is None:
        return
    earlier = find_answer(database, request.author, request.key)
    if earlier is not None:
        raise DuplicateRequest(earlier)
    database.execute(
        "INSERT INTO requests (author, request, digest, answer) VALUES (?, ?, ?, ?)",
        (request.author, as_json(request.key.id), request.key.digest, as_json(request.answer)),
    )


def find_answer(database: Database, author: str, request: RequestKey) -> Answer | None:
    """Return the answer that was stored with a request, or None; raises ReusedRequestId."""
    row = database.execute(
        "SELECT digest, answer FROM requests WHERE author = ? AND request = ?",
        (author, as_json(request.id)),
    ).fetchone()
    if row is None:
        return None
    rejection = repetition(request, row[0], dict(orjson.loads(row[1])))
    if isinstance(rejection, DuplicateRequest):
        return rejection.answer
    raise rejection
