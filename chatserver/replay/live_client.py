"""A client of the wire protocol that never gives up: it reconnects, resumes and repeats.

It also verifies the events it receives: each once, in order, without a gap.
"""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

Fields = dict[str, object]
OnEvent = Callable[[Fields], None]

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 30.0
HEARTBEAT_S = 20.0
"""Seconds between pings, the timeout for a pong, and the timeout for the handshake."""

FINAL_CODES_FROM = 4_500
"""Close codes from here on mean that the client must not reconnect."""

BAD_PROTOCOL = 4_500
LATE_HELLO_S = 3.0
"""A client closed with this code later than this many seconds sent a hello that timed out.

It may reconnect: the hello was valid but arrived too late on a slow connection.
"""

TOO_MANY_REQUESTS = 4_429
TOO_MANY_REQUESTS_S = 30.0
"""Seconds to wait after this close code, as the wire protocol demands."""


class RequestRefused(Exception):
    """The server refused a request and did nothing; `retry_after` is in ms, or None."""

    def __init__(self, error: Fields) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = str(error.get("code"))
        self.retryable = bool(error.get("retryable"))
        after = error.get("retry_after")
        self.retry_after = int(after) if isinstance(after, int | float) else None


class SentAway(Exception):
    """The server closed the connection for good."""


@dataclass(slots=True)
class Count:
    """Counters of reconnects, repeated requests, refusals, and violations of the protocol."""

    reconnects: int = 0
    repeats: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


@dataclass(slots=True)
class PendingRequest:
    """A request without an answer so far."""

    frame: bytes
    answer: asyncio.Future[Fields]
    was_sent: bool = False


