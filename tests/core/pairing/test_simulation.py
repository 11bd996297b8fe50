"""Simulated pairing in virtual time."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.pairing.rules import PairingMode, PairingRules, TopicRules
from chatserver.core.pairing.simulation import (
    ACCEPT_DELAY_MS,
    Arrival,
    Simulation,
    best_possible_waits,
)
from chatserver.core.people import Technician
from chatserver.core.statistics import percentiles
from tests.playbook import BOB, CAT

MINUTE = 60_000
HOUR = 3_600_000


def crowd(count: int, capacity: int = 2) -> list[Technician]:
    return [replace(BOB, id=f"t{number:03}", capacity=capacity) for number in range(count)]


def test_a_customer_waits_while_all_technicians_are_busy() -> None:
    simulation = Simulation(PairingRules(), [replace(BOB, capacity=1)])
    outcome = simulation.run(
        [Arrival(0, 10 * MINUTE), Arrival(MINUTE, MINUTE), Arrival(90_000, MINUTE)]
    )
    # Served one after the other, from the minutes 0, 10 and 11 on.
    assert outcome.waits == (0, 9 * MINUTE, 9 * MINUTE + 30_000)
    assert outcome.longest == outcome.waits[-1]
    assert outcome.count_later_than(9 * MINUTE) == 1


def test_another_technician_shortens_the_wait() -> None:
    arrivals = [Arrival(number * 20_000, 5 * MINUTE) for number in range(60)]
    few = Simulation(PairingRules(), crowd(3)).run(arrivals)
    more = Simulation(PairingRules(), crowd(6)).run(arrivals)
    assert more.longest < few.longest


def test_a_customer_with_needs_that_no_technician_meets_is_never_served() -> None:
    rules = {"dsl": TopicRules(required=frozenset({"modem"}))}
    outcome = Simulation(PairingRules(rules), [BOB]).run(
        [Arrival(0, MINUTE, "dsl"), Arrival(1, MINUTE)]
    )
    assert outcome.waits == (None, 0)
    assert outcome.count_later_than(10**9) == 1


def test_accepting_an_offer_or_by_hand_takes_a_moment() -> None:
    rules = {"dsl": TopicRules(PairingMode.OFFER), "laptop": TopicRules(PairingMode.BY_HAND)}
    arrivals = [Arrival(0, MINUTE, "dsl"), Arrival(0, MINUTE, "laptop")]
    assert Simulation(PairingRules(rules), [BOB, CAT]).run(arrivals).waits == (
        ACCEPT_DELAY_MS,
        ACCEPT_DELAY_MS,
    )


def test_the_load_is_the_share_of_the_time() -> None:
    outcome = Simulation(PairingRules(), [BOB]).run([Arrival(0, MINUTE), Arrival(MINUTE, MINUTE)])
    assert outcome.loads == {"bob": 1.0}


@given(
    arrivals=st.lists(
        st.builds(Arrival, at=st.integers(0, 50), duration=st.integers(1, 30)), max_size=25
    ),
    technicians=st.integers(1, 3),
    capacity=st.integers(1, 2),
)
def test_waits_are_the_shortest_possible_if_any_technician_fits_any_customer(
    arrivals: list[Arrival], technicians: int, capacity: int
) -> None:
    outcome = Simulation(PairingRules(idle_after=None), crowd(technicians, capacity)).run(arrivals)
    # The lower bound does not tell which customer waits, only how long they do.
    waits = sorted(wait for wait in outcome.waits if wait is not None)
    assert waits == sorted(best_possible_waits(arrivals, technicians * capacity))


def test_ten_thousand_customers_wait_little_longer_than_the_lower_bound() -> None:
    # A fixed seed: the bounds below hold for this day. 10,000 x 19.5 minutes fill all 400 places
    # for the 8 hours, so that a queue forms.
    dice = random.Random(5)
    topics = {
        f"topic{number}": TopicRules(
            preferred=frozenset({f"skill{number}"}), priority=int(number == 0)
        )
        for number in range(5)
    }
    technicians = [
        replace(each, skills=frozenset({f"skill{dice.randrange(5)}"})) for each in crowd(200)
    ]
    arrivals = [
        Arrival(dice.randrange(8 * HOUR), dice.randrange(4, 36) * MINUTE, dice.choice([*topics]))
        for _ in range(10_000)
    ]
    outcome = Simulation(PairingRules(topics), technicians).run(arrivals)
    best = percentiles(best_possible_waits(arrivals, places=400))
    assert None not in outcome.waits
    assert outcome.wait.median is not None
    assert outcome.wait.p90 is not None
    assert best.median is not None
    assert best.p90 is not None
    assert outcome.wait.median < 1.1 * best.median
    # One topic in five goes first, at the cost of the others.
    assert outcome.wait.p90 < 1.3 * best.p90
