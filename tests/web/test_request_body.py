"""Bodies of requests are checked, and a refusal names the field."""

import pytest
from pydantic import BaseModel

from chatserver.core.errors import Code, Refused
from chatserver.web.request_body import parse_body
from tests.web.mocked_request import request


class Form(BaseModel):
    name: str


@pytest.mark.parametrize(
    ("body", "field"), [(b"{", "body"), (b"[]", "body"), (b"{}", "name"), (b'{"name": 7}', "name")]
)
async def test_a_wrong_body_is_refused_with_the_field_that_is_wrong(
    body: bytes, field: str
) -> None:
    asking = request()
    asking._read_bytes = body
    with pytest.raises(Refused) as refused:
        await parse_body(asking, Form)
    assert (refused.value.code, refused.value.field) == (Code.INVALID, field)
