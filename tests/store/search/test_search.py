"""Search results among thousands of conversations, compared with a full scan."""

import asyncio
import random
import re
import shutil
import sqlite3
import unicodedata
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
from chatserver.core.conversation.listing import SearchHit
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.log import Append
from chatserver.core.people import Author, Person, Role
from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.migrations import migrate
from chatserver.store.open import Store, open_store
from chatserver.store.search import index as search
from chatserver.store.search import query_terms
from tests.playbook import NOON
from tests.store.older_database import forget_ledger

pytestmark = pytest.mark.sqlite("compares with the index of SQLite, which has words at once")

CONVERSATIONS = 3_000
CUSTOMERS = 300
TECHNICIANS = ("bob", "cat", "dan")
EVERY = 2 * CONVERSATIONS
"""A limit above the number of conversations."""


@dataclass(frozen=True)
class Said:
    """A generated conversation; later ones are newer."""

    name: str
    customer: str
    technician: str
    said: str
    subject: str | None = None
    note: str = ""

    def append(self, at: int) -> Append:
        """Return the append with all events from opening to end."""
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
    # Common words come first. Some share their beginnings, more than the index completes.
    letters = "aeioustrn"
    words = ["modem", "modems", "modest", "mo", "störung", "модем", "мой", "réseau"]
    words += [f"part{number}" for number in range(2 * query_terms.MAX_COMPLETIONS)]
    words += ["".join(chance.choices(letters, k=chance.randint(2, 7))) for _ in range(400)]
    # Word frequencies in natural texts follow about this law (Zipf).
    weights = [1 / place for place in range(1, len(words) + 1)]
    history = []
    for number in range(CONVERSATIONS):
        name = f"c{number:04}"
        customer = f"customer{chance.randrange(CUSTOMERS)}"
        # One word is unique to each conversation, as an order number is.
        text = " ".join([*chance.choices(words, weights, k=12), f"ticket{number}x"])
        note = " ".join(chance.choices(words, weights, k=3))
        history.append(
            Said(
                name,
                customer,
                chance.choice(TECHNICIANS),
                said=text,
                subject=chance.choice(words),
                note=note,
            )
        )
    return history


HISTORY = _history()


