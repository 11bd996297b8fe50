"""Compare every client's records with the log after conversations over a failing network."""

import asyncio
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from chatserver.core.conversation.events import Message, Opened
from chatserver.store.engine.database import Database
from chatserver.store.engine.rows import EVENT, read_event
from tests.bench.program import UNLIMITED, program
from tests.bench.trials.conversing import ConversationRecords, ReceivedEvents, TalkingPairs
from tests.bench.trials.packets import (
    CALM,
    CLIENTS,
    SERVER,
    connected_namespaces,
    start_in_namespace,
)
from tests.bench.trials.proxy import proxy_to
from tests.bench.trials.raw import RawAddress
from tests.bench.trials.staff import TOPIC, create_technicians
from tests.tables import tables_of

HEARTBEAT_S = 2.0
"""Short, so that dead connections are noticed within the run."""

SETTINGS = {
    **UNLIMITED,
    "CHATSERVER_HEARTBEAT_S": str(HEARTBEAT_S),
    "CHATSERVER_HELLO_TIMEOUT_S": str(2 * HEARTBEAT_S),
    # Long, so that no conversation is requeued or closed: only messages are examined.
    "CHATSERVER_TECHNICIAN_GRACE_S": "3600",
    "CHATSERVER_CUSTOMER_GRACE_S": "3600",
}
CHANGES_S = 3.0
"""The longest time between two changes of conditions, in seconds."""

ACCOUNT: TypeAdapter[ConversationRecords] = TypeAdapter(ConversationRecords)
HEAD = (
    "| network | pairs | messages | faults | connections lost | requests repeated "
    "| lost, doubled, out of order | seconds |\n|---|---|---|---|---|---|---|---|"
)


@dataclass(slots=True)
class NetworkResult:
    """One run over a network, with all differences found."""

    network: str
    pairs: int
    account: ConversationRecords
    seconds: float
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def row(self) -> str:
        """Return a row of a Markdown table."""
        messages = sum(len(told) for told in self.account.acknowledged.values())
        lost = f"{self.account.reconnects:,} | {self.account.repeats:,}"
        return (
            f"| {self.network} | {self.pairs} | {messages:,} | {self.faults.total():,} | {lost} "
            f"| {len(self.wrong)} | {self.seconds:.0f} |"
        )


async def run_over_proxy(pairs: int, messages: int, storm_s: float, seed: int) -> NetworkResult:
    """Run pairs over a proxy with a bad network for `storm_s` seconds at most."""
    with TemporaryDirectory() as folder:
        tokens = await create_technicians(Path(folder), pairs)
        serve = ("-m", "chatserver", "serve", "--port", "0", "--data", folder)
        started = time.perf_counter()
        async with program(*serve, settings=SETTINGS) as (_, url, _):
            outcome = await converse_over_proxy(url, tokens, messages, storm_s, seed)
        outcome.seconds = time.perf_counter() - started
        outcome.wrong += differences(logged_events(Path(folder)), outcome.account)
    return outcome


async def converse_over_proxy(
    url: str, tokens: list[str], messages: int, storm_s: float, seed: int
) -> NetworkResult:
    """Run the conversations through a proxy with changing conditions."""
    place = RawAddress.of(url)
    async with proxy_to(place.host, place.port, seed) as proxy, asyncio.TaskGroup() as tasks:
        own = f"http://127.0.0.1:{proxy.own_port}"
        conversing = TalkingPairs(own, messages, storm_s / messages, HEARTBEAT_S)
        storm = tasks.create_task(proxy.storm(CHANGES_S), name="storm")
        talk = tasks.create_task(conversing.all(tokens), name="conversing")
        await asyncio.wait([talk], timeout=storm_s)
        storm.cancel()
        proxy.calm()
        account = await talk
    return NetworkResult("proxy", len(tokens), account, 0, proxy.seen)


