"""Customers and technicians that talk without pause and record every acknowledgement."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp

from chatserver.replay.live_client import Fields, LiveClient, RequestRefused
from chatserver.replay.playback import live_url
from chatserver.tasks import task_group
from tests.bench.faults.records import Records, Uploaded
from tests.bench.faults.server import CAPACITY, Server

Heard = asyncio.Queue[str | None]
"""Conversations with a new message of the customer, for one technician; None ends."""

FIRST_DELAY_S = 0.1
"""Seconds before a client reconnects; a browser waits longer."""

LONGEST_DELAY_S = 2.0
"""The longest of these delays. A client that was unlucky at each of ten kills would else wait for
up to 45 s, and leave a request without an answer at the end of the run."""

UPLOAD_S = 10
"""The timeout of an upload in seconds."""

LAST_ANSWER_S = 30
"""Seconds after which a missing answer is given up."""


@dataclass(frozen=True, slots=True)
class LoadProfile:
    """The behaviour of the customers.

    `customers` talk at once, with `messages` in each conversation and `pause_s` between two
    messages; every `file`-th message is followed by a file (0: none).
    """

    customers: int = 8
    messages: int = 12
    file: int = 0
    pause_s: float = 0.01


@dataclass(slots=True)
class LoadClients:
    """All clients of a run, which talk until `is_ending`."""

    server: Server
    life: LoadProfile
    records: Records
    is_ending: bool = False
    _number: int = 0

    async def acknowledged(self, more: int) -> None:
        """Wait until `more` further messages are acknowledged."""
        enough = self.records.acknowledged + more
        while self.records.acknowledged < enough:
            await self.records.next_answer()

    async def be_customer(self, client: LiveClient, http: aiohttp.ClientSession) -> None:
        """Have one conversation after the other."""
        while not self.is_ending:
            try:
                await self._talk(client, http)
            except RequestRefused as refused:
                self.records.count.violations.append(f"a customer was refused: {refused}")

    async def be_technician(self, client: LiveClient, heard: Heard) -> None:
        """Answer every message of the customers until None is received."""
        while (conversation := await heard.get()) is not None:
            said = self.records.asks(self._text())
            try:
                ok = await client.request("send", conversation=conversation, text=said.text)
            except RequestRefused:
                # The conversation was closed: this counts as an answer, and nothing was stored.
                said.was_refused = True
            else:
                self.records.answered(said, conversation, ok["seq"])

    async def _talk(self, client: LiveClient, http: aiohttp.ClientSession) -> None:
        said = self.records.asks(self._text())
        ok = await client.request("open", text=said.text)
        conversation = str(ok["conversation"])
        self.records.answered(said, conversation, ok["seq"])
        for number in range(1, self.life.messages):
            if self.is_ending:
                break
            await asyncio.sleep(self.life.pause_s)
            if self.life.file and number % self.life.file == 0:
                await self._upload(client, conversation, http)
            said = self.records.asks(self._text())
            ok = await client.request("send", conversation=conversation, text=said.text)
            self.records.answered(said, conversation, ok["seq"])
        await client.request("close", conversation=conversation)
        client.forget(conversation)

    async def _upload(
        self, client: LiveClient, conversation: str, http: aiohttp.ClientSession
    ) -> None:
        content = f"{self._text()}\n".encode() * 50
        headers = {
            "Authorization": f"Bearer {client.token}",
            "X-File-Name": "log.txt",
            "Content-Type": "application/octet-stream",
        }
        url = f"{self.server.url}/files?conversation={conversation}"
        try:
            async with http.post(url, data=content, headers=headers) as response:
                answer = await response.json()
                if response.status != 201:
                    self.records.count.refusals[f"{answer['code']} (file)"] += 1
                    return
        except (aiohttp.ClientError, TimeoutError):
            return
        self.records.uploaded.append(Uploaded(answer["file"], content, self.records.mark()))
        await client.request("send", conversation=conversation, file=answer["file"])

    def _text(self) -> str:
        self._number += 1
        return f"{self._number} {secrets.token_hex(4)}"


@asynccontextmanager
async def load_clients(server: Server, life: LoadProfile) -> AsyncIterator[LoadClients]:
    """Run clients while the context is open; leaving it waits for the last answers."""
    records = Records(server.machine.record)
    clients = LoadClients(server, life, records)
    url, tokens = live_url(server.url), server.tokens
    async with AsyncExitStack() as stack, task_group() as tasks:
        limit = aiohttp.ClientTimeout(UPLOAD_S)
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=limit))
        queues: list[Heard] = [asyncio.Queue() for _ in tokens]
        replies = []
        for token, heard in zip(tokens, queues, strict=True):
            technician = _client(url, {"role": "technician", "token": token}, records)
            technician.on_event = partial(_hear, technician, heard)
            await stack.enter_async_context(technician)
            await technician.request("status", status="online", capacity=CAPACITY)
            replies.append(tasks.create_task(clients.be_technician(technician, heard)))
        talks = []
        for _ in range(life.customers):
            customer = await stack.enter_async_context(_client(url, {"role": "customer"}, records))
            talks.append(tasks.create_task(clients.be_customer(customer, http)))
        yield clients
        clients.is_ending = True
        # Customers end first: the technicians must still answer what they have said last.
        await _let_end(talks)
        for heard in queues:
            heard.put_nowait(None)
        await _let_end(replies)


def _hear(technician: LiveClient, heard: Heard, event: Fields) -> None:
    conversation, author = str(event["conversation"]), event["author"]
    assert isinstance(author, dict)
    if event["kind"] == "message" and author["role"] == "customer" and "text" in event:
        heard.put_nowait(conversation)
    elif event["kind"] == "closed":
        technician.forget(conversation)


def _client(url: str, hello: Fields, records: Records) -> LiveClient:
    return LiveClient(
        url,
        hello,
        count=records.count,
        first_delay_s=FIRST_DELAY_S,
        longest_delay_s=LONGEST_DELAY_S,
    )


async def _let_end(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.wait(tasks, timeout=LAST_ANSWER_S)
    for task in tasks:
        task.cancel()
