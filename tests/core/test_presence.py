"""Connections, and the grace after the last one."""

from chatserver.core.presence import Presence


def test_the_grace_begins_with_the_last_connection() -> None:
    presence = Presence(grace_ms=30)
    presence.connect("bob")
    presence.connect("bob")
    assert not presence.disconnect("bob", 100)
    assert presence.disconnect("bob", 200)
    assert presence.next_deadline() == 230
    assert presence.pop_expired(229) == []
    assert presence.pop_expired(230) == ["bob"]
    # Each person expires once, however often the dispatcher asks.
    assert presence.pop_expired(231) == []


def test_a_reconnect_within_the_grace_cancels_it() -> None:
    presence = Presence(grace_ms=30)
    presence.connect("bob")
    presence.disconnect("bob", 0)
    presence.connect("bob")
    assert presence.pop_expired(1_000) == []


def test_a_connected_person_gets_no_grace() -> None:
    presence = Presence(grace_ms=30)
    presence.connect("bob")
    presence.begin_grace("bob", 0)
    assert presence.next_deadline() is None
