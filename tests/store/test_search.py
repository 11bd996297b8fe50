"""What a search finds among thousands of closed conversations, compared with reading them all."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import pytest

from chatserver.core.conversation.events import (
    Assigned,
    Closed,
    CloseReason,
    Event,
    Fact,
    Message,
    Note,
    Opened,
)
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.log_types import Append, SearchHit
from chatserver.core.people import Author, Person, Role
from chatserver.store import query_terms, search
from chatserver.store.connection import open_database
from chatserver.store.migrations import migrate
from chatserver.store.open import DATABASE, Store, open_store
from tests.playbook import NOON

CONVERSATIONS = 3_000
CUSTOMERS = 300
TECHNICIANS = ("bob", "cat", "dan")
EVERY = 2 * CONVERSATIONS
"""As a limit: all there are."""


@dataclass(frozen=True)
class Said:
    """A conversation that a test makes up; the later, the newer."""

    name: str
    customer: str
    technician: str
    said: str
    subject: str | None = None
    note: str = ""

    def append(self, at: int) -> Append:
        """All of it, from the question to the end."""
        customer, technician = Person(self.customer, "Ann"), Person(self.technician, "Bob")
        asks = Author(Role.CUSTOMER, customer.id, customer.name)
        helps = Author(Role.TECHNICIAN, technician.id, technician.name)
        facts: list[tuple[Author, Fact]] = [
            (asks, Opened(customer, f"REF-{self.name}", subject=self.subject)),
            (asks, Message(self.said)),
            (helps, Assigned(technician)),
            (helps, Note(self.note)),
            (helps, Closed(Role.TECHNICIAN, CloseReason.TECHNICIAN)),
        ]
        events = tuple(
            Event(self.name, seq, at + seq, author, fact, prev=seq - 1)
            for seq, (author, fact) in enumerate(facts, start=1)
        )
        start: Conversation | None = None
        state = reduce(evolve, events, start)
        assert state is not None
        return Append(events, state)


def _history() -> list[Said]:
    chance = random.Random("search")
    # Common words first; some share their beginnings, and many more than the index completes do.
    letters = "aeioustrn"
    words = ["modem", "modems", "modest", "mo", "störung", "модем", "мой", "réseau"]
    words += [f"part{number}" for number in range(2 * query_terms.MAX_COMPLETIONS)]
    words += ["".join(chance.choices(letters, k=chance.randint(2, 7))) for _ in range(400)]
    weights = [1 / place for place in range(1, len(words) + 1)]
    history = []
    for number in range(CONVERSATIONS):
        name = f"c{number:04}"
        customer = f"customer{chance.randrange(CUSTOMERS)}"
        text = " ".join([*chance.choices(words, weights, k=12), f"ticket{number}x"])
        note = " ".join(chance.choices(words, weights, k=3))
        history.append(
            Said(name, customer, chance.choice(TECHNICIANS), text, chance.choice(words), note)
        )
    return history


HISTORY = _history()


async def put(store: Store, conversations: Sequence[Said]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number, each in enumerate(conversations):
            tasks.create_task(store.log.append_imported(each.append(NOON + 1_000 * number), None))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the whole history, which no test writes to."""
    folder = tmp_path_factory.mktemp("history")

    async def fill() -> None:
        async with open_store(folder) as store:
            await put(store, HISTORY)

    asyncio.run(fill())
    return folder


@pytest.fixture
async def store(filled: Path) -> AsyncIterator[Store]:
    async with open_store(filled) as opened:
        yield opened


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


def names(found: Sequence[SearchHit]) -> list[str]:
    return [each.record.conversation.id for each in found]


def read(question: str, *, notes: bool) -> set[str]:
    """The conversations in which every word is begun, found by reading them all."""
    wanted = question.casefold().split()
    found = set()
    for each in HISTORY:
        there = f"{each.said} {each.subject} {each.note if notes else ''}".split()
        if all(any(word.startswith(begun) for word in there) for begun in wanted):
            found.add(each.name)
    return found


QUESTIONS = (
    "modem",
    "modems",
    "mode",
    "mod",
    "mo",
    "m",
    "part",
    "part1",
    "par",
    "störung",
    "модем",
    "мой",
    "MODEM Stör",
    "ticket77x",
    "ticket77x modem",
    "ticket",
    "modem part7 a",
    "nobodysaid",
)


@pytest.mark.parametrize("question", QUESTIONS)
async def test_everything_is_found_that_reading_finds(store: Store, question: str) -> None:
    found = await store.conversations.search_as_technician(None, question, EVERY)
    assert sorted(names(found)) == sorted(read(question, notes=True))


@pytest.mark.parametrize("question", ["modem", "mo", "part", "мой modem", "ticket"])
async def test_customers_find_their_own_by_what_they_may_see(store: Store, question: str) -> None:
    for customer in ("customer7", "customer8"):
        theirs = {each.name for each in HISTORY if each.customer == customer}
        found = await store.conversations.search_as_customer(customer, question, EVERY)
        assert sorted(names(found)) == sorted(read(question, notes=False) & theirs)


