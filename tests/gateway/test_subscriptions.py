"""Sessions are found by person and by the conversation they follow or view."""

from chatserver.core.people import Person
from chatserver.gateway.subscriptions import Subscription, Subscriptions, Viewers
from tests.gateway.fake_transport import FakeTransport, new_subscriber

BOB, SUE = Person("bob", "Bob"), Person("sue", "Sue")


def test_a_session_that_ends_is_found_no_more() -> None:
    sessions = Subscriptions()
    bob = new_subscriber("bob", FakeTransport(), internal=True)
    sessions.join(bob)
    sessions.follow(bob, "c1", Subscription(last=0, head=0))
    assert (sessions.sessions_of("bob"), sessions.technicians()) == ((bob,), (bob,))
    sessions.leave(bob)
    assert bob not in sessions
    assert sessions.sessions_of("bob") == sessions.technicians() == ()
    assert sessions.followers("c1") == ()
    sessions.leave(bob)


def test_an_ended_session_follows_nothing_new() -> None:
    sessions = Subscriptions()
    ann = new_subscriber("ann", FakeTransport())
    assert not sessions.follow(ann, "c1", Subscription(last=0, head=0))
    assert sessions.followers("c1") == ()


def test_all_sessions_of_a_person_are_found_and_end_one_by_one() -> None:
    sessions = Subscriptions()
    laptop = new_subscriber("ann", FakeTransport(), session="laptop")
    phone = new_subscriber("ann", FakeTransport(), session="phone")
    sessions.join(laptop)
    sessions.join(phone)
    assert set(sessions.sessions_of("ann")) == {laptop, phone}
    sessions.leave(laptop)
    assert sessions.sessions_of("ann") == (phone,)


def test_unfollowing_one_conversation_leaves_the_others_followed() -> None:
    sessions = Subscriptions()
    bob = new_subscriber("bob", FakeTransport(), internal=True)
    sessions.join(bob)
    first, second = Subscription(last=1, head=1), Subscription(last=2, head=2)
    sessions.follow(bob, "c1", first)
    sessions.follow(bob, "c2", second)
    sessions.unfollow(bob, "c1")
    assert sessions.subscription(bob, "c1") is None
    assert sessions.subscription(bob, "c2") is second
    assert sessions.followers("c2") == ((bob, second),)


def test_customers_and_technicians_are_told_apart() -> None:
    sessions = Subscriptions()
    ann = new_subscriber("ann", FakeTransport())
    bob = new_subscriber("bob", FakeTransport(), internal=True)
    sessions.join(ann)
    sessions.join(bob)
    assert list(sessions.customers()) == [ann]
    assert sessions.technicians() == (bob,)
    assert sessions.all_sessions() == (ann, bob)


def test_technicians_sessions_are_found_by_the_sign_in_they_stand_on() -> None:
    sessions = Subscriptions()
    computer = new_subscriber("bob", FakeTransport(), internal=True, session="computer")
    phone = new_subscriber("bob", FakeTransport(), internal=True, session="phone")
    computer.sign_in = b"cookie of the computer"
    sessions.join(computer)
    sessions.join(phone)
    assert list(sessions.signed_in_by(b"cookie of the computer")) == [computer]


def test_a_session_views_one_conversation_at_a_time() -> None:
    viewers = Viewers()
    assert viewers.set_viewed("bob-1", BOB, "c1") == ["c1"]
    assert viewers.set_viewed("bob-1", BOB, "c2") == ["c1", "c2"]
    assert (viewers.people_viewing("c1"), viewers.people_viewing("c2")) == ([], [BOB])


def test_viewing_the_same_conversation_again_changes_nothing() -> None:
    viewers = Viewers()
    viewers.set_viewed("bob-1", BOB, "c1")
    assert viewers.set_viewed("bob-1", BOB, "c1") == []
    assert viewers.people_viewing("c1") == [BOB]


def test_viewing_nothing_ends_the_viewing() -> None:
    viewers = Viewers()
    viewers.set_viewed("bob-1", BOB, "c1")
    assert viewers.set_viewed("bob-1", BOB, None) == ["c1"]
    assert viewers.set_viewed("bob-1", BOB, None) == []
    assert viewers.people_viewing("c1") == []


def test_a_person_with_two_windows_is_one_viewer_until_both_are_gone() -> None:
    viewers = Viewers()
    viewers.set_viewed("sue-1", SUE, "c1")
    viewers.set_viewed("bob-1", BOB, "c1")
    viewers.set_viewed("bob-2", BOB, "c1")
    assert viewers.people_viewing("c1") == [BOB, SUE]
    assert viewers.sessions("c1") == {"bob-1", "bob-2", "sue-1"}
    viewers.set_viewed("bob-1", BOB, None)
    assert viewers.people_viewing("c1") == [BOB, SUE]
    viewers.set_viewed("bob-2", BOB, None)
    assert viewers.people_viewing("c1") == [SUE]
