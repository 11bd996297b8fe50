"""What a hostile client does; each tells how the server ended it."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.bench.trials.raw import LOST, RawAddress, RawLine, live_line, raw_line, text

BLOCK = 65_536
"""Bytes that are poured at once."""

SMALL_BUFFER = 4_096
SIP_S = 0.1
"""Seconds between two reads of a slow reader, of `SMALL_BUFFER` bytes each."""

LONG_MESSAGES = 16
"""Messages in the history that is asked for and not read."""

NOBODYS = "nobody's"
"""A topic, so that no technician of a trial is taken from those who need one."""

LONGEST = "\U0001f642" * 8_000
"""The longest message there may be, in its largest form."""

PER_ADDRESS = 60
"""Clients that come from one address."""

Attack = Callable[[RawAddress, int], Awaitable[str]]
"""One hostile client, by its number; how it was ended."""


def address(number: int) -> str:
    """An address of this machine for each `PER_ADDRESS` clients, as a botnet has."""
    host = number // PER_ADDRESS
    return f"127.0.{1 + host // 250}.{1 + host % 250}"


def pouring(block: bytes, *, first: bytes = b"", greets: bool = True, reads: bool = True) -> Attack:
    """Sends the same frames for ever, after a hello or without one."""
    blocks = block * max(1, BLOCK // len(block))

    async def pour(place: RawAddress, number: int) -> str:
        buffer = None if reads else SMALL_BUFFER
        async with live_line(place, source=address(number), receive_buffer=buffer) as line:
            if greets:
                await line.hello()
            line.writer.write(first)
            if not reads:
                await line.pour(blocks)
                return await line.ending()
            return await while_pouring(line, blocks, line.ending())

    return pour


async def while_pouring(line: RawLine, block: bytes, listening: Awaitable[str]) -> str:
    """Send the same again and again until the other has been heard out."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(line.pour(block), name="pour")
        ending = await listening
        task.cancel()
    return ending


def saying(*blocks: bytes) -> Attack:
    """Says this once after the hello, and waits."""

    async def say(place: RawAddress, number: int) -> str:
        async with live_line(place, source=address(number)) as line:
            await line.hello()
            for block in blocks:
                line.writer.write(block)
            return await line.ending()

    return say


def posting(path: str, body: bytes, *headers: str) -> Attack:
    """Posts a body."""

    async def post(place: RawAddress, number: int) -> str:
        async with raw_line(place, source=address(number)) as line:
            line.writer.write(place.post(path, f"Content-Length: {len(body)}", *headers) + body)
            return await line.answer()

    return post


def dribbling(data: bytes, pause_s: float, *, first: bytes = b"") -> Attack:
    """Sends a request byte by byte, each in a packet of its own, after what comes at once."""

    async def dribble(place: RawAddress, number: int) -> str:
        async with raw_line(place, source=address(number)) as line:
            line.writer.write(first)
            async with asyncio.TaskGroup() as tasks:
                task = tasks.create_task(dribbled(line, data, pause_s), name="dribble")
                answer = await line.answer()
                task.cancel()
            return answer

    return dribble


async def dribbled(line: RawLine, data: bytes, pause_s: float) -> None:
    """Send byte by byte until all is said or nobody listens any more."""
    try:
        for position in range(len(data)):
            line.writer.write(data[position : position + 1])
            await line.writer.drain()
            await asyncio.sleep(pause_s)
    except LOST:
        return


async def speaks_in_single_bytes(place: RawAddress, number: int) -> str:
    """Does all that a good client does, one byte in each packet, until a second hello too many."""
    async with raw_line(place, source=address(number)) as line:
        await dribbled(line, place.upgrade(), 0)
        await line.reader.readuntil(b"\r\n\r\n")
        hello = {"type": "hello", "role": "customer"}
        await dribbled(line, text(hello) + text([]) * 3, 0)
        return await line.ending()


async def is_silent_on_tcp(place: RawAddress, number: int) -> str:
    """Connects and sends nothing."""
    async with raw_line(place, source=address(number)) as line:
        return await line.answer()


async def never_says_hello(place: RawAddress, number: int) -> str:
    """Becomes a WebSocket and sends nothing."""
    async with live_line(place, source=address(number)) as line:
        return await line.ending()


async def says_hello_only(place: RawAddress, number: int) -> str:
    """Comes in, and neither speaks nor answers a ping."""
    async with live_line(place, source=address(number)) as line:
        await line.hello()
        return await line.ending()


async def goes_on_after_good_bye(place: RawAddress, number: int) -> str:
    """Is told to go for what it says, and neither stops nor hangs up."""
    async with live_line(place, source=address(number)) as line:
        await line.hello()
        ending = await while_pouring(line, text([]) * 1_000, line.ending())
        await line.pour(bytes(BLOCK))
        return ending


async def asks_and_does_not_read(place: RawAddress, number: int) -> str:
    """Asks for long answers and reads none."""
    async with live_line(place, source=address(number), receive_buffer=SMALL_BUFFER) as line:
        await line.pour(await request_for_much(line))
        return await line.ending()


async def reads_slowly(place: RawAddress, number: int) -> str:
    """Asks for long answers and reads a little at a time."""
    async with live_line(place, source=address(number), receive_buffer=SMALL_BUFFER) as line:
        question = await request_for_much(line)
        return await while_pouring(line, question, sipped(line))


async def request_for_much(line: RawLine) -> bytes:
    """Come in and have a conversation of long messages; the request for all of it."""
    await line.hello()
    opened = await line.ask({"type": "open", "id": "open", "topic": NOBODYS}, "ok")
    conversation = opened["conversation"]
    for number in range(LONG_MESSAGES):
        said = {"conversation": conversation, "text": LONGEST}
        await line.ask({"type": "send", "id": str(number), **said}, "ok")
    return text({"type": "history", "id": "h", "conversation": conversation, "limit": 200})


async def sipped(line: RawLine) -> str:
    """Read a little at a time, to the end."""
    data = b"x"
    while data:
        await asyncio.sleep(SIP_S)
        try:
            data = await line.reader.read(SMALL_BUFFER)
        except LOST:
            break
    return "cut"


async def streams_and_does_not_answer(place: RawAddress, number: int) -> str:
    """Begins an event stream and never posts."""
    async with raw_line(place, source=address(number), receive_buffer=SMALL_BUFFER) as line:
        host = f"Host: {place.host}:{place.port}"
        line.writer.write(f"GET /live/events HTTP/1.1\r\n{host}\r\n\r\n".encode())
        ending = "cut"
        async for data in line.reader:
            if data.startswith(b'data: {"code":'):
                ending = data.decode().partition(":")[2].partition(":")[2].partition(",")[0]
        return ending
