"""From where a mailbox is read on: after a restart, after a rebuilt folder, and the first time."""

from datetime import date

from chatserver.core.incoming_mail.fetched_envelope import UNKNOWN_SENDER, fetched_envelope
from chatserver.core.incoming_mail.mailbox_cursor import (
    FolderState,
    MailboxCursor,
    Search,
    next_search,
)

DESK = "help@imap.example.org/INBOX"
NOON_DEC_10 = 1_796_904_000_000
READ = MailboxCursor(DESK, validity=7, uid=41, looked_at=NOON_DEC_10)


def test_the_first_look_leaves_old_letters_alone_unless_a_day_is_named() -> None:
    full = FolderState(validity=7, next_uid=10_001)
    assert next_search(None, full, DESK, None) == Search(after_uid=10_000)
    day = date(2026, 12, 1)
    assert next_search(None, full, DESK, day) == Search(arrived_since=day)


def test_another_mailbox_begins_anew() -> None:
    found = next_search(READ, FolderState(7, 500), "other@imap.example.org/INBOX", None)
    assert found == Search(after_uid=499)


def test_a_known_folder_is_read_after_the_last_letter() -> None:
    assert next_search(READ, FolderState(7, 50), DESK, date(2026, 1, 1)) == Search(after_uid=41)


def test_a_rebuilt_folder_is_read_from_shortly_before_the_last_look() -> None:
    # A copied folder may say of 10,000 old letters that they arrived today.
    found = next_search(READ, FolderState(validity=8, next_uid=10_001), DESK, None)
    assert found == Search(arrived_since=date(2026, 12, 8), sent_since=date(2026, 12, 3))


def test_the_envelope_is_read_from_the_trace_of_delivery() -> None:
    head = b"Return-Path: <Ann@example.net>\r\nDelivered-To: HELP+x@example.org\r\n"
    found = fetched_envelope(head + b"Envelope-To: <help@example.org>\r\n\r\nx", 5)
    assert (found.sender, found.at) == ("ann@example.net", 5)
    assert found.recipients == ("help+x@example.org", "help@example.org")


def test_a_report_is_told_from_a_letter_without_trace() -> None:
    assert fetched_envelope(b"Return-Path: <>\r\n\r\nx", 5).sender == ""
    assert fetched_envelope(b"From: ann@example.net\r\n\r\nx", 5).sender == UNKNOWN_SENDER
