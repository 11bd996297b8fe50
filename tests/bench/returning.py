"""A customer that reconnects after a lost connection, following the wire protocol."""

import asyncio
import random
import time
from dataclasses import dataclass, field

import orjson
from picows import WSError

from tests.bench.line import Fields, Line, connect

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 30.0


@dataclass(slots=True)
class ReturningCustomer:
    """One customer with one conversation, and every event received of it.

    `seen` are the seqs in order of arrival, `texts` the messages sent, `asked` the request without
    an answer, `tries` the connection attempts of the last return.
    """

    url: str
    chance: random.Random
    token: str = ""
    epoch: str = ""
    conversation: str = ""
    seen: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    asked: bytes | None = None
    resumed_at: float = 0.0
    tries: int = 0
    faults: list[str] = field(default_factory=list)
    _line: Line | None = None
    _head: int = 0
    _retry_after_s: float | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        """Connect for the first time and open a conversation."""
        line = await connect(f"{self.url}/live")
        welcome = await line.ask({"type": "hello", "role": "customer"}, b'"type":"welcome"')
        self.token, self.epoch = str(welcome["token"]), str(welcome["epoch"])
        self._listen(line)
        self._ask({"type": "open"}, "My line is dead.")
        await self.until_answered()

    def say(self) -> None:
        """Send a message; the answer may come only after a reconnect."""
        text = f"And {len(self.texts)} more."
        self._ask({"type": "send", "conversation": self.conversation}, text)

    async def until_answered(self) -> None:
        """Wait until the request is answered and the own message was received."""
        while self.asked is not None or not self.is_complete:
            self._news.clear()
            await self._news.wait()

    @property
    def is_complete(self) -> bool:
        """True once every event that the server announced was received."""
        return bool(self.seen) and self.seen[-1] >= self._head

    async def come_back(self, missed: int) -> None:
        """Wait for the connection to be lost, reconnect with backoff, and resume.

        The `missed` newest events are forgotten first, as if the line had died before them.
        """
        assert self._line is not None
        await self._line.closed
        del self.seen[max(1, len(self.seen) - missed) :]
        delay, self.tries = FIRST_DELAY_S, 0
        while True:
            asked, self._retry_after_s = self._retry_after_s, None
            # A `bye` names the time to return, spread over all clients; without it, backoff with
            # 50 % jitter.
            await asyncio.sleep(asked or delay * self.chance.uniform(0.5, 1.5))
            self.tries += 1
            try:
                await self._resume()
            except (OSError, WSError, EOFError, TimeoutError):
                delay = min(2 * delay, LONGEST_DELAY_S)
            else:
                break
        await self.until_answered()
        self.resumed_at = time.perf_counter()

    def hang_up(self) -> None:
        """Disconnect for good."""
        if self._line is not None:
            self._line.hang_up()

    async def _resume(self) -> None:
        line = await connect(self.url + "/live")
        hello: Fields = {"type": "hello", "role": "customer", "token": self.token}
        resume = {self.conversation: self.seen[-1]}
        welcome = await line.ask(
            hello | {"epoch": self.epoch, "resume": resume}, b'"type":"welcome"'
        )
        if welcome["epoch"] != self.epoch:
            self.faults.append("another epoch")
        own = welcome["conversations"]
        assert isinstance(own, list)
        (self._head,) = (each["seq"] for each in own if each["conversation"] == self.conversation)
        self._listen(line)
        if self.asked is not None:
            line.say(self.asked)

    def _listen(self, line: Line) -> None:
        self._line = line
        line.give_to(self._hear)

    def _ask(self, frame: Fields, text: str) -> None:
        assert self._line is not None
        self.texts.append(text)
        self.asked = orjson.dumps(frame | {"id": str(len(self.texts)), "text": text})
        self._line.say(self.asked)

    def _hear(self, data: bytes) -> None:
        frame: dict[str, object] = orjson.loads(data)
        match frame["type"]:
            case "ok":
                self.asked = None
                self.conversation = str(frame["conversation"])
                self._head = max(self._head, _whole(frame["seq"]))
            case "event":
                seq, prev = _whole(frame["seq"]), _whole(frame["prev"])
                held = self.seen[-1] if self.seen else 0
                # `prev` reveals a gap and `seq` a duplicate; both are violations even if the texts
                # look right.
                if prev != held or seq <= held:
                    self.faults.append(f"seq {seq} with prev {prev} after {held}")
                self.seen.append(seq)
            case "error":
                self.faults.append(str(frame.get("code")))
            case "bye":
                self._retry_after_s = float(str(frame["retry_after"])) / 1_000
        self._news.set()


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
