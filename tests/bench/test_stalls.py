"""The report of stalls of the event loop."""

from tests.bench.stalls import IN_THE_LOOP, is_own, place, report
from tests.bench.watched import Stall

SENDING = ["json.dumps", "chatserver.hub.Hub.send", "asyncio.run", "chatserver.app.main"]


def stall(loop_s: float, process_s: float) -> Stall:
    """Return a stall of 10 ms."""
    return Stall(1.0, 0.01, loop_s, process_s, collecting=False, stacks=[SENDING])


def test_a_stall_is_the_loops_own_if_it_worked_for_most_of_the_time() -> None:
    assert is_own(stall(loop_s=0.009, process_s=0.01))
    assert not is_own(stall(loop_s=0.001, process_s=0.01))


def test_a_report_tells_stalls_apart_by_who_had_the_time() -> None:
    found = [stall(0.009, 0.009), stall(0.001, 0.009), stall(0.001, 0.001), stall(0.0, 0.0)]
    _, own, threads, machine, *_ = report(found, seconds=10)
    assert [line.split(":")[1].split(",")[0].strip() for line in (own, threads, machine)] == [
        *("1", "1", "2")
    ]


def test_a_place_is_the_innermost_function_and_those_of_the_server_around_it() -> None:
    assert place(SENDING) == "json.dumps < hub.Hub.send < app.main"
    assert place([IN_THE_LOOP, *SENDING]).startswith("the loop")
