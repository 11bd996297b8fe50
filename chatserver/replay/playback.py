"""Play recorded dialogues through real connections and compare every transcript.

Each concurrent dialogue has one customer's and one technician's session. Sessions are reused for
dialogue after dialogue, because a server limits new connections from one address.
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chatserver.replay.cast import Cast
from chatserver.replay.comparison import Sent, differences
from chatserver.replay.dialogues import Cue, Dialogue, cues, read_dialogues
from chatserver.replay.live_client import Count, Fields, LiveClient, RequestRefused, SentAway
from chatserver.replay.report import Delays, format_delay, rows

REPLAY_TOPIC = "replay"
"""A topic of its own: its technicians get replayed customers and no others."""

HANDOVER_CODES = frozenset({"not_found", "not_allowed", "conflict"})
"""Errors for a technician that no longer has the conversation."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """The file to replay, the server's URL, and the pace.

    `tokens` returns API tokens for a number of technicians; `on_progress` gets the number of
    finished dialogues; `is_silent` suppresses the printed figures.
    """

    file: Path
    url: str
    tokens: Callable[[int], Awaitable[list[str]]]
    speed: float = 0
    pairs: int = 25
    limit: int | None = None
    on_progress: Callable[[int], None] = lambda done: None
    is_silent: bool = False


@dataclass(slots=True)
class Replay:
    """A replay in progress."""

    options: ReplayOptions
    http: aiohttp.ClientSession
    cast: Cast
    waiting: deque[Dialogue]
    faults: list[str] = field(default_factory=list)
    delays: Delays = field(default_factory=Delays)
    messages: int = 0
    size: int = 0
    dialogues: int = 0

    async def play_all(self, customer: LiveClient) -> None:
        """Play dialogues with one customer's session until none is left."""
        while self.waiting:
            dialogue = self.waiting.popleft()
            try:
                await self._play(dialogue, customer)
            except (RequestRefused, aiohttp.ClientError) as error:
                self.faults.append(f"{dialogue.id}: {error}")
            self.dialogues += 1
            self.options.on_progress(self.dialogues)

    async def send_strangers_away(self) -> None:
        """Close conversations that occupy a replay technician; never returns."""
        while True:
            await self.cast.until(lambda: bool(self.cast.strangers))
            technician, conversation = self.cast.strangers.popleft()
            with suppress(RequestRefused):
                await technician.request("close", conversation=conversation)

    async def _play(self, dialogue: Dialogue, customer: LiveClient) -> None:
        await customer.request("profile", name=dialogue.customer)
        rest = deque(cues(dialogue, self.options.speed))
        first = rest.popleft().turn.text if rest and rest[0].turn.side == "customer" else None
        conversation = await self._open(dialogue, first, customer)
        try:
            await self._perform(conversation, rest, customer)
            await self._compare(dialogue, conversation, customer)
        except RequestRefused:
            # The technician has a capacity of one: an abandoned conversation would block all later
            # ones.
            with suppress(RequestRefused):
                await customer.request("close", conversation=conversation)
            raise
        finally:
            customer.forget(conversation)
            self.cast.forget(conversation)

    async def _open(self, dialogue: Dialogue, first: str | None, customer: LiveClient) -> str:
        """Open a conversation, with its first message if there is one, and return its id."""
        fields: Fields = {"topic": REPLAY_TOPIC, "subject": dialogue.id}
        started = time.perf_counter()
        ok = await customer.request("open", **fields, **({} if first is None else {"text": first}))
        if first is not None:
            # The first message waits in the queue for a technician, so its delay is no delay of
            # delivery.
            self.delays.to_ok.append(time.perf_counter() - started)
            self._count(first)
        return str(ok["conversation"])

    async def _perform(self, conversation: str, rest: Iterable[Cue], customer: LiveClient) -> None:
        for cue in rest:
            await asyncio.sleep(cue.pause_s)
            await self._say(conversation, cue, customer)
        await self._as_technician(conversation, "close")
        await self.cast.until(lambda: self.cast.is_closed(conversation))

    def _count(self, text: str) -> None:
        self.messages += 1
        self.size += len(text.encode())

    async def _say(self, conversation: str, cue: Cue, customer: LiveClient) -> None:
        started = time.perf_counter()
        text = cue.turn.text
        if cue.turn.side == "customer":
            ok = await customer.request("send", conversation=conversation, text=text)
        else:
            ok = await self._as_technician(conversation, "send", text=text)
        self._count(text)
        assert isinstance(ok["seq"], int)
        self.delays.sent(started, time.perf_counter(), (conversation, ok["seq"]))

    async def _as_technician(self, conversation: str, kind: str, **fields: object) -> Fields:
        """Send a request as the current technician, and repeat it after a handover."""
        while True:
            await self.cast.until(lambda: conversation in self.cast.holders)
            holder = self.cast.holders[conversation]
            try:
                return await holder.request(kind, conversation=conversation, **fields)
            except RequestRefused as refused:
                if refused.code not in HANDOVER_CODES:
                    raise
                await self.cast.until_other_than(holder, conversation)

    async def _compare(self, dialogue: Dialogue, conversation: str, customer: LiveClient) -> None:
        sent = [Sent(turn.side, turn.text) for turn in dialogue.turns]
        document = await self._fetch(conversation, "json", customer)
        text = await self._fetch(conversation, "txt", customer)
        found = differences(sent, document, text, self.cast.heard(conversation))
        self.faults += [f"{dialogue.id}: {difference}" for difference in found]
        self.delays.arrived(self.cast.arrived)

    async def _fetch(self, conversation: str, form: str, customer: LiveClient) -> bytes:
        """Fetch a transcript over HTTP, retrying while the server is away."""
        url = f"{self.options.url}/conversations/{conversation}/transcript.{form}"
        headers = {"Authorization": f"Bearer {customer.token}"}
        while True:
            try:
                async with self.http.get(url, headers=headers) as response:
                    response.raise_for_status()
                    return await response.read()
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
                await asyncio.sleep(1)


