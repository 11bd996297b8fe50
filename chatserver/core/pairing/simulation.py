"""What pairing would have come to: recorded arrivals played against other rules or technicians.

The same `Routing` decides as at the live desk; only the time is virtual.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush, heapreplace

from chatserver.core.conversation.state import Conversation, ConversationStatus, Last
from chatserver.core.pairing.router import Pairing, Router
from chatserver.core.pairing.rules import PairingMode, PairingRules
from chatserver.core.people import Author, Person, Role, Technician, TechnicianStatus
from chatserver.core.statistics import Percentiles, percentiles

ACCEPT_DELAY_MS = 5_000
"""ms that a technician takes to accept an offer, or to take somebody from the queue by hand."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A customer who came: when, about what, and for how long they were helped (ms)."""

    at: int
    duration: int
    topic: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """What a desk made of the arrivals: each one's wait (ms, None who was never served), and
    each technician's share of the time in which they were busy, counted in conversations."""

    waits: tuple[int | None, ...]
    loads: dict[str, float] = field(default_factory=dict)

    @property
    def wait(self) -> Percentiles:
        return percentiles(self.waits)

    @property
    def longest(self) -> int:
        return max((wait for wait in self.waits if wait is not None), default=0)

    def count_later_than(self, target: int) -> int:
        """How many waited longer than a target (ms), or were never served."""
        return sum(wait is None or wait > target for wait in self.waits)


@dataclass(slots=True)
class Simulation:
    """One desk on which it all happens. Everybody is at work all the time."""

    policy: PairingRules
    technicians: Sequence[Technician]
    _routing: Router = field(init=False)
    _events: list[tuple[int, int, str]] = field(default_factory=list)
    _states: dict[str, Conversation] = field(default_factory=dict)
    _waits: dict[str, int] = field(default_factory=dict)
    _busy: dict[str, int] = field(default_factory=dict)

    def run(self, arrivals: Iterable[Arrival]) -> SimulationResult:
        """Every arrival from coming to being helped."""
        cast = {f"c{number:07}": each for number, each in enumerate(arrivals)}
        self._start(min((each.at for each in cast.values()), default=0))
        self._events = [(each.at, 0, name) for name, each in cast.items()]
        heapify(self._events)
        now = 0
        while self._events or self._routing.next_wakeup() is not None:
            now = self._advance(now)
            while self._events and self._events[0][0] <= now:
                _, _, name = heappop(self._events)
                self._process_arrival(name, cast[name], now)
            for pairing in self._routing.make_pairings(now):
                self._apply_pairing(pairing, cast[pairing.conversation], now)
            self._serve_by_hand(cast, now)
            if not self._events and not self._can_progress():
                break
        span = max(1, now - min((each.at for each in cast.values()), default=0))
        return SimulationResult(
            tuple(self._waits.get(name) for name in cast),
            {each.id: self._busy.get(each.id, 0) / span for each in self.technicians},
        )

    def _start(self, now: int) -> None:
        # Of an arrival only the length is known, so nobody is taken to have fallen asleep.
        self._routing = Router(replace(self.policy, idle_after=None))
        for technician in self.technicians:
            online = replace(technician, status=TechnicianStatus.ONLINE)
            self._routing.update_technician(online, connected=True, now=now)

    def _advance(self, now: int) -> int:
        moments = [self._routing.next_wakeup(), self._events[0][0] if self._events else None]
        return max(now, min(moment for moment in moments if moment is not None))

    def _can_progress(self) -> bool:
        """Whether somebody who waits may yet be served when time passes."""
        return any(ticket.pairable for ticket in self._routing.queue) and (
            self._routing.next_wakeup() is not None
        )

    def _process_arrival(self, name: str, arrival: Arrival, now: int) -> None:
        """Somebody comes, or has been helped."""
        state = self._states.get(name)
        if state is None:
            state = Conversation(
                name,
                "",
                Person(name, ""),
                opened_at=arrival.at,
                topic=arrival.topic,
                language=arrival.language,
            )
        else:
            state = replace(state, status=ConversationStatus.CLOSED)
        self._update(state, now)

    def _apply_pairing(self, pairing: Pairing, arrival: Arrival, now: int) -> None:
        delay = ACCEPT_DELAY_MS if pairing.offered else 0
        self._serve(pairing.conversation, pairing.technician, arrival, now, delay)

    def _serve_by_hand(self, cast: dict[str, Arrival], now: int) -> None:
        """Who is free takes the next one whose topic is served by hand."""
        for ticket in tuple(self._routing.queue):
            rules = self.policy.for_topic(ticket.needs.topic)
            if rules.mode is not PairingMode.BY_HAND:
                continue
            free = (
                seat
                for seat in self._routing.workloads.values()
                if seat.has_free_slot and seat.technician.serves(ticket.needs.topic)
            )
            seat = min(free, key=lambda each: each.urgency(self.policy), default=None)
            if seat is not None:
                name = ticket.conversation
                self._serve(name, seat.technician.person, cast[name], now, ACCEPT_DELAY_MS)

    def _serve(self, name: str, technician: Person, arrival: Arrival, now: int, delay: int) -> None:
        self._waits[name] = now + delay - arrival.at
        self._busy[technician.id] = self._busy.get(technician.id, 0) + arrival.duration
        # The technician's word is the last, so that nobody counts as owed an answer.
        said = Last("", now, Author(Role.TECHNICIAN, technician.id, ""))
        state = self._states[name]
        self._update(
            replace(state, status=ConversationStatus.ACTIVE, technician=technician, last=said), now
        )
        heappush(self._events, (now + delay + arrival.duration, 1, name))

    def _update(self, state: Conversation, now: int) -> None:
        if state.status is ConversationStatus.CLOSED:
            self._states.pop(state.id, None)
        else:
            self._states[state.id] = state
        self._routing.update_conversation(state, now)


def best_possible_waits(arrivals: Iterable[Arrival], places: int) -> list[int]:
    """The waits (ms) if any of so many places could help anybody: no desk that serves in order
    of arrival has shorter ones."""
    free_at = [0] * max(1, places)
    waits = []
    for arrival in sorted(arrivals, key=lambda each: each.at):
        begins = max(arrival.at, free_at[0])
        heapreplace(free_at, begins + arrival.duration)
        waits.append(begins - arrival.at)
    return waits
