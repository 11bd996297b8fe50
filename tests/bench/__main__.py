"""`python -m tests.bench`: the benchmark, and with `trial` the long trials.

Exits with 0 when every budget holds and every promise was kept, with 1 when one did not or when
the command cannot run, and with 2 for wrong arguments.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from chatserver import logs
from chatserver.commands.command import run
from tests.bench import suite
from tests.bench.trials import command as trials


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, or the trial that was named; return the exit code."""
    logs.configure("info")
    if arguments[:1] == ["trial"]:
        return trials.main(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        return run(suite.bench(suite.bench_options(options)))
    except (OSError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Speed, delay and memory against a bare relay measured in the same run.",
        epilog=f"`%(prog)s trial {{{','.join(trials.NAMES)}}}` runs one of the long trials.",
    )
    counts = parser.add_argument_group("how much")
    counts.add_argument("--only", metavar="PART,…", help="parts of it, by the names it prints")
    counts.add_argument("--seconds", type=float, default=3, help="of each measure (3)")
    counts.add_argument("--rounds", type=int, default=3, help="in which rivals take turns (3)")
    counts.add_argument(
        "--pairs", type=int, nargs="+", metavar="N", help="pairs that talk (1 50 200 1000)"
    )
    counts.add_argument(
        "--sessions", type=int, nargs="+", metavar="N", help="that say nothing (2000 10000)"
    )
    counts.add_argument("--messages", type=int, nargs=2, metavar="N", help="stored (1000 1000000)")
    files = parser.add_argument_group("where the figures go")
    files.add_argument("--json", type=Path, metavar="FILE", help="all of them")
    files.add_argument("--plot", type=Path, metavar="FILE", help="speed and delay, as SVG")
    files.add_argument(
        "--markdown", type=Path, metavar="FILE", help="a document that has a place for the table"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
