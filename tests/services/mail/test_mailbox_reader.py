"""A mailbox is read once, from where it was left, whatever its server does meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chatserver.core.errors import Unavailable
from chatserver.core.incoming_mail.mailbox_cursor import FolderState, Search
from chatserver.services.mail.mail_flow import SILENT_MS, MailFlow
from chatserver.services.mail.mailbox_reader import MailboxReader
from chatserver.store.folder.mail_spool import SpoolFolder

NOON = 1_796_904_000_000
DAY_MS = 86_400_000


@dataclass(slots=True)
class Mailbox:
    """A folder of letters by UID, in memory; `fails` makes every look fail.

    The letters `old` arrived long ago; after `reads_left` letters the connection breaks.
    """

    letters: dict[int, bytes] = field(default_factory=dict)
    validity: int = 1
    fails: bool = False
    gone: set[int] = field(default_factory=set)
    read_uids: list[int] = field(default_factory=list)
    old: set[int] = field(default_factory=set)
    reads_left: int = 100

    can_wait = True

    def open(self, secret: str, *, is_token: bool) -> None:
        assert (secret, is_token) == ("secret", False)

    def examine(self) -> FolderState:
        if self.fails:
            raise Unavailable
        return FolderState(self.validity, max(self.letters, default=0) + 1)

    def find(self, search: Search) -> Sequence[int]:
        left_out = self.old if search.arrived_since else set[int]()
        return sorted(uid for uid in self.letters if uid > search.after_uid and uid not in left_out)

    def size_bytes(self, uid: int) -> int | None:
        return None if uid in self.gone else len(self.letters[uid])

    def read(self, uid: int) -> bytes | None:
        if not self.reads_left:
            raise Unavailable
        self.reads_left -= 1
        self.read_uids.append(uid)
        return None if uid in self.gone else self.letters[uid]

    def wait(self, seconds: float) -> None:
        raise Unavailable

    def abort(self) -> None:
        """Nothing is open."""

    close = abort


async def secret() -> str:
    return "secret"


@pytest.fixture
def spool(tmp_path: Path) -> SpoolFolder:
    folder = SpoolFolder(tmp_path)
    folder.prepare()
    return folder


def reader(mailbox: Mailbox, spool: SpoolFolder, now: int = NOON) -> MailboxReader:
    ids = iter(f"{now}-{number:03}" for number in range(100))
    return MailboxReader(
        name="help@imap.example.org/INBOX",
        connect=lambda: mailbox,
        secret=secret,
        has_token=False,
        spool=spool,
        flow=MailFlow(now, has_mailbox=True),
        arrived=lambda: None,
        new_id=lambda: next(ids),
        clock=lambda: now,
        limit_bytes=100,
        poll_s=60,
    )


async def test_letters_are_fetched_once_and_old_ones_never(spool: SpoolFolder) -> None:
    mailbox = Mailbox({1: b"A: 1\r\n\r\nold"})
    first = reader(mailbox, spool)
    await first.look(mailbox)
    mailbox.letters[2] = b"A: 1\r\n\r\nnew"
    await first.look(mailbox)
    # Another process, which knows only the cursor on disk.
    await reader(mailbox, spool, NOON + 1).look(mailbox)
    assert mailbox.read_uids == [2]
    assert len(spool.list_arrived()) == 1


async def test_a_rebuilt_folder_is_followed_from_its_end(spool: SpoolFolder) -> None:
    mailbox = Mailbox({1: b"A: 1\r\n\r\nold"})
    there = reader(mailbox, spool)
    await there.look(mailbox)
    mailbox.validity, mailbox.letters = 2, {5: b"A: 1\r\n\r\nx", 9: b"A: 1\r\n\r\ny"}
    await there.look(mailbox)
    await there.look(mailbox)
    assert mailbox.read_uids == [5, 9]


async def test_old_letters_of_a_rebuilt_folder_stay_unread_when_the_connection_breaks(
    spool: SpoolFolder,
) -> None:
    mailbox = Mailbox({1: b"A: 1\r\n\r\nold"})
    there = reader(mailbox, spool)
    await there.look(mailbox)
    # Rebuilding numbers letters by the names of their files: an old one may come between.
    new = b"A: 1\r\n\r\nnew"
    mailbox.validity, mailbox.letters, mailbox.old = 2, dict.fromkeys((5, 6, 9), new), {6}
    mailbox.reads_left = 1
    with pytest.raises(Unavailable):
        await there.look(mailbox)
    mailbox.reads_left = 100
    # Another process, which knows only the cursor on disk.
    await reader(mailbox, spool, NOON + 1).look(mailbox)
    mailbox.letters[10] = new
    await there.look(mailbox)
    assert mailbox.read_uids == [5, 9, 10]


async def test_what_is_gone_or_too_large_holds_up_no_other(spool: SpoolFolder) -> None:
    mailbox = Mailbox()
    there = reader(mailbox, spool)
    await there.look(mailbox)
    mailbox.letters = {1: b"x" * 101, 2: b"A: 1\r\n\r\nx", 3: b"A: 1\r\n\r\ny"}
    mailbox.gone = {2}
    await there.look(mailbox)
    assert mailbox.read_uids == [2, 3]
    assert len(spool.list_arrived()) == 1


async def test_a_mailbox_that_fails_is_silent_until_it_is_read_again(spool: SpoolFolder) -> None:
    mailbox = Mailbox(fails=True)
    there = reader(mailbox, spool)
    assert not there.flow.is_mailbox_silent(NOON)
    task = asyncio.create_task(there.run())
    while there.flow.failing_since is None:  # noqa: ASYNC110 - a field tells nobody
        await asyncio.sleep(0)
    task.cancel()
    assert there.flow.is_mailbox_silent(NOON)
    there.flow.record_look(NOON)
    assert not there.flow.is_mailbox_silent(NOON + SILENT_MS)
    assert there.flow.is_mailbox_silent(NOON + SILENT_MS + 1)