async def replay(options: ReplayOptions) -> int:
    """Play a file; returns 0 if every transcript is correct, 1 on any difference."""
    dialogues = await asyncio.to_thread(read_dialogues, options.file)
    dialogues = dialogues[: options.limit]
    count = Count()
    started = time.perf_counter()
    async with aiohttp.ClientSession() as http:
        with _progress_bar() as bar:
            task = bar.add_task("replay", total=len(dialogues))

            def on_progress(done: int) -> None:
                bar.update(task, completed=done)
                options.on_progress(done)

            watched = replace(options, on_progress=on_progress)
            running = Replay(watched, http, Cast(), deque(dialogues))
            await _play_dialogues(running, count)
    if not options.is_silent:
        Console().print(rows("replay", _figures(running, count, time.perf_counter() - started)))
    for fault in running.faults + count.violations:
        print(fault, file=sys.stderr)
    return 1 if running.faults or count.violations else 0


def _progress_bar() -> Progress:
    """Return a progress bar on standard error, disabled if that is no terminal."""
    return Progress(
        TextColumn("replay"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )


async def _play_dialogues(running: Replay, count: Count) -> None:
    """Connect all sessions and play until no dialogue is left or a session is closed for good."""
    pairs = max(1, min(running.options.pairs, len(running.waiting)))
    tokens = await running.options.tokens(pairs)
    url, cast = running.options.url, running.cast
    try:
        async with AsyncExitStack() as stack:
            technicians = [
                await _technician(stack, url, token, cast=cast, count=count)
                for token in tokens[:pairs]
            ]
            customers = [await _customer(stack, url, cast, count) for _ in range(pairs)]
            async with asyncio.TaskGroup() as group:
                attendants = [
                    group.create_task(client.until_gone(), name="attendant")
                    for client in (*technicians, *customers)
                ]
                attendants.append(
                    group.create_task(running.send_strangers_away(), name="strangers")
                )
                async with asyncio.TaskGroup() as tasks:
                    for customer in customers:
                        tasks.create_task(running.play_all(customer), name="dialogues")
                for attendant in attendants:
                    attendant.cancel()
    except* SentAway as away:
        running.faults += sorted({f"broken off: {each}" for each in _flatten(away)})


def _flatten(group: BaseExceptionGroup[SentAway]) -> Iterator[SentAway]:
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _flatten(each)
        else:
            yield each


def _figures(running: Replay, count: Count, seconds: float) -> dict[str, str]:
    return {
        "dialogues": f"{running.dialogues:,}",
        "messages": f"{running.messages:,}",
        "bytes of text": f"{running.size:,}",
        "differences": f"{len(running.faults):,}",
        "violations": f"{len(count.violations):,}",
        "duration": f"{seconds:.1f} s",
        "messages a second": f"{running.messages / seconds:,.0f}",
        "delay to the ok": format_delay(running.delays.to_ok),
        "delay to the other side": format_delay(running.delays.to_other_side),
        "connections lost": f"{count.reconnects:,}",
        "requests repeated": f"{count.repeats:,}",
    }


async def _technician(
    stack: AsyncExitStack, url: str, token: str, cast: Cast, count: Count
) -> LiveClient:
    hello: Fields = {"role": "technician", "token": token}
    client = LiveClient(live_url(url), hello, count=count)
    client.on_event = lambda event: cast.observe("technician", lambda: client, event)
    await stack.enter_async_context(client)
    # Close what an interrupted replay has left: it would occupy this technician's only slot.
    own = client.welcome["conversations"]
    assert isinstance(own, list)
    for summary in own:
        await client.request("close", conversation=summary["conversation"])
    await client.request("status", status="online", capacity=1)
    return client


async def _customer(stack: AsyncExitStack, url: str, cast: Cast, count: Count) -> LiveClient:
    client = LiveClient(live_url(url), {"role": "customer"}, count=count)
    client.on_event = lambda event: cast.observe("customer", lambda: client, event)
    await stack.enter_async_context(client)
    customer = client.welcome["customer"]
    assert isinstance(customer, dict)
    cast.customers.add(str(customer["id"]))
    return client


def live_url(url: str) -> str:
    """Return the WebSocket URL of the site at `url`."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}[parts.scheme]
    return f"{scheme}://{parts.netloc}/live"