async def put(store: Store, conversations: Sequence[Said]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number, each in enumerate(conversations):
            tasks.create_task(store.log.append_imported(each.append(NOON + 1_000 * number), None))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a folder with the whole history, which tests only read."""
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
    """Return the conversations that contain every word as a prefix, by a full scan."""
    wanted = question.casefold().split()
    found = set()
    for each in HISTORY:
        # Technicians search notes, the customer's name and the reference too; customers do not.
        named = f"{each.note} ann ref {each.name} ref{each.name}" if notes else ""
        there = f"{each.said} {each.subject} {named}".split()
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
    # Only the newest matches are ranked, so that a common word costs no more than a rare one.
    newest = sorted(read("modem", notes=True))[-search.MAX_RANKED :]
    assert len(found) == 10
    assert set(found) <= set(newest)


async def test_a_customer_with_few_conversations_finds_old_ones_by_a_common_word(
    store: Store,
) -> None:
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
        # The accent as a character of its own, as some keyboards and file systems produce it.
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


async def test_erased_conversations_are_neither_found_nor_similar(empty: Store) -> None:
    await put(
        empty, [Said(name, "ann", "bob", f"{name} blinks quagmire") for name in ("c1", "c2", "c3")]
    )
    # Only the index and the read models: the log is erased by a command before this.
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
        forget_ledger(database)
        database.executescript("""
            DROP TABLE vocabulary;
            DROP TABLE words;
            DROP TABLE word_parts;
            DROP TABLE long_words;
            CREATE VIRTUAL TABLE words USING fts5(
                whose, subject, said, notes, tokenize = "unicode61 remove_diacritics 2"
            );
            CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
            ALTER TABLE requests DROP COLUMN digest;
            ALTER TABLE events DROP COLUMN digest;
            ALTER TABLE events DROP COLUMN request;
            PRAGMA user_version = 30;
        """)
    with closing(open_database(file)) as database:
        migrate(database, file)
    async with open_store(tmp_path) as store:
        found = await store.conversations.search_as_technician("bob", "part1", EVERY)
        theirs = {each.name for each in HISTORY if each.technician == "bob"}
        assert sorted(names(found)) == sorted(read("part1", notes=True) & theirs)


SCRIPTS = [
    ("Hindi", "मेरा राउटर काम नहीं कर रहा है", "राउटर", "रोटी"),
    ("Thai", "เราเตอร์ของฉันเสีย เชื่อมต่อไม่ได้", "เชื่อมต่อ", "เสือ"),
    ("Chinese", "我的路由器坏了，无法连接网络。", "路由器", "由路器"),
    ("Japanese", "ルーターが壊れました。再起動しました", "再起動", "起再動"),
    ("Korean", "라우터가 고장났어요", "라우터", "터라우"),
    # Korean and Chinese write no spaces inside compounds, so parts of words must be found.
    ("Korean, inside a word", "무선공유기가 안 돼요", "공유기", "기공유"),
    ("Arabic", "جهاز التوجيه لا يعمل", "التوجيه", "توت"),
    ("Hebrew", "הנתב שלי לא עובד", "הנתב", "נתבים"),
    ("Russian", "Мой модем не работает", "МОДЕМ", "модерн"),
    ("Greek", "Το μόντεμ δεν λειτουργεί", "ΜΌΝΤΕΜ", "μόνος"),
    ("Bengali", "আমার রাউটার কাজ করছে না", "রাউটার", "রাজা"),
    ("Tamil", "என் திசைவி வேலை செய்யவில்லை", "திசைவி", "திங்கள்"),
    ("Vietnamese", "Bộ định tuyến không hoạt động", "định tuyến", "tuyển dụng"),
    ("French", "Le réseau ne répond plus", "reseau", "réserve"),
    ("German", "Die Straße, das Schaltnetzteil", "strasse", "Strauss"),
    ("German compound", "Die Straße, das Schaltnetzteil", "Netzteil", "Netzkabel"),
]


@pytest.mark.parametrize(
    ("said", "found", "other"), [row[1:] for row in SCRIPTS], ids=[row[0] for row in SCRIPTS]
)
async def test_words_are_found_in_every_script(
    empty: Store, said: str, found: str, other: str
) -> None:
    await put(empty, [Said("c", "ann", "bob", said)])
    # The query may be composed or decomposed, independently of the stored text.
    for form in ("NFC", "NFD"):
        question = unicodedata.normalize(form, found)
        (hit,) = await empty.conversations.search_as_customer("ann", question, 10)
        assert re.sub("[\x02\x03…]", "", hit.excerpt) in said
        assert "\x02" in hit.excerpt
    assert await empty.conversations.search_as_customer("ann", other, 10) == []


@pytest.mark.parametrize("question", ["REF-c1", "refc1", "Ann", "ann mod"])
async def test_technicians_find_by_reference_and_name(empty: Store, question: str) -> None:
    await put(empty, [Said("c1", "ann", "bob", "modem"), Said("c2", "eve", "bob", "router")])
    assert "c1" in names(await empty.conversations.search_as_technician(None, question, 10))


async def test_customers_do_not_find_by_their_name(empty: Store) -> None:
    await put(empty, [Said("c1", "ann", "bob", "modem")])
    assert await empty.conversations.search_as_customer("ann", "Ann", 10) == []


@pytest.mark.parametrize("said", ["라우터가 고장났어요", "Le réseau", "한국어"])
async def test_text_that_was_typed_decomposed_is_found(empty: Store, said: str) -> None:
    await put(empty, [Said("c", "ann", "bob", unicodedata.normalize("NFD", said))])
    assert names(await empty.conversations.search_as_customer("ann", said, 10)) == ["c"]


async def test_one_syllable_does_not_find_every_word_that_begins_with_it(empty: Store) -> None:
    await put(empty, [Said("c", "ann", "bob", "राउटर")])
    assert await empty.conversations.search_as_customer("ann", "रि", 10) == []


async def test_a_part_of_an_erased_word_finds_nothing(empty: Store, tmp_path: Path) -> None:
    conversations = [Said("c1", "ann", "bob", "Schaltnetzteil"), Said("c2", "ann", "bob", "Akku")]
    await put(empty, conversations)
    await empty.erasures.complete_erasure("c1")
    assert await empty.conversations.search_as_customer("ann", "netzteil", 10) == []
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        # The index itself must not keep a word that exists in no conversation any more.
        assert database.execute("SELECT word FROM long_words").fetchall() == []


async def test_a_long_word_stays_while_another_conversation_has_it(empty: Store) -> None:
    await put(empty, [Said(name, "ann", "bob", "Schaltnetzteil") for name in ("c1", "c2")])
    await empty.erasures.complete_erasure("c1")
    assert names(await empty.conversations.search_as_customer("ann", "netzteil", 10)) == ["c2"]


async def test_marks_without_a_letter_find_nothing_and_break_nothing(empty: Store) -> None:
    marks = "\u0301" * 50
    await put(empty, [Said("c", "ann", "bob", f"modem {marks}")])
    assert await empty.conversations.search_as_customer("ann", marks, 10) == []
    assert names(await empty.conversations.search_as_customer("ann", f"{marks} modem", 10)) == ["c"]
