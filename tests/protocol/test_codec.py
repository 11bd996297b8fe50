"""The shortcut for messages parses a frame exactly as the model of the wire contract does."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.errors import Refused
from chatserver.protocol.codec import parse, request_key
from chatserver.protocol.frames import CUSTOMER_TYPES, SendRequest

# Lengths around the bounds of an id, and what is no text at all.
VALUES = st.one_of(
    st.text(max_size=3),
    st.integers(62, 66).map("x".__mul__),
    st.none(),
    st.booleans(),
    st.integers(),
    st.lists(st.text(max_size=2), max_size=1),
)
FRAMES = st.fixed_dictionaries(
    {"type": st.just("send")},
    optional={
        **dict.fromkeys(("id", "conversation", "text", "file"), VALUES),
        **dict.fromkeys(("unmasked", "unknown"), st.booleans()),
    },
)


@given(FRAMES)
def test_a_message_is_parsed_as_its_model_says(frame: dict[str, object]) -> None:
    parsed, expected = None, None
    with suppress(Refused):
        parsed = parse(frame, CUSTOMER_TYPES)
    with suppress(ValueError):
        expected = SendRequest.model_validate(frame)
    assert parsed == expected
    if parsed is None or expected is None:
        return
    assert isinstance(parsed, SendRequest)
    assert parsed.model_dump() == expected.model_dump()
    assert parsed.model_fields_set == expected.model_fields_set
    # The digest goes through the fields in their order, and is stored.
    assert request_key(parsed) == request_key(expected)
