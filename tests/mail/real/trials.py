"""The trials among real programs, by name, and their report."""

import asyncio
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from chatserver.logs import configure
from tests.mail.real.delays import delay
from tests.mail.real.imap import imap
from tests.mail.real.packages import Programs, install
from tests.mail.real.recipes import RECIPES, recipe
from tests.mail.real.relaying import relay
from tests.mail.real.replies import by_swaks, filters, replies, threading
from tests.mail.real.tokens import tokens
from tests.mail.real.transfer_agents import TRANSFER_AGENTS, exim, postfix
from tests.mail.real.two_desks import two_desks
from tests.mail.real.verdicts import verdicts

Trial = Callable[[Path, Path], Awaitable[str]]
"""Runs in an empty folder with the folder of the unpacked programs; returns what was seen."""

TRIALS: dict[str, Trial] = {
    **{f"relay by {name}": partial(relay, agent) for name, agent in TRANSFER_AGENTS.items()},
    **{f"recipe of {name}": partial(recipe, agent) for name, agent in RECIPES.items()},
    "delay by postfix": partial(delay, postfix),
    "delay by exim": partial(delay, exim),
    "swaks": by_swaks,
    "replies": replies,
    "threads": threading,
    "filters": filters,
    "imap": imap,
    "tokens": tokens,
    "verdicts": verdicts,
    "two desks": two_desks,
}


async def run(chosen: list[str]) -> int:
    """Return 0 if every program was there and every trial passed."""
    # Tracebacks with the values of all variables hold up the event loop for minutes.
    configure("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        # Mail servers change to users of their own, which have to reach their folders.
        await asyncio.to_thread(Path(folder).chmod, 0o755)
        programs = await asyncio.to_thread(install, Path(folder) / "programs")
        _report(programs)
        failed = [name for name in TRIALS if not await _passes(name, chosen, Path(folder))]
    print(f"{len(failed)} failed" if failed else "all passed")
    return int(bool(failed or programs.missing))


async def _passes(name: str, chosen: list[str], folder: Path) -> bool:
    if chosen and not any(each in name for each in chosen):
        return True
    own = folder / name.replace(" ", "-")
    own.mkdir()
    try:
        seen = await TRIALS[name](own, folder / "programs")
    except Exception:
        print(f"FAILED  {name}\n{traceback.format_exc(limit=-6)}")
        return False
    print(f"ok  {name}: {seen}", flush=True)
    return True


def _report(programs: Programs) -> None:
    for name, version in programs.versions.items():
        print(f"{name} {version}")
    if programs.missing:
        print(f"not to be had here: {', '.join(programs.missing)}")
