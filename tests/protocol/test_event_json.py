"""The frame of an event has the fields of its view, in their order."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.conversation.events import Event, Kept, Message, Promised, Reminded
from chatserver.core.people import Author, Role
from chatserver.protocol.event_json import event_fields, event_frame

FACTS = st.one_of(
    st.builds(Message, text=st.text() | st.none(), file=st.text() | st.none()),
    st.builds(Kept, st.integers(0, 1 << 53)),
    st.builds(Promised, st.integers(0, 1 << 53)),
    st.just(Reminded()),
)
AUTHORS = st.builds(Author, st.sampled_from(Role), st.text(), st.text())


@given(st.text(), st.integers(2, 1 << 53), FACTS, AUTHORS, st.booleans())
def test_a_frame_has_the_fields_of_its_view(
    conversation: str,
    seq: int,
    fact: Message | Kept | Promised | Reminded,
    author: Author,
    internal: bool,
) -> None:
    event = Event(conversation, seq, 5, author=author, fact=fact, prev=seq - 2)
    expected = orjson.dumps({"type": "event", **event_fields(event, internal=internal)})
    assert event_frame(event, internal=internal) == expected
    # From the JSON that it keeps, the second time.
    assert event_frame(event, internal=internal) == expected
