"""Hostile clients are disconnected with the right code, while others talk on undisturbed."""

import asyncio
from dataclasses import replace
from pathlib import Path

from tests.bench.processor import resident
from tests.bench.trials.conversing import TalkingPairs
from tests.bench.trials.hostile import KINDS, run_clients
from tests.bench.trials.network import differences, logged_events
from tests.bench.trials.raw import RawAddress
from tests.bench.trials.staff import create_technicians
from tests.program import program

ENDINGS = {
    "long answers asked for and not read": "1011",
    "an event stream whose pings are not answered": "4500",
    "single bytes, each in a packet": "4500",
    "a body that does not end": "408",
    "connections that never say hello": "4500",
    "sessions that say hello and no more": "1011",
    "gzip bombs to the login": "415",
    "gzip bombs to the files": "415",
    "gzip bombs to the page for checking": "415",
    "a compressed frame": "1002",
    "empty fragments without end": "4429",
    "one-byte fragments before hello": "4429",
    "fragments with pings between them": "4429",
    "a message inside another": "1002",
    "pings without end": "4429",
    "pings without end, pongs not read": "4429",
    "pongs without a ping": "4429",
    "close frames without end": "1000",
    "more and more after the good bye": "4429",
    "requests that are none": "4429",
    "requests without end": "4429",
    "typing without end": "4429",
    "text that is no UTF-8": "1007",
    "a declared length of 2^63": "1009",
    "frames without a mask": "1002",
    "a reserved opcode": "1002",
    "a ping of 126 bytes": "1002",
}
MOST = 40
"""Clients of one kind; a trial has thousands, but few are enough to see the close code."""

# Seconds until a client counts as never closed: 4 times the longest deadline of the server, 16 s.
PATIENCE_S = 64
GROWTH = 150 * 2**20
"""Bytes; far above the growth that was measured, far below that without limits."""

PAIRS = 2
MESSAGES = 40


async def test_hostile_clients_are_closed_while_others_talk_on(tmp_path: Path) -> None:
    tokens = await create_technicians(tmp_path, PAIRS)
    async with program(
        tmp_path,
        # All clients share one address; its limits would refuse them before they do any harm.
        connections_per_minute=0,
        sign_ins_per_minute=0,
        checks_per_minute=0,
        # Those that say hello first must get it in, however busy the machine is.
        hello_timeout_s=10,
        # An unanswered ping ends a session after twice that: 6 s later than a missing hello does.
        heartbeat_s=8,
        # Bodies that do not end hold a connection this long; the default would be most of the test.
        body_s=2,
    ) as server:
        assert server.process is not None
        place, before = RawAddress.of(server.url), resident(server.process.pid)
        found = {}

        async def of(name: str) -> None:
            kind = KINDS[name]
            few = replace(kind, count=min(kind.count, MOST))
            found[name] = await run_clients(few, place, PATIENCE_S)

        async with asyncio.TaskGroup() as tasks:
            # These pairs have to answer pings in time while the machine is busy, so there are few.
            talk = tasks.create_task(TalkingPairs(server.url, MESSAGES, 0.1, 20).all(tokens))
            for name in ENDINGS:
                tasks.create_task(of(name))
        grown = resident(server.process.pid) - before
    for name, ending in ENDINGS.items():
        # A client in the middle of sending may see the reset before it reads the close code.
        assert found[name].keys() <= {ending, "cut"}, name
    assert grown < GROWTH
    assert differences(logged_events(tmp_path), talk.result()) == []
