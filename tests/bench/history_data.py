"""Create a data folder with the history of two years, in few or many conversations."""

import asyncio
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from pathlib import Path

from chatserver.composition.clocks import wall_clock
from chatserver.composition.services import build_accounts
from chatserver.core.conversation.events import (
    Assigned,
    Closed,
    CloseReason,
    Event,
    Fact,
    Message,
    Opened,
)
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.ids import identifier, reference
from chatserver.core.log import Append
from chatserver.core.people import Author, Customer, Person, Rank, Role
from chatserver.services.accounts import TechnicianTerms
from chatserver.services.customers import Customers, Profile
from chatserver.settings_file import load_settings
from chatserver.store.open import Store, open_store

MESSAGES = 20
"""Messages in each conversation."""

SEARCHER_CONVERSATIONS = 10
"""Conversations of the customer that searches, in both histories."""

EACH = 4
"""Conversations of every other customer."""

TECHNICIANS = 20
TOGETHER = 1_000
"""Conversations in one transaction."""

YEARS_MS = 2 * 365 * 86_400_000
COMMON = "modem"
"""A word that occurs in most conversations."""

WORDS = 4_000
SENTENCES = 10_000
SENTENCE = 12
"""Words in a message."""


@dataclass(frozen=True, slots=True)
class HistoryData:
    """The created data: conversation ids, a word unique to one of them, and API tokens."""

    conversations: list[str]
    rare: str
    customer: str
    supervisor: str


async def write_history(
    folder: Path, messages: int, progress: Callable[[int], None]
) -> HistoryData:
    """Write `messages` messages into an empty folder; `progress` gets the number of each batch."""
    settings = load_settings(None, data=folder)
    chance = random.Random("years")
    async with open_store(folder) as store:
        staff = build_accounts(store, settings)
        boss = await staff.hire("supervisor", TechnicianTerms(rank=Rank.SUPERVISOR))
        ann, token = await Customers(store.customers, wall_clock, secrets.randbits).create_customer(
            Profile(name="Ann")
        )
        past = ConversationGenerator(chance, ann)
        names: list[str] = []
        made = past.conversations(messages // MESSAGES)
        # Batches of one transaction: a commit for each of 50,000 conversations would take minutes.
        while some := [append for _, append in zip(range(TOGETHER), made, strict=False)]:
            async with asyncio.TaskGroup() as tasks:
                for append in some:
                    tasks.create_task(_keep(store, append), name="a conversation")
            names += [append.after.id for append in some]
            progress(len(some) * MESSAGES)
        return HistoryData(names, past.rare, token, await staff.api_token(boss))


async def _keep(store: Store, append: Append) -> None:
    await store.log.append_imported(append, None)
    # Marked as sealed, or the server would seal a million messages at its start.
    await store.sealed_folders.mark_sealed(append.after.id, append.after.seq)


class ConversationGenerator:
    """A generator of conversations that yields the same ones for the same seed."""

    def __init__(self, chance: random.Random, ann: Customer) -> None:
        self.rare = ""
        self._chance = chance
        self._ann = ann
        self._now = wall_clock()
        self._technicians = [
            Person(identifier(0, chance.getrandbits(80)), f"Technician {number}")
            for number in range(TECHNICIANS)
        ]
        words = [COMMON, *("".join(chance.choices("aeioulmnrst", k=7)) for _ in range(WORDS))]
        # Zipf's law: the second word is half as frequent as the first, the third a third, and so
        # on.
        weights = [*accumulate(1 / (place + 1) for place in range(len(words)))]
        self._sentences = [
            " ".join(chance.choices(words, cum_weights=weights, k=SENTENCE))
            for _ in range(SENTENCES)
        ]

    def conversations(self, count: int) -> Iterator[Append]:
        """Yield `count` conversations spread over two years, oldest first."""
        customer = self._ann
        for number in range(count):
            at = self._now - YEARS_MS + YEARS_MS * number // count
            # The searching customer's conversations are spread evenly, so that old ones must be
            # found too.
            if number % (count // SEARCHER_CONVERSATIONS) == 0:
                who = self._ann
            else:
                if number % EACH == 1 or customer is self._ann:
                    customer = Customer(identifier(at, self._chance.getrandbits(80)), "Customer")
                who = customer
            yield self._conversation(at, who)

    def _conversation(self, at: int, customer: Customer) -> Append:
        name = identifier(at, self._chance.getrandbits(80))
        code = reference(self._chance.getrandbits(40))
        self.rare = self.rare or code.replace("-", "")
        person = Person(customer.id, customer.name)
        technician = self._chance.choice(self._technicians)
        says = Author(Role.CUSTOMER, person.id, person.name)
        helps = Author(Role.TECHNICIAN, technician.id, technician.name)
        facts: list[tuple[Author, Fact]] = [
            (says, Opened(person, code)),
            (says, Message(f"It shows {code.replace('-', '')}. {self._sentence()}")),
            (helps, Assigned(technician)),
        ]
        facts += [
            (helps if turn % 2 else says, Message(self._sentence())) for turn in range(1, MESSAGES)
        ]
        facts.append((helps, Closed(Role.TECHNICIAN, CloseReason.TECHNICIAN)))
        events = tuple(
            Event(name, seq, at + 20_000 * seq, author, fact, prev=seq - 1)
            for seq, (author, fact) in enumerate(facts, start=1)
        )
        state: Conversation | None = reduce(evolve, events, None)
        assert state is not None
        return Append(events, state)

    def _sentence(self) -> str:
        return self._chance.choice(self._sentences)
