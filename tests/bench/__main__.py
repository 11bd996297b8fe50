"""`python -m tests.bench`: the benchmark; `goals`, `stalls`, `soak` and `trial` are parts of it.

Exits with 0 when every budget holds and every promise was kept, with 1 when one did not or when
the command cannot run, and with 2 for wrong arguments.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from chatserver import logs
from chatserver.commands.command import run
from tests.bench import suite
from tests.bench.delay import PAIRS, RATE
from tests.bench.soak import SoakOptions, soak
from tests.bench.stalls import stalls
from tests.bench.trials import command as trials


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, or the part or trial that was named; return the exit code."""
    logs.configure("info")
    # A log line for each of 10,000 connections would dominate the measurement.
    logging.getLogger("picows").setLevel(logging.WARNING)
    name, *rest = arguments or [""]
    if name == "trial":
        return trials.main(rest)
    try:
        match name:
            case "goals":
                return run(suite.goals(suite.goal_options(goals_parser().parse_args(rest))))
            case "stalls":
                options = _stalls().parse_args(rest)
                return run(stalls(options.seconds, options.rate, options.pairs))
            case "soak":
                return run(soak(_soak_options(_soak().parse_args(rest))))
        options = _parser().parse_args(arguments)
        return run(suite.bench(suite.bench_options(options)))
    except (OSError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Speed, delay and memory beside other servers measured in the same run.",
        epilog="`%(prog)s goals` prints what is aimed at and whether it is reached, `stalls` what "
        "keeps the event loop from a message, `soak` whether memory stays flat, and "
        f"`trial {{{','.join(trials.NAMES)}}}` runs one of the long trials.",
    )
    counts = parser.add_argument_group("how much")
    counts.add_argument("--only", metavar="PART,…", help="parts of it, by the names it prints")
    _add_extent(counts)
    counts.add_argument(
        "--pairs", type=int, nargs="+", metavar="N", help="pairs that talk (50 200 500)"
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


def goals_parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments of `goals`."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench goals", description="What is aimed at, and what is reached."
    )
    parser.add_argument("--only", metavar="PART,…", help=f"of {', '.join(suite.GOALS)}")
    parser.add_argument(
        "--quick", action="store_true", help="show that all of it works; the figures are nothing"
    )
    _add_extent(parser)
    parser.add_argument("--data", type=Path, metavar="DIALOGUES", help="soak with them, too")
    parser.add_argument("--minutes", type=float, default=60, help="of the soak (60)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures")
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="a document that has a place for the table"
    )
    return parser


def _add_extent(parser: "argparse._ActionsContainer") -> None:
    parser.add_argument("--seconds", type=float, default=3, help="of each measure (3)")
    parser.add_argument("--rounds", type=int, default=3, help="in which rivals take turns (3)")


def _stalls() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench stalls",
        description="What keeps the event loop from a message for longer than 2 ms.",
    )
    parser.add_argument("--seconds", type=float, default=30, help="how long (30)")
    parser.add_argument("--rate", type=float, default=RATE, help=f"messages a second ({RATE})")
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"that talk ({PAIRS})")
    return parser


def _soak() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench soak",
        description="Whether memory, files and tasks stay flat while dialogues are replayed.",
    )
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIALOGUES", help="one JSON object a line"
    )
    parser.add_argument("--minutes", type=float, default=60, help="how long (60)")
    parser.add_argument("--pairs", type=int, default=25, help="dialogues in flight (25)")
    parser.add_argument("--speed", type=float, default=60, help="time compression (60)")
    parser.add_argument(
        "--tracemalloc", action="store_true", help="tell the allocations that are left, too"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples there")
    return parser


def _soak_options(options: argparse.Namespace) -> SoakOptions:
    return SoakOptions(
        options.data,
        minutes=options.minutes,
        pairs=options.pairs,
        speed=options.speed,
        is_traced=options.tracemalloc,
        json_file=options.json,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
