"""A server with four clients that send it random frames: two customers and two technicians."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from hypothesis import strategies as st

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.conftest import starting
from tests.fuzz.drawing import drawn
from tests.fuzz.fuzz_client import Figures, FuzzClient
from tests.fuzz.grammar import Fields, frames, mostly
from tests.program import run
from tests.tables import tables_of
from tests.wire.client import customer, hired, opened, technician

UNLIMITED = {"rate": 0, "connections_per_minute": 0}
BATCH = 25
"""Frames of a batch; each is sent twice before the answers are awaited."""

BROKEN = 40
"""One in this many frames is broken: no JSON object, or no text."""

Batch = list[tuple[Fields, int, bool]]


def batches(role: str) -> st.SearchStrategy[Batch]:
    """Draw frames of one side, each with a way of writing it and True if it is to be broken."""
    broken = mostly(st.just(False), st.just(True), of=BROKEN)
    each = st.tuples(frames(role), st.integers(0, 10), broken)
    return st.lists(each, min_size=BATCH, max_size=BATCH)


BATCHES = {role: batches(role) for role in ("customer", "technician")}


@dataclass(frozen=True, slots=True)
class FuzzedServer:
    """A server, and the clients that take turns to send batches to it."""

    server: RunningServer
    clients: tuple[FuzzClient, ...]
    figures: Figures

    async def talk(self, inputs: int) -> None:
        """Send at least this many frames, from all sides by turns."""
        turns = st.sampled_from(range(len(self.clients))).flatmap(self._turn)
        while (left := inputs - self.figures.inputs) > 0:
            # Every frame but a broken one is sent twice, so a batch has at most 2 * BATCH inputs.
            for number, batch in drawn(turns, -(-left // (2 * BATCH))):
                await self.clients[number].say(batch)

    def _turn(self, number: int) -> st.SearchStrategy[tuple[int, Batch]]:
        return st.tuples(st.just(number), BATCHES[self.clients[number].hello["role"]])

    async def serves_new_clients(self) -> None:
        """Assert that the server still serves clients that come after all this."""
        async with customer(self.server, name="Zoe") as zoe:
            conversation = await opened(zoe, text="It blinks")
            await zoe.ok("send", conversation=conversation, text="Still")
            events = (await zoe.ok("history", conversation=conversation))["events"]
            said = [event["text"] for event in events if event["kind"] == "message"]
            assert said == ["It blinks", "Still"]
        async with technician(self.server, "dan") as dan:
            # Dan is new and has had no conversation, so another technician's would be a leak.
            assert (await dan.ok("list", status="closed"))["conversations"] == []


@asynccontextmanager
async def fuzzed_server(data: Path) -> AsyncIterator[FuzzedServer]:
    """Start a server in a data folder, with all four clients."""
    async with starting(data) as start:
        server = await start(**UNLIMITED)
        figures, ids = Figures(), count(1)
        customers = [
            FuzzClient(server, {"type": "hello", "role": "customer", "name": name}, figures, ids)
            for name in ("Ann", "Eve")
        ]
        technicians = [
            FuzzClient(server, await _technician(server, login, rank), figures, ids)
            for login, rank in (("bob", Rank.TECHNICIAN), ("sue", Rank.SUPERVISOR))
        ]
        for each in customers:
            each.others = [other.own for other in customers if other is not each]
            # Technicians learn of a conversation in order to act on it; the
            # other customer never does.
            each.told = [technician.own for technician in technicians]
        for each in technicians:
            each.others = [other.own for other in customers]
        yield FuzzedServer(server, (*customers, *technicians), figures)
        for each in (*customers, *technicians):
            await each.leave()


async def _technician(server: RunningServer, login: str, rank: Rank) -> Fields:
    """Return the hello of a technician."""
    token = await hired(server, login, rank=rank, capacity=1_000)
    return {"type": "hello", "role": "technician", "token": token}


async def count_lost(data: Path, figures: Figures) -> int:
    """Return the number of acknowledged events that are not in the log.

    Raises AssertionError if `chatserver check` finds a fault in the data folder.
    """
    code, _, said = await run("check", "--data", data)
    assert code == 0, said
    with tables_of(data) as database:
        # The file itself, not an answer of the server: acknowledged means on disk.
        found = set(database.execute("SELECT conversation, seq FROM events"))
    return len(figures.kept.keys() - found)
