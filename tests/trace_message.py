"""`python -m tests.trace_message`: the lines of the package that run for one message.

A server serves one customer and one technician over real sockets. The customer answers the
technician with a text, and every line of `chatserver/` that runs until a second later is recorded,
in all threads: on the way to the disk and to both sockets, for the summary that the technician is
sent half a second later, and for the look that the server takes at the database each second.
"""

import ast
import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING

from tests.conftest import starting
from tests.wire.client import Client, customer, opened, technician

if TYPE_CHECKING:
    from _typeshed import TraceFunction

ROOT = Path(__file__).parents[1]
PACKAGE = f"{ROOT / 'chatserver'}/"
TICK = ("chatserver/store/tables/backlog.py", "LogTables.data_version")
"""The function that runs once a second even in an idle server. A trace begins after one of its
calls and ends after the next, so that none falls in between."""

POLL = "chatserver/services/external_changes.py"
"""The file that has it called. On a busy machine the call may reach its thread some ms later."""


@dataclass(slots=True)
class MessageTrace:
    """The lines and functions that ran, by file, in the order in which each first ran.

    `delivered` is the number of files that had run when the technician's socket had the event.
    """

    lines: dict[str, set[int]] = field(default_factory=dict)
    functions: set[tuple[str, str]] = field(default_factory=set)
    delivered: int = 0

    @property
    def line_count(self) -> int:
        return sum(map(len, self.lines.values()))

    @property
    def path(self) -> list[str]:
        """The files from the customer's socket to the technician's, in order."""
        return list(self.lines)[: self.delivered]

    @property
    def afterwards(self) -> list[str]:
        """The files that ran only when the technician had the message."""
        return list(self.lines)[self.delivered :]


@dataclass(slots=True)
class Recorder:
    """Records the lines of the package, in this thread and in all that start while installed."""

    trace: MessageTrace = field(default_factory=MessageTrace)
    _ticked: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Trace while the context is open; a tracer that was there before comes back."""
        here, threads = sys.gettrace(), threading.gettrace()
        sys.settrace(self._called)
        threading.settrace(self._called)
        try:
            yield
        finally:
            sys.settrace(here)
            threading.settrace(threads)

    async def tick(self) -> None:
        """Wait for the next call of `TICK`."""
        self._ticked.clear()
        await self._ticked.wait()

    def _called(self, frame: FrameType, event: str, arg: object) -> "TraceFunction | None":
        """Trace a function of the package that is called, or a coroutine of it that goes on."""
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        function = (_file(frame), frame.f_code.co_qualname)
        self.trace.functions.add(function)
        if function == TICK:
            self._loop.call_soon_threadsafe(self._ticked.set)
        return self._stepped

    def _stepped(self, frame: FrameType, event: str, arg: object) -> "TraceFunction":
        if event == "line":
            self.trace.lines.setdefault(_file(frame), set()).add(frame.f_lineno)
        return self._stepped


def _file(frame: FrameType) -> str:
    return str(Path(frame.f_code.co_filename).relative_to(ROOT))


async def traced(data: Path) -> MessageTrace:
    """Return the trace of one message in a conversation that is under way."""
    recorder = Recorder()
    with recorder.installed():
        async with (
            starting(data) as start,
            technician(server := await start()) as bob,
            customer(server) as ann,
        ):
            conversation = await opened(ann, text="The printer is on fire.")
            await bob.event("message", conversation)
            await bob.ok("send", conversation=conversation, text="Where do you stand?")
            await ann.ok("send", conversation=conversation, text="In the yard.")
            await bob.ok("send", conversation=conversation, text="And the printer?")
            await ann.next("event", seq=6)
            await bob.next("conversation", seq=6)
            trace = MessageTrace()
            # On a machine that is busy enough a tick may fall into the middle all the same.
            while not trace.delivered:
                trace = await _one_message(recorder, ann, bob, conversation)
    return trace


async def _one_message(
    recorder: Recorder, ann: Client, bob: Client, conversation: str
) -> MessageTrace:
    """Trace one message of Ann; `delivered` stays 0 when a tick came before Bob had it."""
    await recorder.tick()
    await _rest(ann, bob)
    trace = recorder.trace = MessageTrace()
    sent = await ann.ok("send", conversation=conversation, text="Beside me.")
    await bob.next("event", seq=sent["seq"])
    if TICK not in trace.functions and POLL not in trace.lines:
        trace.delivered = len(trace.lines)
    await bob.next("conversation", seq=sent["seq"])
    # The second call comes when all that the first one leads to is done.
    await recorder.tick()
    await recorder.tick()
    recorder.trace = MessageTrace()
    return trace


async def _rest(*clients: Client) -> None:
    """Let the server finish what it does: an answer to each client comes after that."""
    for client in clients:
        await client.ok("ping")


def purpose(file: str) -> str:
    """Return the first paragraph of a file's docstring in one line."""
    module = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return " ".join((ast.get_docstring(module) or "").split("\n\n")[0].split())


def table(trace: MessageTrace) -> str:
    """Return a row for each file: the number of its lines that ran, and what the file is."""
    rows = []
    for number, (file, lines) in enumerate(trace.lines.items(), start=1):
        if number == trace.delivered + 1:
            rows.append("      after the technician has the message:")
        rows.append(f"{number:4}  {file:42} {len(lines):5}  {purpose(file)}")
    sums = f"{len(trace.lines)} files, {len(trace.functions)} functions, {trace.line_count} lines"
    return "\n".join([*rows, sums])


def main() -> None:
    with TemporaryDirectory() as data:
        print(table(asyncio.run(traced(Path(data)))))


if __name__ == "__main__":
    main()
