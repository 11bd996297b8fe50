"""Clients that send random frames and hold the server to its contract all the same."""

import asyncio
import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chatserver.core.errors import Code
from chatserver.protocol.frames import SIGNALS
from tests.fuzz.grammar import ID, NOTE, OTHERS, OWN, Fields, broken, written
from tests.wire.client import Served, live_url

Frame = dict[str, Any]  # a client sees JSON, of which it knows only what the contract says

CODES = frozenset(map(str, Code)) - {Code.NOT_SIGNED_IN, Code.UNAVAILABLE, Code.STORAGE_FULL}
"""Codes of refusals that may occur on the wire while the disk is well."""

# After the third frame that is no JSON object the server closes with this code (docs/protocol.md).
NOT_THIS_PROTOCOL = 4500
BAD_FRAMES = 3
RECENT = 4
"""Newest conversations that frames are about, some of which are open."""

LONGEST_S = 60
"""Seconds after which a missing answer is a fault."""


@dataclass(frozen=True, slots=True)
class Expected:
    """An answer that must come, with this id; to signals only a refusal may come."""

    id: str | None
    optional: bool
    sent: str


@dataclass(slots=True)
class Figures:
    """Counts of frames and answers."""

    inputs: int = 0
    ok: int = 0
    refused: int = 0
    signals: int = 0
    closed: int = 0
    kept: dict[tuple[str, int], str] = field(default_factory=dict)
    """The kind of each acknowledged request, by conversation and seq."""


