"""`python -m tests.fuzz`: fuzzes everything that reads bytes of strangers.

Prints the number of inputs and exits with 1 if one of them was a fault. Inputs that libFuzzer
finds worth keeping, and inputs that were faults, are stored in a folder for the next run.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from chatserver.logs import configure
from tests.conftest import starting
from tests.fuzz import libfuzzer
from tests.fuzz.fuzzed_server import UNLIMITED, count_lost, fuzzed_server
from tests.fuzz.harnesses import HARNESSES
from tests.fuzz.hellos import WELCOMED, Hellos
from tests.fuzz.http_calls import callers
from tests.fuzz.websocket_frames import RawConnections

WIRE, LINES, CALLS = "wire", "lines", "calls"
FRAMES_OF_A_HELLO = 30
"""Frames that are sent for each hello of the second part."""


async def wire(data: Path, inputs: int) -> str:
    """Fuzz frames over sockets; raises AssertionError for a wrong answer."""
    async with fuzzed_server(data) as field:
        await field.talk(inputs)
        hellos = Hellos(field)
        await hellos.say(inputs // FRAMES_OF_A_HELLO)
        await field.serves_new_clients()
    found = field.figures
    missing = await count_lost(data, found)
    assert missing == 0, f"{missing} of {len(found.kept)} are not in the log"
    return (
        f"{found.inputs} frames: {found.ok} ok, {found.refused} refused, {found.signals} signals, "
        f"{found.closed} times closed as no client of ours, {len(found.kept)} changes, lost: 0; "
        f"{hellos.codes.total()} hellos: {hellos.codes[WELCOMED]} welcomed"
    )


async def lines(data: Path, inputs: int) -> str:
    """Fuzz WebSocket frames that break the protocol; raises AssertionError for a wrong close."""
    async with starting(data) as start:
        tried = RawConnections(await start(**UNLIMITED))
        await tried.say(inputs)
    codes = ", ".join(f"{code}: {count}" for code, count in sorted(tried.codes.items()))
    return f"{tried.inputs} frames on {tried.codes.total()} lines, closed with {codes}"


async def calls(data: Path, inputs: int) -> str:
    """Fuzz calls over HTTP; raises the errors of schemathesis."""
    async with callers(data) as people:
        await people.call(inputs)
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(people.statuses.items()))
    return f"{people.statuses.total()} calls: {statuses}"


def trial(run: Callable[[Path, int], Awaitable[str]], inputs: int) -> bool:
    """Run one in a temporary folder and print its result; return False after a fault."""

    async def on_a_folder() -> str:
        with TemporaryDirectory(prefix="fuzz-") as folder:
            return await run(Path(folder), inputs)

    try:
        print(f"{run.__name__}: {asyncio.run(on_a_folder())}", flush=True)
    except Exception as fault:
        print(f"{run.__name__}: FAULT", flush=True)
        logging.getLogger("fuzz").error("the fault", exc_info=fault)
        return False
    return True


def guided(name: str, seconds: int, corpus: Path) -> bool:
    """Run a harness under libFuzzer and print the result; return False after a fault."""
    found = libfuzzer.fuzz(HARNESSES[name], seconds, corpus)
    what = f"{name}: {found.inputs} inputs in {seconds} s, {found.reached} branches reached"
    if found.fault is None:
        print(what, flush=True)
        return True
    file = corpus / f"fault-{name}-{int(time.time())}"
    file.write_bytes(found.fault)
    print(f"{what}; FAULT: {file}\n{found.said}", flush=True)
    return False


def main() -> int:
    """Return the exit code: 0 without a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    what = [WIRE, LINES, CALLS, *HARNESSES]
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"of {', '.join(what)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each harness")
    parser.add_argument("--frames", type=int, default=50_000, help="over sockets")
    parser.add_argument("--lines", type=int, default=5_000, help="of frames that are none")
    parser.add_argument("--calls", type=int, default=2_000, help="over HTTP")
    parser.add_argument("--corpus", type=Path, default=Path(".fuzz"), help="where inputs are kept")
    options = parser.parse_args()
    if unknown := set(options.what) - set(what):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    configure("error")
    went_well = True
    for name in options.what or what:
        if name == WIRE:
            went_well &= trial(wire, options.frames)
        elif name == LINES:
            went_well &= trial(lines, options.lines)
        elif name == CALLS:
            went_well &= trial(calls, options.calls)
        else:
            went_well &= guided(name, options.seconds, options.corpus)
    return 0 if went_well else 1


if __name__ == "__main__":
    sys.exit(main())
