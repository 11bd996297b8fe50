"""Encoding and decoding of frames: JSON by orjson, validation by pydantic."""

from typing import cast
from zlib import crc32

import orjson
from pydantic import ValidationError

from chatserver.core.errors import Code, Refused
from chatserver.core.log import RequestKey
from chatserver.protocol.frames import FRAMES, HELLO, AnyRequest, Hello, Request, Signal

RawFrame = dict[str, object]


def encode(frame: object) -> bytes:
    """Return a frame of dicts, lists, dataclasses and scalars as JSON (UTF-8)."""
    return orjson.dumps(frame)


def decode(data: str | bytes) -> RawFrame:
    """Return the JSON object in a text frame; raises Refused `bad_frame` for anything else."""
    # Binary frames are refused even if they hold JSON: proxies and logs expect text.
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
    """Return the first frame of a session; raises Refused if it is not a valid `hello`."""
    try:
        return HELLO.validate_python(decode(data))
    except ValidationError as error:
        raise Refused(Code.INVALID, field=_field(error)) from None


def parse(frame: RawFrame, allowed: frozenset[str]) -> AnyRequest | Signal:
    """Return the request or signal in a frame.

    Raises Refused `unknown_type` for an unknown type, `not_allowed` for a type that is not among
    the `allowed` ones of this role, and `invalid` with the name of the first wrong field.
    """
    kind = frame.get("type")
    if not isinstance(kind, str):
        raise Refused(Code.INVALID, field="type")
    model = FRAMES.get(kind)
    if model is None:
        # A second `hello` is known, but comes too late.
        raise Refused(Code.NOT_ALLOWED if kind == "hello" else Code.UNKNOWN_TYPE)
    if kind not in allowed:
        raise Refused(Code.NOT_ALLOWED)
    try:
        return model.model_validate(frame)
    except ValidationError as error:
        raise Refused(Code.INVALID, field=_field(error)) from None


def request_id(frame: RawFrame) -> str | None:
    """Return the id for an answer to this frame, or None if it has no valid one.

    It is read before the frame is validated, so that a refusal can carry it.
    """
    value = frame.get("id")
    return value if isinstance(value, str) and 1 <= len(value) <= 64 else None


def request_key(request: Request) -> RequestKey:
    """Return the idempotency key of a request, with the CRC-32 of all that it asks for.

    A field that is absent, null, false or empty asks for nothing, so that a repetition stays one
    when a newer server knows more fields. A checksum is enough: it guards clients against their own
    mistakes, and each message pays for it.
    """
    asked = {name: value for name, value in request.__dict__.items() if value}
    return RequestKey(request.id, crc32(orjson.dumps(asked)))


def _field(error: ValidationError) -> str:
    """Return the dotted path of the first invalid field."""
    # Without `include_input` the error does not hold the values, which may be secret.
    location = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    return ".".join(str(part) for part in location) or "type"