@dataclass(slots=True)
class LiveClient:
    """A customer's or technician's session, kept connected while the context is open.

    `hello` is the first frame without its `type`; `on_event` is called for each event in order.
    """

    url: str
    hello: Fields
    on_event: OnEvent = lambda event: None
    count: Count = field(default_factory=Count)
    first_delay_s: float = FIRST_DELAY_S
    longest_delay_s: float = LONGEST_DELAY_S
    heartbeat_s: float = HEARTBEAT_S
    welcome: Fields = field(default_factory=dict)
    _last_seqs: dict[str, int] = field(default_factory=dict)
    _pending: dict[str, PendingRequest] = field(default_factory=dict)
    _connection: ClientConnection | None = None
    _welcomed: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _retry_after_s: float | None = None
    _got_welcome: bool = False
    _connected_at: float = 0
    _gone: str | None = None

    async def __aenter__(self) -> Self:
        """Connect and wait for the welcome; raises SentAway if the server refuses for good."""
        self._task = asyncio.create_task(self._keep_connected(), name="live client")
        welcomed = asyncio.ensure_future(self._welcomed.wait())
        try:
            await asyncio.wait((welcomed, self._task), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._task.cancel()
            raise
        finally:
            welcomed.cancel()
        if self._task.done():
            self._task.result()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def until_gone(self) -> None:
        """Wait for the end of the session; never returns but raises its cause, such as SentAway."""
        assert self._task is not None
        await asyncio.shield(self._task)

    @property
    def token(self) -> str:
        """The token for the next session and for HTTP."""
        return str(self.welcome.get("token") or self.hello.get("token"))

    async def request(self, kind: str, **fields: object) -> Fields:
        """Send a request until it is answered, and return the fields of the `ok`.

        Raises RequestRefused, or SentAway if the session ended.
        """
        identifier = secrets.token_hex(8)
        frame = orjson.dumps({"type": kind, "id": identifier, **fields})
        while True:
            reply = await self._send_and_wait(identifier, frame)
            if reply["type"] == "ok":
                return reply
            if not reply.get("retryable") or reply.get("code") == "too_many":
                raise RequestRefused(reply)
            self.count.refusals[str(reply.get("code"))] += 1
            # A retryable error did nothing, so the same id may be used again. If the error was
            # lost and the server did act, the id makes it answer the repeat with the first result.
            self.count.repeats += 1
            await asyncio.sleep(float(str(reply.get("retry_after", 1_000))) / 1_000)

    async def _send_and_wait(self, identifier: str, frame: bytes) -> Fields:
        if self._gone is not None:
            raise SentAway(self._gone)
        pending = PendingRequest(frame, asyncio.get_running_loop().create_future())
        self._pending[identifier] = pending
        try:
            if self._connection is not None:
                await self._send(pending, self._connection)
            return await pending.answer
        finally:
            if self._pending.get(identifier) is pending:
                del self._pending[identifier]

    async def _send(self, pending: PendingRequest, connection: ClientConnection) -> None:
        self.count.repeats += pending.was_sent
        pending.was_sent = True
        try:
            await connection.send(pending.frame, text=True)
        except ConnectionClosed:
            return

    async def _keep_connected(self) -> None:
        why = "this client has left"
        try:
            await self._reconnect_forever()
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            raise
        finally:
            # Fail the pending requests: no connection will ever deliver their answers.
            self._gone = why
            for pending in self._pending.values():
                if not pending.answer.done():
                    pending.answer.set_exception(SentAway(why))

    async def _reconnect_forever(self) -> None:
        delay = self.first_delay_s
        while True:
            self._connected_at = time.monotonic()
            try:
                await self._run_connection()
            except ConnectionClosed as closed:
                delay = self._delay_after(closed, delay)
            except InvalidStatus as refused:
                if refused.response.status_code == 403:
                    raise SentAway("the origin is not allowed") from None
                self._retry_after_s = _seconds(refused.response.headers.get("Retry-After"))
            except (OSError, InvalidHandshake, TimeoutError, EOFError):
                pass
            self.count.reconnects += 1
            retry_after_s, self._retry_after_s = self._retry_after_s, None
            await asyncio.sleep(retry_after_s or delay * random.uniform(0.5, 1.5))
            # Exponential backoff with 50 % jitter: after a restart, hundreds of clients must not
            # reconnect in the same instant.
            delay = min(2 * delay, self.longest_delay_s)

    def _delay_after(self, closed: ConnectionClosed, delay: float) -> float:
        """Return the seconds until the next attempt unless the server named a time."""
        code = closed.rcvd.code if closed.rcvd else 1006
        was_late = code == BAD_PROTOCOL and time.monotonic() - self._connected_at > LATE_HELLO_S
        if code >= FINAL_CODES_FROM and (self._got_welcome or not was_late):
            raise SentAway(f"closed with {code}") from None
        if code == TOO_MANY_REQUESTS:
            self._retry_after_s = TOO_MANY_REQUESTS_S
        was_welcome, self._got_welcome = self._got_welcome, False
        return self.first_delay_s if was_welcome else delay

    async def _run_connection(self) -> None:
        """Run one connection from hello to its end, which is always an exception."""
        async with connect(
            self.url,
            subprotocols=[Subprotocol("support.v1")],
            max_size=None,
            compression=None,
            open_timeout=self.heartbeat_s,
            ping_interval=self.heartbeat_s,
            ping_timeout=self.heartbeat_s,
            close_timeout=self.heartbeat_s,
        ) as connection:
            try:
                await connection.send(orjson.dumps(self._hello()), text=True)
                await self._receive_welcome(connection)
                while True:
                    self._receive(orjson.loads(await connection.recv(decode=False)))
            finally:
                self._connection = None

    def _hello(self) -> Fields:
        hello = {"type": "hello", **self.hello}
        if self.welcome:
            hello |= {"epoch": self.welcome["epoch"], "resume": self._last_seqs}
            if "token" in self.welcome:
                hello["token"] = self.welcome["token"]
        return hello

    async def _receive_welcome(self, connection: ClientConnection) -> None:
        welcome: Fields = orjson.loads(await connection.recv(decode=False))
        if welcome["type"] != "welcome":
            self.count.violations.append(f"{welcome['type']} before welcome")
        if self.welcome and welcome["epoch"] != self.welcome["epoch"]:
            self._last_seqs.clear()
        self.welcome = welcome
        self._got_welcome = True
        # Set before the pending requests are repeated: a request made during the loop is otherwise
        # sent only after the next welcome.
        self._connection = connection
        self._welcomed.set()
        for pending in tuple(self._pending.values()):
            await self._send(pending, connection)

    def _receive(self, frame: Fields) -> None:
        match frame["type"]:
            case "ok" | "error":
                pending = self._pending.pop(str(frame.get("id")), None)
                if pending is not None and not pending.answer.done():
                    pending.answer.set_result(frame)
            case "event":
                self._receive_event(frame)
            case "afresh":
                self.forget(str(frame["conversation"]))
            case "bye":
                self._retry_after_s = float(str(frame["retry_after"])) / 1_000

    def _receive_event(self, event: Fields) -> None:
        conversation, seq, prev = str(event["conversation"]), event["seq"], event["prev"]
        held = self._last_seqs.get(conversation)
        if not isinstance(seq, int) or not isinstance(prev, int):
            self.count.violations.append(f"{conversation}: seq {seq}, prev {prev}")
            return
        if seq <= prev or (held is not None and prev != held):
            self.count.violations.append(f"{conversation}: seq {seq} after {prev}, held {held}")
        if held is not None and seq <= held:
            return
        self._last_seqs[conversation] = seq
        self.on_event(event)

    def forget(self, conversation: str) -> None:
        """Stop holding a conversation, so that it is not resumed."""
        self._last_seqs.pop(conversation, None)


def _seconds(retry_after: str | None) -> float | None:
    """Return a Retry-After in seconds; its other form, a date, is ignored."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else None
