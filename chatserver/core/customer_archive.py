"""A customer's own collection: their conversations, as they name and sort them."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from chatserver.core.errors import Code, Refused
from chatserver.core.log_types import ConversationRecord

TITLE_LIMIT = 120
TAG_LIMIT = 40
TAGS_LIMIT = 12


class ArchiveFilter(StrEnum):
    """Which conversations are shown; `current` are all that are not archived."""

    CURRENT = "current"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ConversationLabel:
    """What a customer says of a conversation; `archived_at` (ms) is when it was put away."""

    title: str = ""
    tags: tuple[str, ...] = ()
    archived_at: int | None = None


UNLABELLED = ConversationLabel()


@dataclass(frozen=True, slots=True)
class ArchivedConversation:
    """A conversation of the collection; in `excerpt` matches stand between U+0002 and U+0003."""

    record: ConversationRecord
    label: ConversationLabel = UNLABELLED
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveQuery:
    """Which part of a collection is asked for, newest first.

    Opened at or after `since` and before `until` (ms); from `before` (time of opening, id) on.
    """

    state: ArchiveFilter = ArchiveFilter.CURRENT
    topic: str | None = None
    tag: str | None = None
    since: int | None = None
    until: int | None = None
    before: tuple[int, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ArchiveFacets:
    """By what a collection can be sorted out; `first_at` (ms) is when it begins."""

    topics: tuple[str, ...]
    tags: tuple[str, ...]
    first_at: int | None


def clean_title(given: str) -> str:
    """A title on one line; raises Refused `too_long`."""
    return _clean(given, TITLE_LIMIT, "title")


def clean_tags(given: list[str]) -> tuple[str, ...]:
    """Tags, each once, in their order; raises Refused `too_long` or `too_many`."""
    tags = dict.fromkeys(tag for each in given if (tag := _clean(each, TAG_LIMIT, "tags")))
    if len(tags) > TAGS_LIMIT:
        raise Refused(Code.TOO_LONG, field="tags")
    return tuple(tags)


def _clean(text: str, limit: int, field: str) -> str:
    shown = "".join(" " if unicodedata.category(each)[0] == "C" else each for each in text)
    line = " ".join(shown.split())
    if len(line) > limit:
        raise Refused(Code.TOO_LONG, field=field)
    return line
