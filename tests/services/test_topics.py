"""A topic that a client names must exist."""

import pytest

from chatserver.core.errors import Code, Refused
from chatserver.services.accounts import TechnicianTerms
from tests.services.backend import Backend


async def test_a_topic_must_exist(backend: Backend) -> None:
    topics = backend.services.topics
    await backend.services.people.accounts.hire("bob", TechnicianTerms(topics=frozenset({"dsl"})))
    assert await topics.check_topic("dsl") == "dsl"
    assert await topics.check_topic(None) is None
    with pytest.raises(Refused) as refused:
        await topics.check_topic("astrology")
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "topic")
