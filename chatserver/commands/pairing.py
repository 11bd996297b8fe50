"""`pairing`: show or set the pairing rules."""

import argparse
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from chatserver.commands.command import Commands, need_database, run
from chatserver.commands.rules_file import read_rules
from chatserver.core.pairing.rules import PairingRules
from chatserver.services.site import as_json
from chatserver.settings import Settings
from chatserver.store.open import open_store

PART = "pairing"
RULES: TypeAdapter[PairingRules] = TypeAdapter(PairingRules)


def declare(commands: Commands) -> None:
    """Declare the command."""
    show = commands.add("pairing", _pairing, "show the pairing rules as JSON, or set them")
    show.add_argument("--set", type=Path, metavar="FILE", help="set the rules from this JSON file")


def _pairing(options: argparse.Namespace, settings: Settings) -> int:
    need_database(settings)
    chosen = None if options.set is None else read_rules(options.set)
    return run(_choose(settings, chosen))


async def _choose(settings: Settings, chosen: PairingRules | None) -> int:
    async with open_store(settings.data, database=settings.database) as store:
        if chosen is not None:
            await store.site.save_parts({PART: as_json(chosen)})
        kept = (await store.site.load_parts()).get(PART)
    rules = PairingRules() if kept is None else RULES.validate_json(kept)
    print(orjson.dumps(rules, default=sorted, option=orjson.OPT_INDENT_2).decode())
    return 0
