"""`pairing`: the rules by which customers are given to technicians, shown or chosen."""

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
    """Say what can be typed."""
    show = commands.add("pairing", _pairing, "the rules of pairing, as JSON")
    show.add_argument("--set", type=Path, metavar="FILE", help="choose the rules in this JSON file")


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
    """The rules in a file, checked like those of the administrator's page; raises Failed."""
    try:
        return ChosenPairing.model_validate_json(file.read_bytes()).policy
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise Failed(f"{file}: {where}: {wrong['msg']}") from None
