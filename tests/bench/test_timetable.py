"""Delays at a fixed rate include all messages that waited."""

import pytest

from chatserver.replay.report import percentile
from tests.bench.timetable import Timetable

EVERY_10_MS = Timetable(started=100.0, rate=100, count=200)


def test_messages_are_due_at_a_fixed_rate_from_the_start() -> None:
    assert [EVERY_10_MS.due(number) for number in (1, 2, 101)] == [100, 100.01, 101]
    assert [EVERY_10_MS.owed(now) for now in (99, 100, 100.005, 101.005, 999)] == [
        0,
        1,
        1,
        101,
        200,
    ]


def test_everything_that_waits_for_a_server_that_stands_still_is_late() -> None:
    """The server stops for one second; a client that waits for it would see a single delay."""
    on_time = {number: EVERY_10_MS.due(number) + 0.001 for number in range(1, 101)}
    arrived = on_time | {number: 102.0 for number in range(101, 201)}
    delays = EVERY_10_MS.delays(arrived)
    assert percentile(delays, 0.25) == pytest.approx(0.001)
    assert percentile(delays, 0.75) == pytest.approx(0.51)
    assert max(delays) == pytest.approx(1.0)


def test_a_message_that_the_load_sent_late_is_late() -> None:
    timetable = Timetable(started=0, rate=1, count=1)
    sent = 0.7
    assert timetable.delays({1: sent + 0.1}) == [pytest.approx(0.8)]


def test_a_message_that_never_arrived_has_no_delay() -> None:
    with pytest.raises(KeyError):
        Timetable(started=0, rate=1, count=2).delays({1: 0})
