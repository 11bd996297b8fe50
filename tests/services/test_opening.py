"""A conversation is opened alike by a live session and by the form without scripts."""

from chatserver.services.opening import opening
from tests.services.backend import Backend


async def test_only_a_left_message_is_promised_an_answer(backend: Backend) -> None:
    left = opening(backend.services, topic=None, text="It blinks", is_left=True)
    live = opening(backend.services, topic=None, text="It blinks", is_left=False)
    assert left.reply_by == backend.services.site.reply_by(backend.now, None)
    assert live.reply_by is None


async def test_each_opening_has_an_id_and_a_reference_of_its_own(backend: Backend) -> None:
    first, second = [
        opening(backend.services, topic=None, text="It blinks", is_left=False) for _ in range(2)
    ]
    assert first.conversation < second.conversation
    assert first.reference != second.reference


async def test_an_empty_text_opens_without_a_message(backend: Backend) -> None:
    assert opening(backend.services, topic=None, text="", is_left=False).text is None
