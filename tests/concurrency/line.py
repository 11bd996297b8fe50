"""A live session that is read all the time, so that it can be forgotten while others act."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.wire.client import Frame, Served, live_url


class LineLost(Exception):
    """The session ended: what was asked may have happened or not."""


@dataclass(slots=True)
class LiveSession:
    """One session: its welcome, the answers to its requests, and every event it was sent."""

    connection: ClientConnection
    welcome: Frame = field(default_factory=dict)
    events: list[Frame] = field(default_factory=list)
    ended: bool = False
    reading: asyncio.Task[None] | None = None
    _answers: dict[str, asyncio.Future[Frame]] = field(default_factory=dict)
    _welcomed: asyncio.Event = field(default_factory=asyncio.Event)

    async def greet(self, **hello: Any) -> None:
        """Send the hello and wait for the welcome; raises LineLost."""
        await self.send({"type": "hello", **hello})
        await self._welcomed.wait()
        if self.ended:
            raise LineLost

    async def send(self, frame: Frame) -> None:
        """Send a frame; raises LineLost."""
        try:
            await self.connection.send(json.dumps(frame))
        except ConnectionClosed:
            raise LineLost from None

    async def ask(self, kind: str, request: str, **fields: Any) -> Frame:
        """Send a request and return its `ok` or `error`; raises LineLost where there is none."""
        if self.ended:
            raise LineLost
        answer = asyncio.get_running_loop().create_future()
        # Registered before it is sent: the answer can arrive while `send`
        # still waits for the socket.
        self._answers[request] = answer
        await self.send({"type": kind, "id": request, **fields})
        frame: Frame = await answer
        return frame

    async def hang_up(self) -> None:
        """Close the connection as a browser does that leaves."""
        await self.connection.close()

    async def read(self) -> None:
        """Read until the session ends; whoever waits for an answer then gets LineLost."""
        try:
            async for raw in self.connection:
                self._take(json.loads(raw))
        except ConnectionClosed:
            pass
        finally:
            self.ended = True
            self._welcomed.set()
            # Without this an action would wait for ever for the answer that a kill has cut off.
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(LineLost())
                    # Whoever asked may have given up; nothing else looks at it then.
                    answer.exception()

    def _take(self, frame: Frame) -> None:
        if frame["type"] == "welcome":
            self.welcome = frame
            self._welcomed.set()
        elif frame["type"] == "event":
            self.events.append(frame)
        elif (answer := self._answers.pop(str(frame.get("id")), None)) and not answer.done():
            answer.set_result(frame)


async def call(server: Served, **hello: Any) -> LiveSession:
    """Open a session; raises LineLost where the server does not welcome it."""
    try:
        opened = LiveSession(await connect(live_url(server), compression=None))
    except (OSError, InvalidHandshake, ConnectionClosed, EOFError):
        raise LineLost from None
    opened.reading = asyncio.create_task(opened.read(), name="line")
    await opened.greet(**hello)
    return opened
