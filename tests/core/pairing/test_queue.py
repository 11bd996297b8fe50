"""Queue positions and estimated waits."""

from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.pairing.queue import (
    QueuePosition,
    Standing,
    Ticket,
    TicketQueue,
    WaitEstimator,
)

STEPS = st.lists(
    st.tuples(st.sampled_from(["joins", "absent", "leaves"]), st.integers(0, 9), st.integers(0, 9)),
    max_size=30,
)


@given(STEPS)
def test_positions_count_the_present_customers_ahead(
    steps: list[tuple[str, int, int]],
) -> None:
    queue = TicketQueue()
    for step, number, arrival in steps:
        if step == "leaves":
            queue.leave(f"c{number}")
        else:
            ticket = Ticket(
                Standing.LIVE,
                True,
                0,
                promise=0,
                arrival=arrival,
                conversation=f"c{number}",
                absent=step == "absent",
            )
            queue.join(ticket)
    line = list(queue)
    assert line == sorted(line)
    counted = [
        QueuePosition(
            position=sum(not other.absent for other in line if other < each) + 1,
            returning=sum(other.absent for other in line if other < each),
        )
        for each in line
    ]
    assert [queue.position(each.conversation) for each in line] == counted
    assert [place for _, place in queue.positions()] == counted


def test_the_wait_is_unknown_until_two_were_served() -> None:
    pace = WaitEstimator()
    pace.record_departure(0)
    assert pace.estimate(1, 1_000) is None
    pace.record_departure(60_000)
    assert pace.estimate(3, 60_000) == 180_000


def test_the_longest_wait_assumes_that_all_absent_customers_return() -> None:
    pace = WaitEstimator()
    pace.record_departure(0)
    pace.record_departure(60_000)
    # 4 departures of a minute each, give or take sqrt(4) = 2; with 5 absent ahead 9 and 3.
    assert pace.estimate_range(QueuePosition(4), 60_000) == (120_000, 360_000)
    assert pace.estimate_range(QueuePosition(4, returning=5), 60_000) == (120_000, 720_000)
