"""The benchmark command on a minimal workload; its figures are not tested."""

from pathlib import Path

import orjson
import pytest

from tests.bench.__main__ import main


def test_speed_is_measured_of_both_and_of_the_load(tmp_path: Path) -> None:
    figures = tmp_path / "bench.json"
    main(
        [
            *("--only", "speed", "--pairs", "2", "--seconds", "0.2", "--rounds", "1"),
            *("--json", str(figures)),
        ]
    )
    speed, processor, load = orjson.loads(figures.read_bytes())["figures"]
    assert set(speed["figures"]) == {"chatserver", "bare relay", "load against an echo"}
    assert min(speed["figures"].values()) > 0
    assert "1,000 messages, 2 pairs" in processor["what"]
    # Three frames a message: the answer, and the message to both sides; some are in flight at the
    # beginning and the end.
    frames = {name: float(load[name].rpartition("; ")[2]) for name in ("ours", "relay")}
    assert frames == pytest.approx({"ours": 3, "relay": 3}, abs=1)


def test_a_part_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "speed,beauty"]) == 1
    assert "no beauty" in capsys.readouterr().err


def test_a_kind_of_hostile_client_that_does_not_exist_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["trial", "hostile", "--only", "kindness"]) == 1
    assert "no such kind: kindness" in capsys.readouterr().err
