"""The contract of `TopicStore`."""

import pytest

from chatserver.core.people import Topic
from chatserver.services.topics import TopicStore
from chatserver.store.open import Store


@pytest.fixture
def topics(store: Store) -> TopicStore:
    return store.topics


async def test_a_new_topic_comes_last_and_a_known_one_is_renamed_in_place(
    topics: TopicStore,
) -> None:
    await topics.save_topic(Topic("tv", "TV"))
    await topics.save_topic(Topic("dsl", "DSL"))
    await topics.save_topic(Topic("tv", "Television"))
    assert await topics.list_topics() == [Topic("tv", "Television"), Topic("dsl", "DSL")]