def differences(log: dict[str, ReceivedEvents], account: ConversationRecords) -> list[str]:
    """Return every difference between the clients' records and the log."""
    wrong = list(account.violations)
    for conversation, told in log.items():
        for side in (account.customers, account.technicians):
            if side.get(conversation) != told:
                wrong.append(f"{conversation}: told {side.get(conversation)}, logged {told}")
        promised = account.acknowledged.get(conversation, [])
        said = Counter(text for _, text in told)
        wrong += [
            f"{conversation}: {seq} {text}" for seq, text in promised if (seq, text) not in told
        ]
        wrong += [f"{conversation}: {text} twice" for _, text in promised if said[text] != 1]
    wrong += [f"{each}: not in the log" for each in account.acknowledged.keys() - log.keys()]
    return wrong


def logged_events(data: Path) -> dict[str, ReceivedEvents]:
    """Return seq and text (or kind) of all events of the trial's conversations, from disk."""
    with tables_of(data) as database:
        return events_in(database)


def events_in(database: Database) -> dict[str, ReceivedEvents]:
    """Return the same of a database that is open."""
    found: dict[str, ReceivedEvents] = {}
    for row in database.execute(f"SELECT {EVENT} FROM events ORDER BY conversation, seq"):
        event = read_event(row)
        text = event.fact.text if isinstance(event.fact, Message) else None
        told = event.kind if text is None else text
        if isinstance(event.fact, Opened) and event.fact.topic == TOPIC:
            found[event.conversation] = []
        if event.conversation in found:
            found[event.conversation].append((event.seq, told))
    return found


async def run_over_packets(pairs: int, messages: int, storm_s: float, seed: int) -> NetworkResult:
    """Run pairs between two network namespaces; raises OSError if those are not permitted."""
    with TemporaryDirectory() as folder:
        tokens = await create_technicians(Path(folder), pairs)
        async with connected_namespaces(seed) as (wire, rooms), asyncio.TaskGroup() as tasks:
            serve = ("-m", "chatserver", "serve", "--host", SERVER, "--port", "0")
            server = await start_in_namespace(rooms[SERVER], *serve, "--data", folder, **SETTINGS)
            assert server.stdout is not None
            url = (await server.stdout.readline()).decode().split()[-1]
            started = time.perf_counter()
            storm = tasks.create_task(wire.storm(CHANGES_S), name="storm")
            numbers = (str(messages), str(storm_s / messages), str(HEARTBEAT_S))
            talk = tasks.create_task(_talk_in(rooms[CLIENTS], url, *numbers, *tokens), name="talk")
            await asyncio.wait([talk], timeout=storm_s)
            storm.cancel()
            wire.path = CALM
            account = await talk
            seconds = time.perf_counter() - started
            server.terminate()
            await server.communicate()
        name = f"packets, {wire.dropped / (wire.passed + wire.dropped):.0%} dropped"
        wrong = differences(logged_events(Path(folder)), account)
    return NetworkResult(name, pairs, account, seconds=seconds, faults=wire.seen, wrong=wrong)


async def _talk_in(room: str, *arguments: str) -> ConversationRecords:
    module = ("-m", "tests.bench.trials.conversing")
    clients = await start_in_namespace(room, *module, *arguments)
    out, _ = await clients.communicate()
    return ACCOUNT.validate_json(out)


async def run_networks(pairs: int, messages: int, storm_s: float) -> int:
    """Print a row for each network; returns 0 if every client's records equal the log."""
    print(HEAD)
    outcomes = []
    for network in (run_over_proxy, run_over_packets):
        try:
            outcome = await network(pairs, messages, storm_s, random.randrange(1 << 32))
        except OSError as reason:
            print(f"packets are not lost here: {reason}", file=sys.stderr)
            continue
        print(outcome.row(), flush=True)
        outcomes.append(outcome)
    for outcome in outcomes:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(outcome.faults.items()))
        print(f"\n{outcome.network}: {counts}", *outcome.wrong[:20], sep="\n")
    return 1 if any(outcome.wrong for outcome in outcomes) else 0
