"""Who looks at which conversation, so that two technicians do not answer the same customer."""

from dataclasses import dataclass, field

from chatserver.core.people import Person


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
