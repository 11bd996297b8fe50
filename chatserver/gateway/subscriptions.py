"""The connected sessions, and which conversations each of them follows or views."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chatserver.core.people import Person
from chatserver.gateway.transport import SendBuffer


@dataclass(slots=True)
class Viewers:
    """Each session looks at one conversation at most."""

    _by_conversation: dict[str, dict[str, Person]] = field(default_factory=dict)
    _by_session: dict[str, str] = field(default_factory=dict)

    def look(self, session: str, person: Person, conversation: str | None) -> list[str]:
        """A session looks somewhere else; the conversations whose viewers changed."""
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

    def of(self, conversation: str) -> list[Person]:
        """Who looks at it, each person once, by name."""
        people = {each.id: each for each in self._by_conversation.get(conversation, {}).values()}
        return sorted(people.values(), key=lambda person: (person.name, person.id))

    def sessions(self, conversation: str) -> frozenset[str]:
        """The sessions that look at it."""
        return frozenset(self._by_conversation.get(conversation, ()))


@dataclass(slots=True, eq=False)
class Subscriber:
    """A live session as the hub knows it.

    `internal` sessions are the technicians'; `sign_in` is the digest of the cookie that a
    technician's session stands on.
    """

    session: str
    person: str
    internal: bool
    outbox: SendBuffer
    sign_in: bytes | None = None


@dataclass(slots=True)
class Subscription:
    """How far a session has followed a conversation.

    `last` is the seq it holds, None when it wants the newest; `head` is the newest seq there is.
    While not `live` it is catching up from the log, and must not be sent anything else.
    """

    last: int | None
    head: int
    watching: bool = False
    live: bool = False


@dataclass(slots=True)
class Subscriptions:
    """Sessions by person and by what they follow.

    Technicians are few among thousands of customers, and are told of each other all the time.
    """

    _members: dict[str, set[Subscriber]] = field(default_factory=dict)
    _followers: dict[str, dict[Subscriber, Subscription]] = field(default_factory=dict)
    _followed: dict[Subscriber, set[str]] = field(default_factory=dict)
    _technicians: dict[Subscriber, None] = field(default_factory=dict)

    def join(self, member: Subscriber) -> None:
        """A session has said hello."""
        self._members.setdefault(member.person, set()).add(member)
        self._followed[member] = set()
        if member.internal:
            self._technicians[member] = None

    def has(self, member: Subscriber) -> bool:
        """Whether a session is still told anything."""
        return member in self._followed

    def leave(self, member: Subscriber) -> None:
        """A session has ended; it follows nothing any more."""
        for conversation in tuple(self._followed.pop(member, ())):
            self._forget(member, conversation)
        self._technicians.pop(member, None)
        members = self._members.get(member.person, set())
        members.discard(member)
        if not members:
            self._members.pop(member.person, None)

    def follow(self, member: Subscriber, conversation: str, following: Subscription) -> bool:
        """Follow a conversation; False for a session that has ended."""
        if member not in self._followed:
            return False
        self._followed[member].add(conversation)
        self._followers.setdefault(conversation, {})[member] = following
        return True

    def unfollow(self, member: Subscriber, conversation: str) -> None:
        """Follow no longer."""
        if member in self._followed:
            self._followed[member].discard(conversation)
            self._forget(member, conversation)

    def following(self, member: Subscriber, conversation: str) -> Subscription | None:
        """How a session follows a conversation, if it does."""
        return self._followers.get(conversation, {}).get(member)

    def followers(self, conversation: str) -> tuple[tuple[Subscriber, Subscription], ...]:
        """Who follows a conversation now; what changes later does not disturb the answer."""
        return tuple(self._followers.get(conversation, {}).items())

    def of(self, person: str) -> tuple[Subscriber, ...]:
        """The sessions of one person."""
        return tuple(self._members.get(person, ()))

    def looking(self, sessions: frozenset[str]) -> tuple[Subscriber, ...]:
        """The technicians with these sessions."""
        return tuple(member for member in self._technicians if member.session in sessions)

    def everybody(self) -> tuple[Subscriber, ...]:
        return tuple(self._followed)

    def customers(self) -> Iterable[Subscriber]:
        return (member for member in self.everybody() if not member.internal)

    def technicians(self) -> tuple[Subscriber, ...]:
        return tuple(self._technicians)

    def signed_in_by(self, sign_in: bytes) -> Iterable[Subscriber]:
        """The sessions that stand on one sign-in."""
        return (member for member in self.technicians() if member.sign_in == sign_in)

    def _forget(self, member: Subscriber, conversation: str) -> None:
        followers = self._followers.get(conversation, {})
        followers.pop(member, None)
        if not followers:
            self._followers.pop(conversation, None)
