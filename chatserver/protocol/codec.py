"""Encoding and decoding of frames: JSON by orjson, validation by pydantic."""

from typing import cast
from zlib import crc32

import orjson
from pydantic import ValidationError

from chatserver.core.errors import Code, Refused
from chatserver.core.log import RequestKey
from chatserver.protocol.frames import (
    FRAMES,
    HELLO,
    AnyRequest,
    Hello,
    Request,
    SendRequest,
    Signal,
)

RawFrame = dict[str, object]

_UNSET = {"file": None, "unmasked": False}
_STATE = {
    "__pydantic_fields_set__": {"id", "type", "conversation", "text"},
    "__pydantic_extra__": None,
    "__pydantic_private__": None,
}


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
    if kind == "send" and kind in allowed and (message := _plain_send(frame)) is not None:
        return message
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


def _plain_send(frame: RawFrame) -> SendRequest | None:
    """Return the request of a message with a text and no more, or None to let pydantic judge.

    Nearly all frames are such. What is returned equals what pydantic makes of it, in a third of
    the time; the models stay the contract, and a test compares the two.
    """
    request, conversation, text = frame.get("id"), frame.get("conversation"), frame.get("text")
    # The model ignores fields that it does not know: a frame that has any is left to it.
    if len(frame) != 4 or not (_is_text(request) and _is_text(conversation) and _is_text(text, 0)):
        return None
    # In the order of the model's fields.
    fields = {"id": request, "type": "send", "conversation": conversation, "text": text, **_UNSET}
    message = object.__new__(SendRequest)
    message.__setstate__({**_STATE, "__dict__": fields})
    return message


def _is_text(value: object, limit: int = 64) -> bool:
    return isinstance(value, str) and 0 < len(value) <= (limit or len(value))


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
