"""`python -m tests.bench trial …`: the long trials of a server."""

import argparse
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from chatserver.commands.command import run
from tests.bench.faults.everything import FaultsOptions, faults
from tests.bench.faults.machine import NoCompiler
from tests.bench.trials.crossing import cross
from tests.bench.trials.hostile import KINDS
from tests.bench.trials.hostile_load import measure_hostile_load
from tests.bench.trials.network import run_networks
from tests.bench.trials.pooler import run_pooler
from tests.bench.trials.random_days import random_days
from tests.bench.trials.standby import run_standby

NAMES = ("faults", "network", "standby", "pooler", "hostile", "crossing", "pairing")


def main(arguments: Sequence[str]) -> int:
    """Run the trial that was named; return the exit code."""
    options = _parser().parse_args(arguments)
    trial: Callable[[argparse.Namespace], Coroutine[None, None, int]] = options.trial
    try:
        return run(trial(options))
    except (NoCompiler, OSError, ValueError) as error:
        print(f"trial: {error}", file=sys.stderr)
        return 1


async def _faults(options: argparse.Namespace) -> int:
    return await faults(
        FaultsOptions(
            kills=options.kills,
            cuts=options.cuts,
            restarts=options.restarts,
            seed=options.seed,
            json_file=options.json,
            markdown_file=options.markdown,
        )
    )


async def _network(options: argparse.Namespace) -> int:
    return await run_networks(options.pairs, options.messages, options.seconds)


async def _standby(options: argparse.Namespace) -> int:
    return await run_standby(options.pairs, options.messages)


async def _pooler(options: argparse.Namespace) -> int:
    return await run_pooler(options.pairs, options.messages)


async def _hostile(options: argparse.Namespace) -> int:
    if unknown := set(options.only) - set(KINDS):
        there_are = ", ".join(KINDS)
        raise ValueError(f"no such kind: {', '.join(sorted(unknown))}; there are {there_are}")
    return await measure_hostile_load(options.only, options.seconds, options.json)


async def _crossing(options: argparse.Namespace) -> int:
    return await cross(options.minutes, options.seed)


async def _pairing(options: argparse.Namespace) -> int:
    return await random_days(options.seed, options.seeds, options.steps)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench trial",
        description="What the server bears: faults, bad networks, attacks.",
    )
    trials = parser.add_subparsers(required=True, metavar="|".join(NAMES))
    wrong = trials.add_parser("faults", help="kills, losses of power and failing disks")
    wrong.set_defaults(trial=_faults)
    wrong.add_argument("--kills", type=int, default=200, help="SIGKILLs (200)")
    wrong.add_argument("--cuts", type=int, default=200, help="losses of power (200)")
    wrong.add_argument("--restarts", type=int, default=40, help="of PostgreSQL (40)")
    wrong.add_argument("--seed", type=int, default=1, help="of chance (1)")
    wrong.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    text = "a document that has a place for the table"
    wrong.add_argument("--markdown", type=Path, metavar="FILE", help=text)
    bad = trials.add_parser("network", help="whether every client sees the log over bad networks")
    bad.set_defaults(trial=_network)
    bad.add_argument("--pairs", type=int, default=20, help="pairs that talk at once (20)")
    bad.add_argument("--messages", type=int, default=200, help="of each side (200)")
    bad.add_argument("--seconds", type=float, default=120, help="of bad weather at most (120)")
    spare = trials.add_parser("standby", help="how a server that stands by takes over")
    spare.set_defaults(trial=_standby)
    spare.add_argument("--pairs", type=int, default=10, help="pairs that talk at once (10)")
    spare.add_argument("--messages", type=int, default=1_000, help="of each side (1,000)")
    between = trials.add_parser("pooler", help="whether a server works behind PgBouncer")
    between.set_defaults(trial=_pooler)
    between.add_argument("--pairs", type=int, default=4, help="pairs that talk at once (4)")
    between.add_argument("--messages", type=int, default=200, help="of each side (200)")
    attack = trials.add_parser("hostile", help="what others notice of each kind of hostile client")
    attack.set_defaults(trial=_hostile)
    attack.add_argument("--only", action="append", default=[], metavar="KIND", help="repeatable")
    attack.add_argument("--seconds", type=float, default=12, help="of messages for each kind (12)")
    attack.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    chance = trials.add_parser("crossing", help="whether promises hold while everything crosses")
    chance.set_defaults(trial=_crossing)
    chance.add_argument("--minutes", type=float, default=30, help="how long (30)")
    chance.add_argument("--seed", type=int, default=1, help="of chance (1)")
    days = trials.add_parser("pairing", help="random days of pairing, in virtual time")
    days.set_defaults(trial=_pairing)
    days.add_argument("--seed", type=int, default=1, help="the first seed of chance (1)")
    days.add_argument("--seeds", type=int, default=10, help="how many (10)")
    days.add_argument("--steps", type=int, default=10_000, help="of each seed (10,000)")
    return parser
