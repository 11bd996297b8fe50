"""Every answer over HTTP is one that the server's OpenAPI document describes."""

from http import HTTPStatus
from pathlib import Path

INPUTS = 100


async def test_calls_are_answered_as_the_openapi_document_says(tmp_path: Path) -> None:
    # Importing schemathesis takes a second, in each process that collects the tests.
    from tests.fuzz.http_calls import callers

    async with callers(tmp_path) as people:
        await people.call(INPUTS)
    assert people.statuses.total() > INPUTS / 2
    assert people.statuses[HTTPStatus.OK]
