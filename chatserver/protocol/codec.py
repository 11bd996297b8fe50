"""Between bytes and frames: JSON by orjson, checks by pydantic, refusals by code."""

from typing import cast

import orjson
from pydantic import ValidationError

from chatserver.core.errors import Code, Refused
from chatserver.protocol.frames import FRAMES, HELLO, AnyRequest, Hello, Signal

RawFrame = dict[str, object]


def encode(frame: object) -> bytes:
    """The JSON text (UTF-8) of a frame made of dicts, lists, dataclasses and scalars."""
    return orjson.dumps(frame)


def decode(data: str | bytes) -> RawFrame:
    """The JSON object in a text frame; raises Refused `bad_frame` for anything else."""
    if isinstance(data, bytes):
        raise Refused(Code.BAD_FRAME)
    try:
        frame = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Refused(Code.BAD_FRAME) from None
    if not isinstance(frame, dict):
        raise Refused(Code.BAD_FRAME)
    return cast("RawFrame", frame)


def parse_hello(data: str | bytes) -> Hello:
    """The first frame; raises Refused when it is not a valid `hello`."""
    try:
        return HELLO.validate_python(decode(data))
    except ValidationError as error:
        raise Refused(Code.INVALID, field=_field(error)) from None


def parse(frame: RawFrame, allowed: frozenset[str]) -> AnyRequest | Signal:
    """A request or signal; raises Refused for unknown types, the other side's, and bad fields."""
    kind = frame.get("type")
    if not isinstance(kind, str):
        raise Refused(Code.INVALID, field="type")
    model = FRAMES.get(kind)
    if model is None:
        raise Refused(Code.NOT_ALLOWED if kind == "hello" else Code.UNKNOWN_TYPE)
    if kind not in allowed:
        raise Refused(Code.NOT_ALLOWED)
    try:
        return model.model_validate(frame)
    except ValidationError as error:
        raise Refused(Code.INVALID, field=_field(error)) from None


def request_id(frame: RawFrame) -> str | None:
    """The id that an answer to this frame can carry, however wrong the rest of it is."""
    value = frame.get("id")
    return value if isinstance(value, str) and 1 <= len(value) <= 64 else None


def _field(error: ValidationError) -> str:
    location = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    return ".".join(str(part) for part in location) or "type"
