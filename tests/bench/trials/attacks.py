"""The behaviours of hostile clients; each returns the way in which the server ended it."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.bench.trials.raw import LOST, RawAddress, RawLine, live_line, raw_line, text

BLOCK = 65_536
"""Bytes written at once."""

SMALL_BUFFER = 4_096
SIP_S = 0.1
"""Seconds between two reads of a slow reader, of `SMALL_BUFFER` bytes each."""

LONG_MESSAGES = 16
"""Messages in the history that is requested and not read."""

UNSERVED_TOPIC = "nobody's"
"""A topic without technicians, so that hostile clients occupy none."""

LONGEST = "\U0001f642" * 8_000
"""The longest allowed message in its largest UTF-8 form."""

CLIENTS_PER_ADDRESS = 60
"""Clients that connect from one address."""

Attack = Callable[[RawAddress, int], Awaitable[str]]
"""Run one hostile client, given its number; returns the way it was ended."""


def address(number: int) -> str:
    """Return a loopback address for each `CLIENTS_PER_ADDRESS` clients, like a botnet."""
    host = number // CLIENTS_PER_ADDRESS
    return f"127.0.{1 + host // 250}.{1 + host % 250}"


def send_repeatedly(
    block: bytes, *, first: bytes = b"", greets: bool = True, reads: bool = True
) -> Attack:
    """Send the same frames forever, with or without a hello first."""
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
            return await pour_during(line, blocks, line.ending())

    return pour


async def pour_during(line: RawLine, block: bytes, listening: Awaitable[str]) -> str:
    """Send the same block repeatedly until `listening` returns."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(line.pour(block), name="pour")
        ending = await listening
        task.cancel()
    return ending


def send_once(*blocks: bytes) -> Attack:
    """Send the blocks once after the hello, and wait."""

    async def say(place: RawAddress, number: int) -> str:
        async with live_line(place, source=address(number)) as line:
            await line.hello()
            for block in blocks:
                line.writer.write(block)
            return await line.ending()

    return say


def post_body(path: str, body: bytes, *headers: str) -> Attack:
    """Post a body."""

    async def post(place: RawAddress, number: int) -> str:
        async with raw_line(place, source=address(number)) as line:
            line.writer.write(place.post(path, f"Content-Length: {len(body)}", *headers) + body)
            return await line.answer()

    return post


def send_bytewise(data: bytes, pause_s: float, *, first: bytes = b"") -> Attack:
    """Send a request byte by byte, each byte in a packet of its own, after `first`."""

    async def dribble(place: RawAddress, number: int) -> str:
        async with raw_line(place, source=address(number)) as line:
            line.writer.write(first)
            async with asyncio.TaskGroup() as tasks:
                task = tasks.create_task(write_bytewise(line, data, pause_s), name="dribble")
                answer = await line.answer()
                task.cancel()
            return answer

    return dribble


async def write_bytewise(line: RawLine, data: bytes, pause_s: float) -> None:
    """Write byte by byte until everything is sent or the connection is lost."""
    try:
        for position in range(len(data)):
            line.writer.write(data[position : position + 1])
            await line.writer.drain()
            await asyncio.sleep(pause_s)
    except LOST:
        return


async def speaks_in_single_bytes(place: RawAddress, number: int) -> str:
    """Do everything correctly with one byte in each packet, until the server refuses bad frames."""
    async with raw_line(place, source=address(number)) as line:
        await write_bytewise(line, place.upgrade(), 0)
        await line.reader.readuntil(b"\r\n\r\n")
        hello = {"type": "hello", "role": "customer"}
        await write_bytewise(line, text(hello) + text([]) * 3, 0)
        return await line.ending()


async def is_silent_on_tcp(place: RawAddress, number: int) -> str:
    """Connect and send nothing."""
    async with raw_line(place, source=address(number)) as line:
        return await line.answer()


async def never_says_hello(place: RawAddress, number: int) -> str:
    """Open a WebSocket and send nothing."""
    async with live_line(place, source=address(number)) as line:
        return await line.ending()


async def says_hello_only(place: RawAddress, number: int) -> str:
    """Send the hello, and neither requests nor pongs."""
    async with live_line(place, source=address(number)) as line:
        await line.hello()
        return await line.ending()


async def goes_on_after_good_bye(place: RawAddress, number: int) -> str:
    """Send on after being closed for bad frames, and never disconnect."""
    async with live_line(place, source=address(number)) as line:
        await line.hello()
        ending = await pour_during(line, text([]) * 1_000, line.ending())
        await line.pour(bytes(BLOCK))
        return ending


async def asks_and_does_not_read(place: RawAddress, number: int) -> str:
    """Request long responses and read none."""
    async with live_line(place, source=address(number), receive_buffer=SMALL_BUFFER) as line:
        await line.pour(await request_for_much(line))
        return await line.ending()


async def reads_slowly(place: RawAddress, number: int) -> str:
    """Request long responses and read slowly."""
    async with live_line(place, source=address(number), receive_buffer=SMALL_BUFFER) as line:
        question = await request_for_much(line)
        return await pour_during(line, question, read_slowly(line))


async def request_for_much(line: RawLine) -> bytes:
    """Create a conversation of long messages; returns the request for all of it."""
    await line.hello()
    opened = await line.ask({"type": "open", "id": "open", "topic": UNSERVED_TOPIC}, "ok")
    conversation = opened["conversation"]
    for number in range(LONG_MESSAGES):
        said = {"conversation": conversation, "text": LONGEST}
        await line.ask({"type": "send", "id": str(number), **said}, "ok")
    return text({"type": "history", "id": "h", "conversation": conversation, "limit": 200})


async def read_slowly(line: RawLine) -> str:
    """Read `SMALL_BUFFER` bytes at a time to the end."""
    data = b"x"
    while data:
        await asyncio.sleep(SIP_S)
        try:
            data = await line.reader.read(SMALL_BUFFER)
        except LOST:
            break
    return "cut"


async def streams_and_does_not_answer(place: RawAddress, number: int) -> str:
    """Open an event stream and never answer its pings."""
    async with raw_line(place, source=address(number), receive_buffer=SMALL_BUFFER) as line:
        host = f"Host: {place.host}:{place.port}"
        line.writer.write(f"GET /live/events HTTP/1.1\r\n{host}\r\n\r\n".encode())
        ending = "cut"
        async for data in line.reader:
            if data.startswith(b'data: {"code":'):
                ending = data.decode().partition(":")[2].partition(":")[2].partition(",")[0]
        return ending
