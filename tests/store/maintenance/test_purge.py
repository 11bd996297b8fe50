"""A purge leaves no byte of what was erased, and nothing else is changed."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Accept, Close, Erase, Send
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import ReusedRequestId
from chatserver.core.log import RequestKey
from chatserver.store.engine.connection import DATABASE
from chatserver.store.maintenance.check import check_folder
from chatserver.store.maintenance.page_gaps import PageGaps, find_gap
from chatserver.store.open import Store, open_store
from tests.playbook import ANN, BOB, NOON
from tests.store.contracts.scenes import Scene, decision

pytestmark = pytest.mark.sqlite("PostgreSQL removes deleted rows by itself")

CONVERSATIONS = 120
AT_ONCE = 30


def word(name: str) -> str:
    return f"zq{name}xw"


async def grown(store: Store, chance: random.Random) -> dict[str, Conversation]:
    """Conversations that grew in turns, so that their rows have moved between pages."""
    scene = Scene(store)
    # Digits reversed, so that rows are inserted all over the index and pages split in the middle.
    later = [f"{number:05}"[::-1] for number in range(CONVERSATIONS)]
    growing: dict[str, Conversation] = {}
    closed: dict[str, Conversation] = {}
    while later or growing:
        if later and len(growing) < AT_ONCE:
            name = later.pop()
            waiting = await scene.waiting(name, said=word(name), subject=word(name))
            growing[name] = await scene.do(waiting, Accept(), BOB)
            continue
        name = chance.choice(sorted(growing))
        if chance.random() < 0.2:
            closed[name] = await scene.do(growing.pop(name), Close(), BOB)
        else:
            # Up to 1,000 bytes: of a few per page, some move when a neighbour
            # grows, and leave a copy behind.
            said = f"{word(name)} " + "dolor sit " * chance.randrange(100)
            growing[name] = await scene.do(growing[name], Send(text=said), ANN)
    return closed


def in_file(folder: Path, names: list[str]) -> list[str]:
    files = [each.read_bytes() for each in folder.glob(f"{DATABASE}*")]
    return [name for name in names if any(word(name).encode() in each for each in files)]


async def test_no_byte_of_erased_conversations_is_left_among_others(tmp_path: Path) -> None:
    chance = random.Random(3)
    async with open_store(tmp_path) as store:
        closed = await grown(store, chance)
        gone = chance.sample(sorted(closed), CONVERSATIONS // 4)
        for name in gone:
            await Scene(store).do(closed[name], Erase(), ANN)
            await store.erasures.complete_erasure(name)
        await store.purge.run()
        assert in_file(tmp_path, gone) == []
        kept = sorted(set(closed) - set(gone))
        # What was not erased is all found by the same search, so the search does work.
        assert in_file(tmp_path, kept) == kept
    assert check_folder(tmp_path).faults == []


async def test_the_id_of_a_request_to_erase_cannot_be_used_again_after_the_purge(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path) as store:
        closed = await Scene(store).closed("c1")
        erasing = decision(closed, Erase(), ANN, NOON, RequestKey("erase it", 1))
        answer = {"conversation": "c1", "seq": erasing.after.seq}
        await Scene(store).append(replace(erasing, answer=answer))
        await store.erasures.complete_erasure("c1")
        await store.purge.run()
        with pytest.raises(ReusedRequestId):
            await store.log.find_answer(ANN.id, RequestKey("erase it", 2))


@pytest.mark.parametrize(
    ("page", "gap"),
    [
        # A leaf of a table: 2 cells, content from byte 90 on.
        (b"\x0d\0\0\0\x02\0\x5a\0", (12, 90)),
        # An inner page of an index has a longer header.
        (b"\x02\0\0\0\x01\0\x20\0\0\0\0\0", (14, 32)),
        # A full page, an overflow page, and one whose content would begin behind its end.
        (b"\x0d\0\0\0\x02\0\x0c\0", (0, 0)),
        (b"\0\0\0\x07", (0, 0)),
        (b"\x0d\0\0\0\x02\x10\x5a\0", (0, 0)),
    ],
)
def test_the_gap_lies_between_pointers_and_cells(page: bytes, gap: tuple[int, int]) -> None:
    assert find_gap(memoryview(page.ljust(100, b"x")), 7) == gap


def test_the_first_page_has_the_header_of_the_file_before_its_own() -> None:
    page = bytes(100) + b"\x0d\0\0\0\x01\x01\x00\0"
    assert find_gap(memoryview(page.ljust(512, b"x")), 0) == (110, 256)


def test_only_the_gap_of_a_page_is_zeroed(tmp_path: Path) -> None:
    header = b"SQLite format 3\0\x02\0".ljust(100, b"h") + b"\x0d\0\0\0\0\x01\x00\0"
    first = header.ljust(256, b"w") + b"c" * 256
    file = tmp_path / DATABASE
    file.write_bytes(first + b"\0\0\0\x09".ljust(512, b"o"))
    gaps = PageGaps(file)
    assert gaps.count_pages() == 2
    assert gaps.find_stale(0, 2) == [0]
    gaps.zero([0])
    assert gaps.find_stale(0, 2) == []
    gaps.close()
    assert file.read_bytes() == header.ljust(256, b"\0") + b"c" * 256 + b"\0\0\0\x09".ljust(
        512, b"o"
    )