@dataclass(slots=True)
class FuzzClient:
    """A person with one session after another.

    `own` are conversations to send frames about. Ids in `others` must never reach this client if
    it is a customer. The lists in `told` get the id of each conversation that is opened.
    """

    server: Served
    hello: Fields
    figures: Figures
    ids: Iterator[int]
    own: list[str] = field(default_factory=list)
    others: list[list[str]] = field(default_factory=list)
    told: list[list[str]] = field(default_factory=list)
    bad_frames: int = 0
    nameless: int = 0
    changes: dict[str, tuple[str, int]] = field(default_factory=dict)
    """The change that each request id was acknowledged with."""

    _line: ClientConnection | None = None

    @property
    def is_customer(self) -> bool:
        return bool(self.hello["role"] == "customer")

    async def say(self, batch: Sequence[tuple[Fields, int, bool]]) -> None:
        """Send frames, each well-formed or broken, and assert that each is answered once."""
        line = await self._connected()
        expected: deque[Expected] = deque()
        said: list[str | bytes] = []
        for fields, form, is_broken in batch:
            frame = self._named(fields)
            # Sent twice in different spellings, as after a lost connection: it must happen once.
            messages = [written(frame, form), written(frame, form + 1)]
            for message in [broken(frame, form)] if is_broken else messages:
                if self.bad_frames < BAD_FRAMES:
                    said.append(message)
                    expected.append(self._expected(message))
        self.figures.inputs += len(said)
        last = f"settle-{next(self.ids)}"
        if self.bad_frames < BAD_FRAMES:
            said.append(json.dumps({"type": "ping", "id": last}))
            expected.append(Expected(last, False, "ping"))
        async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:
            # Beside the reading: a server that waits until its answers are read would block
            # a client that only sends.
            tasks.create_task(self._send(line, said))
            tasks.create_task(self._hear(line, expected))

    async def leave(self) -> None:
        """Close the session, if there is one."""
        if self._line is not None:
            await self._line.close()
            self._line = None

    async def _connected(self) -> ClientConnection:
        if self._line is None:
            # No limit of size here: an answer that is too long is the server's
            # fault, and shall be seen whole.
            self._line = await connect(live_url(self.server), compression=None, max_size=None)
            await self._line.send(json.dumps(self.hello))
            welcome = await self._frame(self._line)
            assert welcome["type"] == "welcome", welcome
            self.bad_frames = 0
            if self.is_customer:
                self.hello = {**self.hello, "token": welcome["token"]}
        return self._line

    async def _send(self, line: ClientConnection, said: Sequence[str | bytes]) -> None:
        try:
            for message in said:
                await line.send(message)
        except ConnectionClosed:
            assert self.bad_frames == BAD_FRAMES, "closed without a reason"

    async def _hear(self, line: ClientConnection, expected: deque[Expected]) -> None:
        while expected:
            try:
                frame = await self._frame(line)
            except ConnectionClosed as closed:
                self._closed(closed.rcvd.code if closed.rcvd else 1006, expected)
                return
            if frame["type"] in ("ok", "error"):
                self._answered(frame, expected)

    def _closed(self, code: int, expected: deque[Expected]) -> None:
        assert (code, self.bad_frames) == (NOT_THIS_PROTOCOL, BAD_FRAMES), f"closed with {code}"
        # The close itself is the answer to the last bad frame.
        self._passed([*expected], cut=1)
        self.figures.closed += 1
        self._line = None

    async def _frame(self, line: ClientConnection) -> Frame:
        data = await line.recv()
        frame: Frame = orjson.loads(data)
        if self.is_customer:
            text = data if isinstance(data, str) else data.decode()
            assert NOTE not in text, f"a note was shown to a customer: {text}"
            for names in self.others:
                assert not any(name in text for name in names), f"not theirs: {text}"
        return frame

    def _answered(self, frame: Frame, expected: deque[Expected]) -> None:
        """Match an answer with the next frame of its id; frames passed over needed no answer."""
        answered = frame.get("id")
        if answered is None:
            assert frame["code"] in CODES, frame
            self.nameless += 1
            return
        passed: list[Expected] = []
        while expected:
            asked = expected.popleft()
            if asked.id == answered and not (asked.optional and frame["type"] == "ok"):
                break
            passed.append(asked)
        else:
            raise AssertionError(f"nobody asked for {frame}")
        self._passed(passed)
        if frame["type"] == "error":
            assert frame["code"] in CODES, f"{frame} answers {asked.sent}"
            self.figures.refused += 1
            return
        self.figures.ok += 1
        if "reference" in frame:
            for names in (self.own, *self.told):
                names.append(frame["conversation"])
        if "conversation" in frame and "seq" in frame:
            change = frame["conversation"], frame["seq"]
            # The two spellings of one frame have one id: another seq would be a second effect.
            assert self.changes.setdefault(answered, change) == change, f"{asked.sent} twice"
            self.figures.kept[change] = asked.sent

    def _passed(self, passed: Sequence[Expected], cut: int = 0) -> None:
        """Assert that as many refusals had no id as frames without an id; signals may have none."""
        assert all(each.optional or each.id is None for each in passed), f"unanswered: {passed}"
        needed = sum(not each.optional for each in passed) - cut
        possible = needed + sum(each.optional and each.id is None for each in passed)
        assert needed <= self.nameless <= possible, f"{self.nameless} refusals of {passed}"
        self.figures.refused += self.nameless
        self.nameless = 0

    def _expected(self, message: str | bytes) -> Expected:
        """Return the answer that RFC 8259 and the contract demand for a message."""
        sent = repr(message[:200])
        try:
            raw = orjson.loads(message) if isinstance(message, str) else None
        except orjson.JSONDecodeError:
            raw = None
        if not isinstance(raw, dict):
            self.bad_frames += 1
            return Expected(None, False, sent)
        named = raw.get("id")
        identified = isinstance(named, str) and 1 <= len(named) <= 64
        kind = raw.get("type")
        is_signal = isinstance(kind, str) and kind in SIGNALS
        self.figures.signals += is_signal
        return Expected(named if identified else None, is_signal, sent)

    def _named(self, fields: Fields) -> Fields:
        """Return the frame with its placeholders replaced."""
        number = next(self.ids)
        strangers = [name for names in self.others for name in names]
        names = {
            ID: f"id-{number}",
            OWN: self.own[-1 - number % min(len(self.own), RECENT)] if self.own else "none",
            OTHERS: strangers[number % len(strangers)] if strangers else "none",
        }
        return {
            name: names.get(value, value) if isinstance(value, str) else value
            for name, value in fields.items()
        }
