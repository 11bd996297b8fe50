"""`chatserver trial …`: what the server bears, measured."""

import argparse
from pathlib import Path

from chatserver.commands.command import Commands, Failed, run
from chatserver.settings import Settings


def declare(commands: Commands) -> None:
    """The commands of this module."""
    trial = commands.group("trial", "what the server bears: bad networks, attacks, long hours")
    network = trial.add("network", _network, "whether every client sees the log over bad networks")
    network.add_argument("--pairs", type=int, default=20, help="who talk at once (20)")
    network.add_argument("--messages", type=int, default=200, help="of each side (200)")
    network.add_argument("--seconds", type=float, default=120, help="of bad weather at most (120)")
    hostile = trial.add("hostile", _hostile, "what others notice of each kind of hostile client")
    hostile.add_argument("--only", action="append", default=[], metavar="KIND", help="repeatable")
    hostile.add_argument("--seconds", type=float, default=12, help="for each kind (12)")
    hostile.add_argument("--json", type=Path, help="write the figures there too")
    soak = trial.add("soak", _soak, "whether memory, files and tasks stay as they are for long")
    soak.add_argument("file", type=Path, help="dialogues, one JSON object a line")
    soak.add_argument("--minutes", type=float, default=60, help="how long (60)")
    soak.add_argument("--pairs", type=int, default=25, help="dialogues in flight (25)")
    soak.add_argument("--speed", type=float, default=60, help="time compression (60)")
    soak.add_argument("--json", type=Path, help="write all samples there")


def _network(options: argparse.Namespace, _: Settings) -> int:
    from chatserver.bench.trials.network import bear_networks

    return run(bear_networks(options.pairs, options.messages, options.seconds))


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


def _soak(options: argparse.Namespace, _: Settings) -> int:
    from chatserver.bench.trials.soak import soak

    return run(soak(options.file, options.minutes, options.pairs, options.speed, options.json))
