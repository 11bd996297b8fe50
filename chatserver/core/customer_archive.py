"""A customer's archive: their own conversations, with titles, tags and filters."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.errors import Code, Refused

TITLE_LIMIT = 120
"""Characters of a conversation's title."""

TAG_LIMIT = 40
"""Characters of one tag."""

TAGS_LIMIT = 12
"""Tags of one conversation."""


class CustomerArchiveFilter(StrEnum):
    """The conversations to list; `current` are all that are not archived."""

    CURRENT = "current"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ConversationLabel:
    """A customer's title and tags for a conversation.

    `archived_at` (ms since 1970 UTC) is set while the customer has archived it.
    """

    title: str = ""
    tags: tuple[str, ...] = ()
    archived_at: int | None = None


UNLABELLED = ConversationLabel()


@dataclass(frozen=True, slots=True)
class CustomerArchiveEntry:
    """A conversation in a customer's archive.

    In `excerpt`, matches of a search stand between U+0002 and U+0003.
    """

    record: ConversationRecord
    label: ConversationLabel = UNLABELLED
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class CustomerArchiveQuery:
    """A filter and a cursor for one page of a customer's archive, newest first.

    `since` (inclusive) and `until` (exclusive) bound the time of opening in ms since 1970 UTC.
    `before` is the cursor: time of opening and id of the last conversation of the page before.
    """

    state: CustomerArchiveFilter = CustomerArchiveFilter.CURRENT
    topic: str | None = None
    tag: str | None = None
    since: int | None = None
    until: int | None = None
    before: tuple[int, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CustomerArchiveFacets:
    """The values that an archive can be filtered by.

    `first_at` is the time of the oldest conversation in ms since 1970 UTC.
    """

    topics: tuple[str, ...]
    tags: tuple[str, ...]
    first_at: int | None


def clean_title(given: str) -> str:
    """Return the title on one line; raises Refused `too_long` above 120 characters."""
    return _clean(given, TITLE_LIMIT, "title")


def clean_tags(given: list[str]) -> tuple[str, ...]:
    """Return the tags in their order, without duplicates.

    Raises Refused `too_long` for more than 12 tags, or one of more than 40 characters.
    """
    tags = dict.fromkeys(tag for each in given if (tag := _clean(each, TAG_LIMIT, "tags")))
    if len(tags) > TAGS_LIMIT:
        raise Refused(Code.TOO_LONG, field="tags")
    return tuple(tags)


def _clean(text: str, limit: int, field: str) -> str:
    # Control characters (category C) become spaces: a title is shown in one line and in file names.
    printable = "".join(" " if unicodedata.category(each)[0] == "C" else each for each in text)
    line = " ".join(printable.split())
    if len(line) > limit:
        raise Refused(Code.TOO_LONG, field=field)
    return line
