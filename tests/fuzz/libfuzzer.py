"""Runs harnesses under libFuzzer for a limited time, each in a process of its own."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.harnesses import Harness

MEMORY_MB = 2_048
SLOWEST_S = 10
"""Seconds after which an input counts as a fault: a slow parser blocks the whole server."""

LONGEST = 8_192
"""Bytes of the longest input."""

_EXECUTED = re.compile(r"stat::number_of_executed_units: (\d+)")
_COVERED = re.compile(r"cov: (\d+)")


@dataclass(frozen=True, slots=True)
class FuzzResult:
    """The result of one harness: inputs tried, branches reached, and the input of a fault."""

    name: str
    inputs: int
    reached: int
    fault: bytes | None
    said: str


def fuzz(harness: Harness, seconds: int, corpus: Path) -> FuzzResult:
    """Fuzz for some seconds or up to a fault; new inputs are added to the folder `corpus`."""
    own = corpus / harness.name
    own.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(harness.seeds):
        (own / f"seed-{number}").write_bytes(seed)
    with TemporaryDirectory(prefix="fault-") as faults:
        options = {
            "max_total_time": seconds,
            "timeout": SLOWEST_S,
            "max_len": LONGEST,
            "rss_limit_mb": MEMORY_MB,
            "artifact_prefix": f"{faults}/",
            "print_final_stats": 1,
        }
        given = [f"-{name}={value}" for name, value in options.items()]
        command = [
            sys.executable,
            "-m",
            "tests.fuzz.libfuzzer_process",
            harness.name,
            *given,
            str(own),
        ]
        ended = subprocess.run(command, capture_output=True, check=False)
        said = (ended.stdout + ended.stderr).decode("utf-8", "replace")
        found = [file.read_bytes() for file in sorted(Path(faults).iterdir())]
    executed, covered = _EXECUTED.findall(said), _COVERED.findall(said)
    # A harness that cannot be imported must not count as one without faults.
    if not executed or (ended.returncode and not found):
        raise RuntimeError(f"{harness.name} has not run:\n{said[-4_000:]}")
    fault = found[0] if ended.returncode else None
    return FuzzResult(harness.name, int(executed[-1]), int(covered[-1]), fault, said)
