"""`chatserver trial …`: what the server bears, measured."""

import argparse
from pathlib import Path

from chatserver.commands.command import Commands, Failed, run
from chatserver.settings import Settings


def declare(commands: Commands) -> None:
    """The commands of this module."""
    trial = commands.group("trial", "what the server bears: hostile clients")
    hostile = trial.add("hostile", _hostile, "what others notice of each kind of hostile client")
    hostile.add_argument("--only", action="append", default=[], metavar="KIND")
    hostile.add_argument("--seconds", type=float, default=12, help="for each kind (12)")
    hostile.add_argument("--json", type=Path, help="write the figures there too")


def _hostile(options: argparse.Namespace, _: Settings) -> int:
    try:
        from chatserver.bench.trials.hostile import KINDS
        from chatserver.bench.trials.siege import besiege
    except ModuleNotFoundError as missing:
        text = "this trial needs what `pip install 'chatserver[bench]'` installs"
        raise Failed(f"{text}: there is no {missing.name}") from None
    if unknown := set(options.only) - set(KINDS):
        raise Failed(f"no such kind: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    return run(besiege(options.only, options.seconds, options.json))
