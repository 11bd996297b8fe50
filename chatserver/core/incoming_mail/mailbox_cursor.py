"""The place up to which an IMAP mailbox was read, and from where it is read on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

REBUILT_DAYS = 2
"""Days before the last look from which a rebuilt folder is read: IMAP searches by whole days, and
those of the server's time zone."""

SENT_DAYS = 7
"""Days before the last look at which a letter of a rebuilt folder may have been written: a folder
that was copied may say of every letter that it arrived today."""


@dataclass(frozen=True, slots=True)
class MailboxCursor:
    """The letters up to `uid` were read while the folder had this UIDVALIDITY (RFC 9051 §2.3.1.1).

    `mailbox` is user, server and folder; `looked_at` the time of a look (ms since 1970 UTC), at
    most an hour before the last one. `rebuilt_after` is the time of the last look before the folder
    was rebuilt, until all that came since then was read: UIDs of old letters may be higher.
    """

    mailbox: str
    validity: int
    uid: int
    looked_at: int
    rebuilt_after: int | None = None


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder as the server tells it: UIDVALIDITY, and the UID that the next letter will have."""

    validity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Search:
    """Letters after a UID, and of these the ones that arrived and were written since two days."""

    after_uid: int = 0
    arrived_since: date | None = None
    sent_since: date | None = None


def next_search(
    cursor: MailboxCursor | None, folder: FolderState, mailbox: str, since: date | None
) -> Search:
    """Return the letters to read now.

    A mailbox that is read for the first time begins with the letters that arrive from then on, or
    `since` a day that the operator names. A folder that was rebuilt, so that its UIDs mean other
    letters, is read from shortly before the last look: what is in the log is left out there.
    """
    if cursor is None or cursor.mailbox != mailbox:
        return Search(arrived_since=since) if since else Search(after_uid=folder.next_uid - 1)
    if cursor.validity != folder.validity:
        return _since(cursor.looked_at, after_uid=0)
    if cursor.rebuilt_after is not None:
        return _since(cursor.rebuilt_after, after_uid=cursor.uid)
    return Search(after_uid=cursor.uid)


def _since(looked_at: int, after_uid: int) -> Search:
    """Return the letters that may have come since a look."""
    looked = datetime.fromtimestamp(looked_at / 1_000, UTC).date()
    return Search(
        after_uid=after_uid,
        arrived_since=looked - timedelta(days=REBUILT_DAYS),
        sent_since=looked - timedelta(days=SENT_DAYS),
    )
