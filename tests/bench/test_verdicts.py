"""The verdicts, tables and charts made from measurements."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from chatserver.replay.report import percentile
from tests.bench import connecting, delay, speed
from tests.bench.connecting import Arrival
from tests.bench.delay import Delays, OpenLoop
from tests.bench.machine import Others
from tests.bench.plot import draw
from tests.bench.side_by_side import Burst, judged, table
from tests.bench.speed import SpeedRun
from tests.bench.table import BEGIN, END, goal_cells, markdown, put_into, show
from tests.bench.verdict import Budget, BudgetVerdict, spread

HOLDS = BudgetVerdict(
    "start", "0.50 s", "", ratio=0.5, budget="≤ 1 s", holds=True, figures={"seconds": 0.5}
)
FAILS = BudgetVerdict("delay", "9 ms", "1 ms", ratio=9.0, budget="≤ 2 ms", holds=False)
SAYS = BudgetVerdict("load", "30 %", "", ratio=None, budget="", holds=None)


def run(per_second: float) -> SpeedRun:
    return SpeedRun(per_second, 1 / per_second, server_share=1, load_share=0.5, frames=3)


def compared_speed(
    pairs: int, customers_each: int, ours: list[SpeedRun], relay: list[SpeedRun]
) -> list[BudgetVerdict]:
    """Compare with a Socket.IO of 100 messages a second, and an echo of 5,000."""
    return speed.compared(
        pairs,
        customers_each,
        ours=ours,
        relay=relay,
        socket_io=[run(100)],
        group_commit=[run(500)],
        echo=[run(5_000)],
    )


def delays_of(seconds: float) -> Delays:
    """Return one round of nine messages that took so long."""
    return Delays([OpenLoop([seconds] * 9, late=[0.0])])


def test_a_percentile_is_the_value_below_which_that_share_lies() -> None:
    hundred = [float(number) for number in range(100, 0, -1)]
    assert [percentile(hundred, share) for share in (0, 0.5, 0.99, 1)] == [1, 51, 100, 100]
    assert percentile([], 0.5) == 0


def test_several_rounds_are_a_median_and_a_range() -> None:
    assert spread([3_000, 1_000, 2_000], ",.0f") == "2,000 (1,000–3,000)"
    assert spread([3_000], ",.0f") == "3,000"


def test_a_budget_is_kept_up_to_its_bound() -> None:
    least, most = Budget(least=0.45, of="of the relay"), Budget(most=1.3)
    assert [least.holds(ratio) for ratio in (0.44, 0.45, 9)] == [False, True, True]
    assert [most.holds(ratio) for ratio in (0.1, 1.3, 1.31)] == [True, True, False]
    assert (str(least), str(most)) == ("≥ 0.45 of the relay", "≤ 1.3")


@pytest.mark.parametrize(("ours", "holds"), [(450, [True, True]), (399, [False, False])])
def test_speed_is_held_to_the_relay_and_to_a_rival_that_stores(
    ours: float, holds: list[bool]
) -> None:
    relay = [run(900), run(1_000), run(1_100)]
    verdicts = compared_speed(50, 1, [run(1), run(ours), run(9_999)], relay)
    assert [each.holds for each in verdicts[:2]] == holds


@pytest.mark.parametrize(("pairs", "customers_each"), [(200, 1), (50, 4)])
def test_speed_is_held_to_its_budget_in_the_measured_shapes_only(
    pairs: int, customers_each: int
) -> None:
    verdicts = compared_speed(pairs, customers_each, [run(1)], [run(1_000)])
    assert [each.holds for each in verdicts[:2]] == [None, None]


def test_a_load_that_cannot_drive_more_than_the_relay_does_is_told() -> None:
    assert compared_speed(200, 1, [run(900)], [run(5_000)])[-1].holds is False


@pytest.mark.parametrize(("ours_ms", "holds"), [(5.9, True), (6.1, False)])
def test_a_delay_may_be_the_relays_and_two_flushes_and_one_ms(ours_ms: float, holds: bool) -> None:
    ours, relay = delays_of(ours_ms / 1_000), delays_of(0.001)
    p99 = delay.compared(ours, relay, relay, flush_ms=2)[1]
    assert p99.what.startswith("delay p99 ")
    assert p99.holds is holds


@pytest.mark.parametrize(("written", "holds"), [(4_096, True), (4_200, False)])
def test_four_kibibytes_may_be_written_for_a_message(written: float, holds: bool) -> None:
    ours, relay = delays_of(0.001), delays_of(0.001)
    ours.written = written
    verdicts = delay.compared(ours, relay, relay, flush_ms=2)
    assert [each.holds for each in verdicts if each.what.startswith("written")] == [holds]


def test_customers_connect_in_the_time_of_the_relay_or_a_third_more() -> None:
    """The processor's time is held to the same: a slow load would hide the server's share."""
    relay = [Arrival(wall_s=10, processor_s=5, load_s=1, memory={9: 1})]
    ours = [Arrival(wall_s=13, processor_s=7, load_s=1, memory={9: 16 * 1_024})]
    verdicts = connecting.compared([9], ours, relay)
    assert [each.holds for each in verdicts] == [True, False, True]


def test_one_exceeded_budget_fails_the_benchmark(tmp_path: Path) -> None:
    assert show([HOLDS, SAYS], None) == 0
    assert show([HOLDS, FAILS, SAYS], tmp_path / "bench.json") == 1
    report = orjson.loads((tmp_path / "bench.json").read_bytes())
    assert [each["holds"] for each in report["figures"]] == [True, False, None]


def test_a_document_gets_the_same_rows() -> None:
    table = markdown([HOLDS, SAYS], "Measured today.")
    assert table.startswith("Measured today.\n\n| what |")
    assert "| start | 0.50 s |  | 0.50 | ≤ 1 s | yes |\n" in table
    assert "| load | 30 % |  |  |  |  |\n" in table


def test_a_goal_is_shown_with_the_ratio_if_that_is_aimed_at() -> None:
    ratio = replace(HOLDS, beside="relay 0.25 s", budget="≤ 3 of the relay", ratio=2.0)
    assert goal_cells(ratio) == ("start", "2.00 (0.50 s; relay 0.25 s)", "≤ 3 of the relay", "yes")
    assert goal_cells(FAILS) == ("delay", "9 ms; 1 ms", "≤ 2 ms", "NO")


def test_a_document_keeps_what_stands_around_the_table(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n", encoding="utf-8")
    put_into(document, "new\n")
    put_into(document, "newer\n")
    assert document.read_text(encoding="utf-8") == (f"Before.\n{BEGIN}\n\nnewer\n\n{END}\nAfter.\n")


def test_a_document_without_a_place_for_the_table_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text("Nothing.", encoding="utf-8")
    with pytest.raises(ValueError, match="README"):
        put_into(document, "new")
    assert document.read_text(encoding="utf-8") == "Nothing."


def test_the_picture_has_a_chart_of_speed_and_one_of_delay() -> None:
    speeds = compared_speed(200, 1, [run(500)], [run(1_000)])
    relay = delays_of(0.001)
    delays = delay.compared(delays_of(0.002), relay, relay, flush_ms=2)
    picture = ElementTree.fromstring(draw([*speeds, *delays]))
    words = " ".join(picture.itertext())
    assert "Messages a second" in words
    assert "200 pairs" in words
    assert "p99.9" in words


def test_the_load_of_other_programs_is_measured() -> None:
    """The result is a share of the whole machine."""
    assert 0 <= Others().share() <= 1


def test_versions_beside_each_other_are_compared_round_by_round() -> None:
    """A machine that is twice as slow in one round is so for both."""
    bursts = {
        "old": [Burst(100, 10, 2_048), Burst(200, 20, 2_048), Burst(300, 30, 2_048)],
        "new": [Burst(50, 5, 1_024), Burst(100, 10, 1_024), Burst(150, 15, 1_024)],
    }
    _, old, new = table(bursts)
    assert old.split() == ["old", "200", "1.00", "1.00", "2.0"]
    assert new.split() == ["new", "100", "0.50", "0.50", "1.0"]


def test_a_version_is_judged_by_the_median_of_the_rounds() -> None:
    old = [Burst(100, 30, 0), Burst(100, 90, 0), Burst(100, 30, 0)]
    new = [Burst(35, 10, 0), Burst(90, 90, 0), Burst(35, 10, 0)]
    faster, cost = judged(50, {"old": old, "new": new, "relay": new})
    assert (faster.ratio, faster.holds) == (3, True)
    assert (cost.ratio, cost.holds) == (0.35, True)
