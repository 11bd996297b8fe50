"""The connected sessions, and which conversations each of them follows or views."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chatserver.core.people import Person
from chatserver.gateway.transport import SendBuffer


@dataclass(slots=True)
class Viewers:
    """The technicians' sessions that view a conversation; each views one at most."""

    _by_conversation: dict[str, dict[str, Person]] = field(default_factory=dict)
    _by_session: dict[str, str] = field(default_factory=dict)

    def set_viewed(self, session: str, person: Person, conversation: str | None) -> list[str]:
        """Record that a session views another conversation; return those whose viewers changed."""
        before = self._by_session.pop(session, None)
        if before == conversation:
            if conversation is not None:
                self._by_session[session] = conversation
            return []
        if before is not None:
            viewers = self._by_conversation[before]
            del viewers[session]
            if not viewers:
                del self._by_conversation[before]
        if conversation is not None:
            self._by_session[session] = conversation
            self._by_conversation.setdefault(conversation, {})[session] = person
        return [each for each in (before, conversation) if each is not None]

    def people_viewing(self, conversation: str) -> list[Person]:
        """Return the technicians viewing a conversation, each once, sorted by name."""
        people = {each.id: each for each in self._by_conversation.get(conversation, {}).values()}
        return sorted(people.values(), key=lambda person: (person.name, person.id))

    def sessions(self, conversation: str) -> frozenset[str]:
        """Return the sessions that view a conversation."""
        return frozenset(self._by_conversation.get(conversation, ()))


@dataclass(slots=True, eq=False)
class Subscriber:
    """A live session as the hub knows it.

    `internal` is true for the sessions of technicians. `sign_in` is the digest of the cookie that
    the session was opened with, so that signing out ends it.
    """

    session: str
    person: str
    internal: bool
    send_buffer: SendBuffer
    sign_in: bytes | None = None


@dataclass(slots=True)
class Subscription:
    """The cursor of a session in a conversation.

    `last` is the seq of the newest event that was sent, None for a session that wants the newest;
    `head` is the newest seq of the log. While it is not `live`, a task reads from the log what was
    missed, and an event that was just committed must not overtake it. `watching` is true for a
    supervisor who follows by choice, and not because they have the conversation.
    """

    last: int | None
    head: int
    watching: bool = False
    live: bool = False


@dataclass(slots=True)
class Subscriptions:
    """The connected sessions, by person and by the conversations that they follow.

    Technicians have an index of their own: they are few among thousands of customers, and each
    change of one is sent to all of them.
    """

    _by_person: dict[str, set[Subscriber]] = field(default_factory=dict)
    _followers: dict[str, dict[Subscriber, Subscription]] = field(default_factory=dict)
    _followed: dict[Subscriber, set[str]] = field(default_factory=dict)
    _technicians: dict[Subscriber, None] = field(default_factory=dict)

    def join(self, subscriber: Subscriber) -> None:
        """Add a session that was welcomed."""
        self._by_person.setdefault(subscriber.person, set()).add(subscriber)
        self._followed[subscriber] = set()
        if subscriber.internal:
            self._technicians[subscriber] = None

    def __contains__(self, subscriber: Subscriber) -> bool:
        """Return True while a session is connected."""
        return subscriber in self._followed

    def leave(self, subscriber: Subscriber) -> None:
        """Remove a session with all of its subscriptions."""
        for conversation in tuple(self._followed.pop(subscriber, ())):
            self._remove_follower(subscriber, conversation)
        self._technicians.pop(subscriber, None)
        subscribers = self._by_person.get(subscriber.person, set())
        subscribers.discard(subscriber)
        if not subscribers:
            self._by_person.pop(subscriber.person, None)

    def follow(self, subscriber: Subscriber, conversation: str, subscription: Subscription) -> bool:
        """Subscribe a session; return False if it has ended meanwhile."""
        if subscriber not in self._followed:
            return False
        self._followed[subscriber].add(conversation)
        self._followers.setdefault(conversation, {})[subscriber] = subscription
        return True

    def unfollow(self, subscriber: Subscriber, conversation: str) -> None:
        """End a subscription."""
        if subscriber in self._followed:
            self._followed[subscriber].discard(conversation)
            self._remove_follower(subscriber, conversation)

    def subscription(self, subscriber: Subscriber, conversation: str) -> Subscription | None:
        """Return the subscription of a session to a conversation, or None."""
        return self._followers.get(conversation, {}).get(subscriber)

    def followers(self, conversation: str) -> tuple[tuple[Subscriber, Subscription], ...]:
        """Return a snapshot of the subscriptions to a conversation: sending may change them."""
        return tuple(self._followers.get(conversation, {}).items())

    def sessions_of(self, person: str) -> tuple[Subscriber, ...]:
        """Return the sessions of one person."""
        return tuple(self._by_person.get(person, ()))

    def technicians_with_sessions(self, sessions: frozenset[str]) -> tuple[Subscriber, ...]:
        """Return the technicians' subscribers with these session ids."""
        return tuple(
            subscriber for subscriber in self._technicians if subscriber.session in sessions
        )

    def all_sessions(self) -> tuple[Subscriber, ...]:
        return tuple(self._followed)

    def customers(self) -> Iterable[Subscriber]:
        return (subscriber for subscriber in self.all_sessions() if not subscriber.internal)

    def technicians(self) -> tuple[Subscriber, ...]:
        return tuple(self._technicians)

    def signed_in_by(self, sign_in: bytes) -> Iterable[Subscriber]:
        """Return the sessions that were opened with one sign-in."""
        return (subscriber for subscriber in self.technicians() if subscriber.sign_in == sign_in)

    def _remove_follower(self, subscriber: Subscriber, conversation: str) -> None:
        followers = self._followers.get(conversation, {})
        followers.pop(subscriber, None)
        if not followers:
            self._followers.pop(conversation, None)
