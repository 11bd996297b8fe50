"""Lists of conversations: the filter and the cursor of a page, and the results of a search."""

from dataclasses import dataclass

from chatserver.core.conversation.record import ConversationRecord


@dataclass(frozen=True, slots=True)
class OpeningPeriod:
    """A time of opening (ms since 1970 UTC) from `since` on, before `until`; None is no limit."""

    since: int | None = None
    until: int | None = None

    def contains(self, at: int) -> bool:
        """Return True for a time in the period."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


ALWAYS = OpeningPeriod()


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A filter and a cursor for one page of a list of conversations, newest first.

    `status` is a ConversationStatus, "abandoned" for closed conversations that ended so, or None
    for every status. `technician` None lists those of all technicians. `before` is the cursor: time
    of opening (ms since 1970 UTC) and id of the last conversation of the page before.
    """

    status: str | None
    technician: str | None = None
    before: tuple[int, str] | None = None
    limit: int = 50
    period: OpeningPeriod = ALWAYS


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A result of a full-text search; matches in `excerpt` stand between U+0002 and U+0003."""

    record: ConversationRecord
    excerpt: str
