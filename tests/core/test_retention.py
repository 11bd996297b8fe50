"""Retention: when the words of a closed conversation are erased."""

from dataclasses import replace

import pytest

from chatserver.core.conversation.commands import Close
from chatserver.core.durations import DAY_MS
from chatserver.core.retention import Retention
from tests.playbook import ANN, NOON, OPENING, Play


@pytest.mark.parametrize(("topic", "days"), [("dsl", 10), ("tv", 30), (None, 30)])
def test_a_conversation_is_kept_as_long_as_its_topic_says(topic: str | None, days: int) -> None:
    retention = Retention(days=30, by_topic={"dsl": 10, "law": 0})
    play = Play().given((ANN, replace(OPENING, topic=topic)))
    assert play.state is not None
    assert retention.expires_at(play.state) is None
    closed = play.given((ANN, Close())).state
    assert closed is not None
    assert retention.expires_at(closed) == NOON + days * DAY_MS
    assert retention.expires_at(replace(closed, topic="law")) is None
    assert Retention().expires_at(closed) is None
