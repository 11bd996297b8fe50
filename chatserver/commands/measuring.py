"""`bench`: what it can be asked."""

from pathlib import Path

from chatserver.commands.command import Commands, Run


def declare(commands: Commands, run: Run) -> None:
    """Add the command."""
    add = commands.add("bench", run, "speed, delay and memory against a bare relay in the same run")
    counts = add.add_argument_group("how much")
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
    counts.add_argument("--pairing", action="store_true", help="only the decisions of pairing")
    files = add.add_argument_group("where the figures go")
    files.add_argument("--json", type=Path, metavar="FILE", help="all of them")
    files.add_argument("--plot", type=Path, metavar="FILE", help="speed and delay, as SVG")
    files.add_argument(
        "--markdown", type=Path, metavar="FILE", help="a document that has a place for the table"
    )
