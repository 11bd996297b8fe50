"""Simulated pairing: recorded arrivals played against other rules or technicians.

The router is the same as that of the live server; only the time is virtual.
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
"""The time in ms that a technician takes to accept an offer, or a customer by hand."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A recorded customer: `at` in ms since 1970 UTC, `duration` of the conversation in ms."""

    at: int
    duration: int
    topic: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """The result of a simulation.

    `waits` has the wait of each arrival in ms, None for one that was never served. `loads` has the
    mean number of conversations of each technician, by id.
    """

    waits: tuple[int | None, ...]
    loads: dict[str, float] = field(default_factory=dict)

    @property
    def wait(self) -> Percentiles:
        """Median and 90th percentile of the waits (ms)."""
        return percentiles(self.waits)

    @property
    def longest(self) -> int:
        """The longest wait in ms."""
        return max((wait for wait in self.waits if wait is not None), default=0)

    def count_later_than(self, target: int) -> int:
        """Return the number of arrivals that waited longer than `target` ms, or for ever."""
        return sum(wait is None or wait > target for wait in self.waits)


@dataclass(slots=True)
class Simulation:
    """A team in virtual time, with all technicians online from the first arrival to the last."""

    rules: PairingRules
    technicians: Sequence[Technician]
    _router: Router = field(init=False)
    _events: list[tuple[int, int, str]] = field(default_factory=list)
    _states: dict[str, Conversation] = field(default_factory=dict)
    _waits: dict[str, int] = field(default_factory=dict)
    _busy: dict[str, int] = field(default_factory=dict)

    def run(self, arrivals: Iterable[Arrival]) -> SimulationResult:
        """Play all arrivals until each is served or no further one can be."""
        arrivals_by_id = {f"c{number:07}": each for number, each in enumerate(arrivals)}
        self._start(min((each.at for each in arrivals_by_id.values()), default=0))
        # Events are (time, 0 for an arrival or 1 for an end, id); arrivals of a moment come first.
        self._events = [(each.at, 0, name) for name, each in arrivals_by_id.items()]
        heapify(self._events)
        now = 0
        while self._events or self._router.next_wakeup() is not None:
            now = self._advance(now)
            while self._events and self._events[0][0] <= now:
                _, _, name = heappop(self._events)
                self._process_event(name, arrivals_by_id[name], now)
            for pairing in self._router.make_pairings(now):
                self._apply_pairing(pairing, arrivals_by_id[pairing.conversation], now)
            self._serve_by_hand(arrivals_by_id, now)
            if not self._events and not self._can_progress():
                break
        span = max(1, now - min((each.at for each in arrivals_by_id.values()), default=0))
        return SimulationResult(
            tuple(self._waits.get(name) for name in arrivals_by_id),
            {each.id: self._busy.get(each.id, 0) / span for each in self.technicians},
        )

    def _start(self, now: int) -> None:
        # Recorded conversations have no messages, so none of them may count as idle.
        self._router = Router(replace(self.rules, idle_after=None))
        for technician in self.technicians:
            online = replace(technician, status=TechnicianStatus.ONLINE)
            self._router.update_technician(online, connected=True, now=now)

    def _advance(self, now: int) -> int:
        moments = [self._router.next_wakeup(), self._events[0][0] if self._events else None]
        return max(now, min(moment for moment in moments if moment is not None))

    def _can_progress(self) -> bool:
        """Return True if time alone may still lead to a pairing."""
        return any(ticket.pairable for ticket in self._router.queue) and (
            self._router.next_wakeup() is not None
        )

    def _process_event(self, name: str, arrival: Arrival, now: int) -> None:
        """Open a conversation at its arrival, or close it at its end."""
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
        self._serve(pairing.conversation, pairing.technician, arrival, now=now, delay=delay)

    def _serve_by_hand(self, arrivals_by_id: dict[str, Arrival], now: int) -> None:
        """Let free technicians take waiting customers of topics that are served by hand."""
        for ticket in tuple(self._router.queue):
            topic_rules = self.rules.for_topic(ticket.needs.topic)
            if topic_rules.mode is not PairingMode.BY_HAND:
                continue
            free = (
                each
                for each in self._router.workloads.values()
                if each.has_free_slot and each.technician.serves(ticket.needs.topic)
            )
            workload = min(free, key=lambda each: each.urgency(self.rules), default=None)
            if workload is not None:
                name = ticket.conversation
                self._serve(
                    name,
                    workload.technician.person,
                    arrivals_by_id[name],
                    now=now,
                    delay=ACCEPT_DELAY_MS,
                )

    def _serve(self, name: str, technician: Person, arrival: Arrival, now: int, delay: int) -> None:
        self._waits[name] = now + delay - arrival.at
        self._busy[technician.id] = self._busy.get(technician.id, 0) + arrival.duration
        # The last message is the technician's, so that the conversation weighs 1 and not 1.5.
        answer = Last("", now, Author(Role.TECHNICIAN, technician.id, ""))
        state = self._states[name]
        self._update(
            replace(state, status=ConversationStatus.ACTIVE, technician=technician, last=answer),
            now,
        )
        heappush(self._events, (now + delay + arrival.duration, 1, name))

    def _update(self, state: Conversation, now: int) -> None:
        if state.status is ConversationStatus.CLOSED:
            self._states.pop(state.id, None)
        else:
            self._states[state.id] = state
        self._router.update_conversation(state, now)


def best_possible_waits(arrivals: Iterable[Arrival], places: int) -> list[int]:
    """Return the shortest possible waits (ms) for a number of interchangeable places.

    This is a lower bound: no team that serves in order of arrival has shorter waits.
    """
    free_at = [0] * max(1, places)
    waits = []
    for arrival in sorted(arrivals, key=lambda each: each.at):
        begins = max(arrival.at, free_at[0])
        heapreplace(free_at, begins + arrival.duration)
        waits.append(begins - arrival.at)
    return waits