@pytest.mark.parametrize("question", ["modem", "part", "ticket77x"])
async def test_technicians_find_those_they_had(store: Store, question: str) -> None:
    for technician in TECHNICIANS:
        theirs = {each.name for each in HISTORY if each.technician == technician}
        found = await store.conversations.search_as_technician(technician, question, EVERY)
        assert sorted(names(found)) == sorted(read(question, notes=True) & theirs)


async def test_of_a_common_word_the_newest_are_ranked(store: Store) -> None:
    found = names(await store.conversations.search_as_technician(None, "modem", 10))
    newest = sorted(read("modem", notes=True))[-search.MAX_RANKED :]
    assert len(found) == 10
    assert set(found) <= set(newest)


async def test_who_has_few_conversations_finds_old_ones_of_a_common_word(store: Store) -> None:
    oldest = next(each for each in HISTORY if "modem" in each.said.split())
    assert oldest.name in names(
        await store.conversations.search_as_customer(oldest.customer, "modem", 20)
    )


async def test_the_best_come_first(empty: Store) -> None:
    filler = "and so on " * 20
    await put(
        empty,
        [
            Said("subject", "ann", "bob", filler, subject="the modem"),
            Said("often", "ann", "bob", f"modem, modem, modem {filler}"),
            Said("once", "ann", "bob", f"a modem {filler}"),
            Said("once, newer", "ann", "bob", f"a modem {filler}"),
            Said("never", "ann", "bob", filler),
        ],
    )
    found = await empty.conversations.search_as_customer("ann", "modem", 10)
    assert names(found) == ["subject", "often", "once, newer", "once"]


async def test_notes_neither_find_nor_rank_for_customers(empty: Store) -> None:
    await put(
        empty,
        [
            Said("noted", "ann", "bob", "a modem", note="modem modem modem router"),
            Said("newer", "ann", "bob", "a modem"),
        ],
    )
    assert names(await empty.conversations.search_as_customer("ann", "router", 10)) == []
    assert names(await empty.conversations.search_as_technician(None, "router", 10)) == ["noted"]
    assert set(names(await empty.conversations.search_as_customer("ann", "modem", 10))) == {
        "noted",
        "newer",
    }


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("Ein CAFÉ", "cafe"),
        ("Ein Cafe\u0301", "CAFÉ"),
        ("Мой роутер", "мой"),
        ("İstanbul modem", "istanbul"),
        ("ΟΔΟΣ", "οδος"),
        ("network_card_3", "card"),
        ("請求書がありません", "請求書"),
        ("서비스가 안 돼요", "서비스"),
        ("straße", "Straße"),
    ],
)
async def test_words_are_folded_as_the_index_folds_them(
    empty: Store, said: str, question: str
) -> None:
    await put(empty, [Said("c", "ann", "bob", said)])
    assert names(await empty.conversations.search_as_customer("ann", question, 10)) == ["c"]


async def test_what_is_erased_is_neither_found_nor_resembles(empty: Store) -> None:
    await put(
        empty, [Said(name, "ann", "bob", f"{name} blinks quagmire") for name in ("c1", "c2", "c3")]
    )
    await empty.erasures.complete_erasure("c2")
    assert set(names(await empty.conversations.search_as_customer("ann", "quag", 10))) == {
        "c1",
        "c3",
    }
    assert set(names(await empty.conversations.search_as_technician(None, "quagmire", 10))) == {
        "c1",
        "c3",
    }
    assert names(await empty.conversations.find_similar("c1", 10)) == ["c3"]
    assert names(await empty.conversations.search_as_technician(None, "c2", 10)) == []


async def test_those_that_share_the_rarest_words_resemble_most(empty: Store) -> None:
    common = "hello the printer does not print"
    await put(
        empty,
        [
            Said("twin", "eve", "bob", f"{common} error kaleidoscope zeppelin"),
            Said("cousin", "eve", "bob", f"{common} error kaleidoscope"),
            *(Said(f"other{number}", "eve", "bob", common) for number in range(5)),
            Said("this", "ann", "bob", f"{common} kaleidoscope zeppelin"),
        ],
    )
    assert names(await empty.conversations.find_similar("this", 5)) == ["twin", "cousin"]


async def test_of_thousands_those_resemble_that_share_a_rare_word(store: Store) -> None:
    def words_of(name: str) -> set[str]:
        return set(HISTORY[int(name[1:])].said.split())

    for name in ("c0007", "c1500", "c2999"):
        found = names(await store.conversations.find_similar(name, 5))
        assert len(found) == 5
        assert name not in found
        assert all(words_of(name) & words_of(each) for each in found)


async def test_an_older_index_is_made_anew(filled: Path, tmp_path: Path) -> None:
    file = tmp_path / DATABASE
    shutil.copy(filled / DATABASE, file)
    with closing(sqlite3.connect(file)) as database:
        database.executescript("""
            DROP TABLE vocabulary;
            DROP TABLE words;
            CREATE VIRTUAL TABLE words USING fts5(
                whose, subject, said, notes, tokenize = "unicode61 remove_diacritics 2"
            );
            CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
            PRAGMA user_version = 30;
        """)
    with closing(open_database(file)) as database:
        migrate(database, file)
    async with open_store(tmp_path) as store:
        found = await store.conversations.search_as_technician("bob", "part1", EVERY)
        theirs = {each.name for each in HISTORY if each.technician == "bob"}
        assert sorted(names(found)) == sorted(read("part1", notes=True) & theirs)
