"""Technicians are told of conversations and colleagues in gathered frames, each what is theirs."""

from dataclasses import replace

import orjson
import pytest

from chatserver.core.conversation.commands import Accept, Close, Send
from chatserver.core.notifications import Committed, TechnicianChanged
from chatserver.core.people import TechnicianStatus
from chatserver.gateway import technician_feed
from chatserver.gateway.subscriptions import Subscriber, Subscriptions
from chatserver.gateway.technician_feed import TechnicianFeed
from tests.gateway.fake_transport import FakeTransport, new_subscriber
from tests.playbook import ANN, BOB, CAT, opened


@pytest.fixture(autouse=True)
def _gather_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send at once what is otherwise gathered for 50 or 500 ms: only the frames matter here."""
    monkeypatch.setattr(technician_feed, "GATHER_S", 0)
    monkeypatch.setattr(technician_feed, "CONVERSATION_GATHER_S", 0)
    monkeypatch.setattr(technician_feed, "STEP_S", 0)


def feed_of(*technicians: Subscriber) -> TechnicianFeed:
    sessions = Subscriptions()
    for each in technicians:
        sessions.join(each)
    return TechnicianFeed(sessions)


def at_work(person: str) -> Subscriber:
    return new_subscriber(person, FakeTransport(), internal=True)


async def posted(feed: TechnicianFeed) -> list[tuple[str, dict[str, object]]]:
    return [
        (subscriber.person, orjson.loads(frame)) async for subscriber, frame in feed.due_frames()
    ]


async def test_a_waiting_conversation_is_shown_in_full_to_every_technician() -> None:
    feed = feed_of(at_work("bob"), at_work("cat"))
    feed.note_conversation(opened().committed(2))
    posts = await posted(feed)
    assert [person for person, _ in posts] == ["bob", "cat"]
    for _, frame in posts:
        assert (frame["type"], frame["conversation"]) == ("conversation", "c1")
        assert frame["status"] == "waiting"
        assert "It blinks" in str(frame["last"])


async def test_an_assigned_conversation_is_shown_in_full_to_its_technician_alone() -> None:
    feed = feed_of(at_work("bob"), at_work("cat"))
    feed.note_conversation(opened().given((BOB, Accept())).committed(1))
    frames = dict(await posted(feed))
    # Cat is told that the conversation is taken, but not what it is about.
    assert set(frames) == {"bob", "cat"}
    assert "It blinks" in str(frames["bob"])
    assert "It blinks" not in str(frames["cat"])


async def test_a_message_in_an_active_conversation_is_told_to_its_technician_only() -> None:
    feed = feed_of(at_work("bob"), at_work("cat"))
    play = opened().given((BOB, Accept()), (ANN, Send(text="Still")))
    feed.note_conversation(play.committed(1))
    assert [person for person, _ in await posted(feed)] == ["bob"]


async def test_several_changes_of_a_conversation_are_told_once_as_the_last() -> None:
    feed = feed_of(at_work("bob"))
    play = opened().given((BOB, Accept()))
    for text in ("one", "two", "three"):
        play.given((ANN, Send(text=text)))
        feed.note_conversation(play.committed(1))
    [(_, frame)] = await posted(feed)
    assert frame["seq"] == play.events[-1].seq


async def test_what_was_shown_to_all_as_waiting_is_withdrawn_from_all_when_gathered() -> None:
    """Opened and assigned within one gathering, it still must leave everyone's queue."""
    feed = feed_of(at_work("bob"), at_work("cat"))
    play = opened()
    feed.note_conversation(play.committed(2))
    feed.note_conversation(play.given((BOB, Accept())).committed(1))
    frames = dict(await posted(feed))
    assert frames["cat"]["status"] == "active"


async def test_a_colleagues_status_is_told_to_every_technician_before_conversations() -> None:
    feed = feed_of(at_work("bob"))
    feed.note_conversation(opened().committed(2))
    feed.note_technician(TechnicianChanged(CAT, TechnicianStatus.AWAY, 1))
    kinds = [frame["type"] for _, frame in await posted(feed)]
    assert kinds == ["presence", "conversation"]


async def test_customers_are_told_nothing() -> None:
    feed = feed_of(new_subscriber("ann", FakeTransport()))
    feed.note_conversation(opened().committed(2))
    feed.note_technician(TechnicianChanged(BOB, TechnicianStatus.ONLINE, 0))
    assert await posted(feed) == []


async def test_a_session_that_ends_while_others_are_told_is_told_nothing() -> None:
    bob, cat = at_work("bob"), at_work("cat")
    feed = feed_of(bob, cat)
    feed.note_conversation(opened().committed(2))
    feed.subscriptions.leave(cat)
    assert [person for person, _ in await posted(feed)] == ["bob"]


class SetTime:
    """The clock of the feed, which stands until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


def new_message(conversation: str) -> Committed:
    """Return the news of a message in a conversation that Bob has."""
    news = opened().given((BOB, Accept()), (ANN, Send(text="Still"))).committed(1)
    after = replace(news.after, id=conversation)
    return replace(news, after=after)


async def test_each_conversation_is_told_at_its_own_moment_and_not_all_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time = SetTime()
    monkeypatch.setattr(technician_feed, "time", time)
    monkeypatch.setattr(technician_feed, "CONVERSATION_GATHER_S", 0.5)
    feed = feed_of(at_work("bob"))
    feed.note_conversation(new_message("c1"))
    time.now = 0.25
    feed.note_conversation(new_message("c2"))
    time.now = 0.5
    assert [frame["conversation"] for _, frame in await posted(feed)] == ["c1"]
    time.now = 0.75
    assert [frame["conversation"] for _, frame in await posted(feed)] == ["c2"]


async def test_a_conversation_that_changes_hands_does_not_wait_for_its_calm_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(technician_feed, "CONVERSATION_GATHER_S", 3_600)
    feed = feed_of(at_work("bob"))
    play = opened().given((BOB, Accept()), (ANN, Send(text="Still")))
    feed.note_conversation(play.committed(1))
    assert await posted(feed) == []
    feed.note_conversation(play.given((ANN, Close())).committed(1))
    assert [frame["status"] for _, frame in await posted(feed)] == ["closed"]
