"""Two servers on one PostgreSQL: the one that serves is killed or stands still, in turn."""

import asyncio
import signal
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from chatserver.store.postgres.opening import reading
from tests.bench.trials.conversing import TalkingPairs
from tests.bench.trials.network import HEARTBEAT_S, differences, events_in
from tests.bench.trials.proxy import Proxy, proxy_to
from tests.bench.trials.staff import create_technicians
from tests.postgres_server import new_database, start_server
from tests.program import Program

KILLED, FROZEN = "killed", "stood still"
PACE_S = 0.1
"""Seconds between two messages of one side."""

APART_S = 3.0
"""Seconds for which both servers are well between two disturbances."""


@dataclass(slots=True)
class StandbyPair:
    """The server that serves and the one that stands by, and the proxy before them."""

    settings: Mapping[str, object]
    data: Path
    proxy: Proxy
    serving: Program = field(init=False)
    waiting: Program = field(init=False)
    starting: asyncio.Task[None] = field(init=False)

    async def start(self) -> None:
        """Start both."""
        self.serving = self._server()
        await self.serving.start()
        self.proxy.port = self.serving.port
        self._stand_by()

    async def take_over(self, number: signal.Signals) -> None:
        """Kill the one that serves, or stop it until the other one serves."""
        former = self.serving
        assert former.process is not None
        former.process.send_signal(number)
        await self.starting
        self.serving = self.waiting
        self.proxy.port = self.serving.port
        # As a proxy does with the customers of a server that answers no more.
        self.proxy.hang_up()
        if number is signal.SIGSTOP:
            former.process.send_signal(signal.SIGCONT)
        await former.process.communicate()
        self._stand_by()

    async def stop(self) -> None:
        """Kill both."""
        self.starting.cancel()
        await asyncio.gather(self.starting, return_exceptions=True)
        for server in (self.serving, self.waiting):
            with suppress(ProcessLookupError):
                await server.kill()

    def _stand_by(self) -> None:
        self.waiting = self._server()
        self.starting = asyncio.create_task(self.waiting.start())

    def _server(self) -> Program:
        return Program(self.data, dict(self.settings))


async def run_standby(pairs: int, messages: int) -> int:
    """Print how long nobody was answered; returns 0 if nothing was lost or doubled."""
    with TemporaryDirectory() as folder, new_database(start_server(), "standby") as dsn:
        data = Path(folder)
        tokens = await create_technicians(data, pairs, database=dsn)
        settings: dict[str, object] = {
            "database": dsn,
            "standby": True,
            "rate": 0,
            "connections_per_minute": 0,
            "log_level": "error",
            # The customers of a server that stood still have left it long before it says goodbye.
            "drain_s": 0,
            "heartbeat_s": HEARTBEAT_S,
            "technician_grace_s": 3_600,
            "customer_grace_s": 3_600,
        }
        async with proxy_to("127.0.0.1", 0, seed=1) as proxy:
            servers = StandbyPair(settings, data, proxy)
            await servers.start()
            conversing = TalkingPairs(
                f"http://127.0.0.1:{proxy.own_port}", messages, PACE_S, HEARTBEAT_S
            )
            talk = asyncio.create_task(conversing.all(tokens))
            try:
                outages = await _disturb(servers, conversing, talk)
                account = await talk
            finally:
                talk.cancel()
                await servers.stop()
        with reading(dsn) as database:
            wrong = differences(events_in(database), account)
    for kind, seconds in outages.items():
        print(f"{kind} {len(seconds)} times: p50 {median(seconds):.1f} s, worst {max(seconds):.1f}")
    count = sum(map(len, account.acknowledged.values()))
    print(f"{count:,} acknowledged, {len(wrong)} lost, doubled or out of order")
    print(*wrong[:20], sep="\n", end="")
    return int(bool(wrong))


async def _disturb(
    servers: StandbyPair, conversing: TalkingPairs, talk: asyncio.Task[object]
) -> Mapping[str, list[float]]:
    """Disturb the servers until all is said; return seconds without an acknowledgement."""
    outages: defaultdict[str, list[float]] = defaultdict(list)
    while True:
        for kind, number in ((KILLED, signal.SIGKILL), (FROZEN, signal.SIGSTOP)):
            await asyncio.wait([talk], timeout=APART_S)
            if talk.done():
                return outages
            before, began = _acknowledged(conversing), time.perf_counter()
            await servers.take_over(number)
            while _acknowledged(conversing) <= before + 1 and not talk.done():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            outages[kind].append(time.perf_counter() - began)


def _acknowledged(conversing: TalkingPairs) -> int:
    return sum(map(len, conversing.account.acknowledged.values()))
