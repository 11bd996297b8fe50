"""The verdicts, tables and charts made from measurements."""

from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from chatserver.replay.report import percentile
from tests.bench import delay, speed
from tests.bench.delay import Delays
from tests.bench.machine import Others
from tests.bench.plot import draw
from tests.bench.side_by_side import Burst, table
from tests.bench.speed import SpeedRun
from tests.bench.table import BEGIN, END, markdown, put_into, show
from tests.bench.verdict import BudgetVerdict, spread

HOLDS = BudgetVerdict(
    "start", "0.50 s", "", ratio=0.5, budget="≤ 1 s", holds=True, figures={"seconds": 0.5}
)
FAILS = BudgetVerdict("delay", "9 ms", "1 ms", ratio=9.0, budget="≤ 2 ms", holds=False)
SAYS = BudgetVerdict("load", "30 %", "", ratio=None, budget="", holds=None)


def run(per_second: float) -> SpeedRun:
    return SpeedRun(per_second, 1 / per_second, server_share=1, load_share=0.5, frames=3)


def test_a_percentile_is_the_value_below_which_that_share_lies() -> None:
    hundred = [float(number) for number in range(100, 0, -1)]
    assert [percentile(hundred, share) for share in (0, 0.5, 0.99, 1)] == [1, 51, 100, 100]
    assert percentile([], 0.5) == 0


def test_several_rounds_are_a_median_and_a_range() -> None:
    assert spread([3_000, 1_000, 2_000], ",.0f") == "2,000 (1,000–3,000)"
    assert spread([3_000], ",.0f") == "3,000"


@pytest.mark.parametrize(("ours", "holds"), [(500, True), (499, False)])
def test_half_the_speed_of_the_relay_is_enough(ours: float, holds: bool) -> None:
    runs = [run(900), run(1_000), run(1_100)], [run(1), run(ours), run(9_999)], [run(5_000)]
    assert speed.compared(200, *runs)[0].holds is holds


def test_speed_is_held_to_its_budget_at_two_hundred_pairs_only() -> None:
    runs = [run(1_000)], [run(1)], [run(5_000)]
    assert speed.compared(1, *runs)[0].holds is None


def test_a_load_that_cannot_drive_more_than_the_relay_does_is_told() -> None:
    runs = [run(1_000)], [run(900)], [run(1_000)]
    assert speed.compared(200, *runs)[-1].holds is False


@pytest.mark.parametrize(("ours_ms", "holds"), [(6.9, True), (7.1, False)])
def test_a_delay_may_be_the_relays_and_two_flushes_and_two_ms(ours_ms: float, holds: bool) -> None:
    ours, relay = Delays([[ours_ms / 1_000] * 9]), Delays([[0.001] * 9])
    p99 = delay.compared(ours, relay, flush_ms=2)[1]
    assert p99.what.startswith("delay p99 ")
    assert p99.holds is holds


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
    runs = [run(1_000)], [run(500)], [run(5_000)]
    delays = delay.compared(Delays([[0.002]]), Delays([[0.001]]), flush_ms=2)
    picture = ElementTree.fromstring(draw([*speed.compared(200, *runs), *delays]))
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
