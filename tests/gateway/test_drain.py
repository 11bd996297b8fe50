"""Clients are told to reconnect after a restart at times that are evenly spread."""

from itertools import pairwise

from chatserver.gateway.drain import SOONEST_MS, reconnect_delays_ms


def test_a_few_clients_come_back_spread_over_the_time_that_is_set() -> None:
    assert reconnect_delays_ms(1, 3) == [SOONEST_MS]
    times = reconnect_delays_ms(30, 3)
    assert SOONEST_MS <= times[0] < 2 * SOONEST_MS
    assert [after - before for before, after in pairwise(times)] == [100] * 29


def test_thousands_wait_until_the_server_can_be_there_and_come_one_by_one() -> None:
    times = reconnect_delays_ms(10_000, 3)
    # Closing 10,000 sessions takes 5 s at 0.5 ms each; no client is admitted before.
    assert times[0] == SOONEST_MS + 5_000
    assert all(after - before >= 1 for before, after in pairwise(times))
    assert times[-1] <= 20_000


def test_without_clients_there_are_no_times() -> None:
    assert reconnect_delays_ms(0, 3) == []
