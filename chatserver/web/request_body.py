"""JSON bodies of requests, checked against a model."""

from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from chatserver.core.errors import Code, Refused

Body = TypeVar("Body", bound=BaseModel)
Secret = Annotated[str, Field(min_length=1, max_length=512)]


async def parse_body(
    request: web.Request, model: type[Body], limit_bytes: int | None = None
) -> Body:
    """Parse the JSON body; raises Refused `invalid` with the name of the field.

    `limit_bytes` is for a route whose forms need more than the application's limit.
    """
    if limit_bytes is not None:
        request = request.clone(client_max_size=limit_bytes)
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Refused(Code.INVALID, field=".".join(map(str, location)) or "body") from None
