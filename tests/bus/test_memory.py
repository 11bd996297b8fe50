"""The bus of a single node: the order of its listeners, their kinds, and one that raises."""

from structlog.testing import capture_logs

from chatserver.bus.memory import Listener, MemoryBus
from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.events import Closed, Message, Opened
from chatserver.core.conversation.record import ReadMarks
from chatserver.core.notifications import (
    Committed,
    Notification,
    OffersMissed,
    ReservedCustomerLeft,
)
from tests.playbook import ANN, opened


def committed(*commands: ask.Command) -> Committed:
    """News of what Ann did in a conversation that was just opened."""
    play = opened()
    before = play.state
    assert before is not None
    events = tuple(play.given(*((ANN, command) for command in commands)).events[before.seq :])
    assert play.state is not None
    return Committed(events, before, play.state, ReadMarks())


def listener(name: str, heard: list[str], *kinds: type[object]) -> Listener:
    """A listener that writes its name down."""
    return Listener(name, lambda _: heard.append(name), frozenset(kinds))


def test_listeners_are_called_in_the_order_of_the_list() -> None:
    heard: list[str] = []
    names = ("pairing", "sessions", "archive")
    bus = MemoryBus(tuple(listener(name, heard, OffersMissed) for name in names))
    bus.publish(OffersMissed("bob"))
    assert heard == ["pairing", "sessions", "archive"]


def test_a_listener_hears_only_the_kinds_of_news_that_it_names() -> None:
    heard: list[str] = []
    bus = MemoryBus((listener("pairing", heard, OffersMissed),))
    bus.publish(ReservedCustomerLeft("ann"))
    assert heard == []


def test_a_listener_to_closings_is_not_called_for_a_message() -> None:
    heard: list[str] = []
    bus = MemoryBus((listener("archive", heard, Closed), listener("sessions", heard, Message)))
    bus.publish(committed(ask.Send("Hello?")))
    assert heard == ["sessions"]


def test_a_listener_is_called_once_for_events_that_are_committed_together() -> None:
    heard: list[str] = []
    bus = MemoryBus((listener("sessions", heard, Committed, Message, Closed),))
    bus.publish(committed(ask.Send("Bye."), ask.Close()))
    assert heard == ["sessions"]


def test_a_listener_to_any_commit_need_not_name_the_events() -> None:
    heard: list[str] = []
    bus = MemoryBus((listener("sessions", heard, Committed), listener("pairing", heard, Opened)))
    bus.publish(committed(ask.Close()))
    assert heard == ["sessions"]


def test_a_listener_that_raises_is_logged_and_silences_no_other() -> None:
    heard: list[str] = []

    def fail(news: Notification) -> None:
        raise KeyError("gone")

    broken = Listener("pairing", fail, frozenset({OffersMissed}))
    bus = MemoryBus((broken, listener("sessions", heard, OffersMissed)))
    with capture_logs() as logs:
        bus.publish(OffersMissed("bob"))
    assert heard == ["sessions"]
    assert [(each["log_level"], each["listener"]) for each in logs] == [("error", "pairing")]
