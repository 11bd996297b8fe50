"""The command, on as little as possible; what it finds is not tested."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from chatserver import cli


def test_speed_is_measured_of_both_and_of_the_load(tmp_path: Path) -> None:
    figures = tmp_path / "bench.json"
    cli.main(
        [
            *("bench", "--only", "speed", "--pairs", "2", "--seconds", "0.2", "--rounds", "1"),
            *("--json", str(figures)),
        ]
    )
    speed, processor, load = orjson.loads(figures.read_bytes())["figures"]
    assert set(speed["figures"]) == {"chatserver", "bare relay", "load against an echo"}
    assert min(speed["figures"].values()) > 0
    assert "1,000 messages, 2 pairs" in processor["what"]
    # An answer, and the message to both; some of them are under way at the beginning and the end.
    frames = {name: float(load[name].rpartition("; ")[2]) for name in ("ours", "relay")}
    assert frames == pytest.approx({"ours": 3, "relay": 3}, abs=1)


def test_a_part_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "--only", "speed,beauty"]) == 1
    assert "no beauty" in capsys.readouterr().err


def test_who_has_only_what_the_server_needs_is_told_what_is_missing() -> None:
    without = "import sys; sys.modules['picows'] = None; from chatserver import cli; sys.exit("
    asked = [sys.executable, "-c", f"{without}cli.main(['bench', '--only', 'speed']))"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "there is no picows" in done.stderr
    assert "chatserver[bench]" in done.stderr
