"""`pairing`: show or set the pairing rules."""

import argparse
from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError

from chatserver.commands.command import Commands, Failed, need_database, run
from chatserver.core.pairing.rules import PairingRules
from chatserver.services.site import as_json
from chatserver.settings import Settings
from chatserver.store.open import open_store
from chatserver.web.admin_schemas import ChosenPairing

PART = "pairing"
POLICY: TypeAdapter[PairingRules] = TypeAdapter(PairingRules)


def declare(commands: Commands) -> None:
    """Declare the command."""
    show = commands.add("pairing", _pairing, "show the pairing rules as JSON, or set them")
    show.add_argument("--set", type=Path, metavar="FILE", help="set the rules from this JSON file")


def _pairing(options: argparse.Namespace, settings: Settings) -> int:
    need_database(settings)
    chosen = None if options.set is None else _read(options.set)
    return run(_choose(settings, chosen))


async def _choose(settings: Settings, chosen: PairingRules | None) -> int:
    async with open_store(settings.data) as store:
        if chosen is not None:
            await store.site.save_parts({PART: as_json(chosen)})
        kept = (await store.site.load_parts()).get(PART)
    policy = PairingRules() if kept is None else POLICY.validate_json(kept)
    print(orjson.dumps(policy, default=sorted, option=orjson.OPT_INDENT_2).decode())
    return 0


def _read(file: Path) -> PairingRules:
    """Read the rules in a file, validated like those of the administration page; raises Failed."""
    try:
        # The same schema as in the administration, so that its page can show what was set here.
        return ChosenPairing.model_validate_json(file.read_bytes()).policy
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise Failed(f"{file}: {where}: {wrong['msg']}") from None
