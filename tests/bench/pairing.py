"""Measure the duration of pairing decisions and the resulting waiting times.

Every run sees the same customers. Decisions are timed alone, without sockets and disk; waiting
times are simulated.
"""

import gc
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chatserver.core.conversation.state import Conversation, ConversationStatus, Last
from chatserver.core.pairing.router import Pairing, Router
from chatserver.core.pairing.rules import PairingRules, TopicRules
from chatserver.core.pairing.simulation import Arrival, Simulation, best_possible_waits
from chatserver.core.people import Author, Person, Rank, Role, Technician, TechnicianStatus
from chatserver.replay.report import percentile
from tests.bench.verdict import BudgetVerdict

TECHNICIANS, CAPACITY, WAITING = 1_000, 4, 10_000
EVENTS = 2_000
DECISION_GOAL_MS = 1.0

CUSTOMERS, AT_WORK = 10_000, 200
HELPED_FOR_MS = 600_000
BUSY = 1.05
"""The load relative to what the technicians can handle; above 1, a queue grows."""

WAIT_GOAL = 2.0

TOPICS = tuple(f"topic-{number}" for number in range(20))
SKILLS = ("fibre", "modem", "billing")
LANGUAGES = ("en", "de", None)
RULES = PairingRules(
    {
        TOPICS[0]: TopicRules(priority=1),
        TOPICS[1]: TopicRules(required=frozenset({"fibre"}), widen_after=60_000),
        TOPICS[2]: TopicRules(preferred=frozenset({"modem"})),
    }
)


def pairing_verdicts() -> list[BudgetVerdict]:
    """Measure both, which takes some seconds."""
    return [_decisions(), _waits()]


def _decisions() -> BudgetVerdict:
    """Time decisions: each event ends one conversation, assigns a waiting one and adds another."""
    crowd = CrowdedRouter()
    gc.collect()
    # A collection visits every object of 10,000 waiting customers, longer than a decision takes.
    gc.freeze()
    times = [crowd.one_more() for _ in range(EVENTS)]
    gc.unfreeze()
    p50, p99 = percentile(times, 0.5) * 1_000, percentile(times, 0.99) * 1_000
    return BudgetVerdict(
        f"decision of pairing, {WAITING:,} wait, {TECHNICIANS:,} work, processor time p99 (p50)",
        f"{p99:.2f} ms ({p50:.2f})",
        "",
        ratio=p99 / DECISION_GOAL_MS,
        budget=f"≤ {DECISION_GOAL_MS:.0f} ms",
        holds=p99 <= DECISION_GOAL_MS,
    )


def _waits() -> BudgetVerdict:
    """Simulate waiting times and compare them with technicians that could take any customer."""
    chance = random.Random("waits")
    technicians = list(_technicians(chance, AT_WORK, topics=8))
    arrivals = list(_arrivals(chance))
    waits = Simulation(RULES, technicians).run(arrivals).wait
    best = [float(each) for each in best_possible_waits(arrivals, AT_WORK * CAPACITY)]
    ours_p50, ours_p90 = waits.median or 0, waits.p90 or 0
    best_p50, best_p90 = percentile(best, 0.5), percentile(best, 0.9)
    # Below a minute, a ratio of waits says nothing: 2 s against 1 s is no delay.
    ratio = max(60_000, ours_p90) / max(60_000.0, best_p90)
    return BudgetVerdict(
        f"wait of {CUSTOMERS:,} for {AT_WORK}, p90 (p50); beside it the best possible",
        f"{_clock(ours_p90)} ({_clock(ours_p50)})",
        f"{_clock(best_p90)} ({_clock(best_p50)})",
        ratio=ratio,
        budget=f"≤ {WAIT_GOAL:.0f} of the best",
        holds=ratio <= WAIT_GOAL,
    )


@dataclass(slots=True)
class CrowdedRouter:
    """A router with all technicians at capacity and many customers waiting."""

    routing: Router = field(default_factory=lambda: Router(RULES))
    chance: random.Random = field(default_factory=lambda: random.Random("decisions"))
    now: int = 0
    _states: dict[str, Conversation] = field(default_factory=dict)
    _active: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for technician in _technicians(self.chance, TECHNICIANS, topics=3):
            self.routing.update_technician(technician, connected=True, now=0)
        while len(self.routing.queue) < WAITING + TECHNICIANS * CAPACITY:
            self._comes()
        self._serve(self.routing.make_pairings(self.now))
        while len(self.routing.queue) < WAITING:
            self._comes()

    def one_more(self) -> float:
        """End one conversation and return the processor seconds of the pairing that follows."""
        # Swapped to the end and popped, because removal from the middle of a list is O(n).
        place = self.chance.randrange(len(self._active))
        self._active[place], self._active[-1] = self._active[-1], self._active[place]
        ended = replace(self._states.pop(self._active.pop()), status=ConversationStatus.CLOSED)
        # Processor time of this thread: other programs on the machine do not count.
        started = time.thread_time()
        self.routing.update_conversation(ended, self.now)
        pairings = self.routing.make_pairings(self.now)
        took = time.thread_time() - started
        self._serve(pairings)
        self._comes()
        return took

    def _comes(self) -> None:
        self.now += 10
        name = f"c{self.now:09}"
        state = Conversation(
            name,
            "",
            Person(name, ""),
            opened_at=self.now,
            topic=self.chance.choice(TOPICS),
            language=self.chance.choice(LANGUAGES),
        )
        self._states[name] = state
        self.routing.update_conversation(state, self.now)

    def _serve(self, pairings: list[Pairing]) -> None:
        for pairing in pairings:
            said = Last("", self.now, Author(Role.TECHNICIAN, pairing.technician.id, ""))
            state = replace(
                self._states[pairing.conversation],
                status=ConversationStatus.ACTIVE,
                technician=pairing.technician,
                last=said,
            )
            self._states[state.id] = state
            self._active.append(state.id)
            self.routing.update_conversation(state, self.now)


def _technicians(chance: random.Random, count: int, topics: int) -> Iterator[Technician]:
    for number in range(count):
        name = f"technician{number:04}"
        yield Technician(
            name,
            name,
            name,
            rank=Rank.TECHNICIAN,
            status=TechnicianStatus.ONLINE,
            capacity=CAPACITY,
            topics=frozenset(chance.sample(TOPICS, topics)),
            skills=frozenset(chance.sample(SKILLS, 2)),
            languages=frozenset({"en", "de"} if number % 2 else {"en"}),
        )


def _arrivals(chance: random.Random) -> Iterator[Arrival]:
    """Yield slightly more arrivals than the technicians can handle, at random times."""
    spacing = HELPED_FOR_MS / (AT_WORK * CAPACITY * BUSY)
    moment = 0.0
    for _ in range(CUSTOMERS):
        moment += chance.expovariate(1 / spacing)
        duration = max(1_000, round(chance.expovariate(1 / HELPED_FOR_MS)))
        topic, language = chance.choice(TOPICS), chance.choice(LANGUAGES)
        yield Arrival(round(moment), duration, topic, language)


def _clock(ms: float) -> str:
    return str(timedelta(seconds=round(ms / 1_000)))
