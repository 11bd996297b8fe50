"""The kinds of hostile clients, and a process that runs one kind.

Run as a program, its arguments are a kind, a URL and seconds.
"""

import asyncio
import gzip
import sys
from collections import Counter
from dataclasses import dataclass

import orjson
import uvloop

from tests.bench.trials.attacks import (
    Attack,
    asks_and_does_not_read,
    goes_on_after_good_bye,
    is_silent_on_tcp,
    never_says_hello,
    post_body,
    reads_slowly,
    says_hello_only,
    send_bytewise,
    send_once,
    send_repeatedly,
    speaks_in_single_bytes,
    streams_and_does_not_answer,
)
from tests.bench.trials.raw import LOST, Opcode, RawAddress, frame, text

CLIENTS_PER_SECOND = 2_000
"""Clients that connect in one second."""

STILL_OPEN = "still open"
BOMB = gzip.compress(bytes(100_000_000))
JSON = "Content-Type: application/json"
FILE = "X-File-Name: bomb.txt"
GZIP = "Content-Encoding: gzip"
ANYWHERE = RawAddress("127.0.0.1", 80)
TYPING = {"type": "typing", "conversation": "c", "on": True}
FIRST_FRAGMENT = frame(Opcode.TEXT, b"{", fin=False)
EMPTY_FRAGMENT = frame(Opcode.CONTINUATION, fin=False)
ONE_BYTE_FRAGMENT = frame(Opcode.CONTINUATION, b"x", fin=False)


@dataclass(frozen=True, slots=True)
class AttackKind:
    """A kind of hostile client and the number of concurrent ones."""

    attack: Attack
    count: int = 1


KINDS: dict[str, AttackKind] = {
    "long answers asked for and not read": AttackKind(asks_and_does_not_read, 20),
    "long answers read 4 KiB at a time": AttackKind(reads_slowly, 20),
    "an event stream whose pings are not answered": AttackKind(streams_and_does_not_answer, 20),
    "single bytes, each in a packet": AttackKind(speaks_in_single_bytes, 50),
    "a head that does not end": AttackKind(
        send_bytewise(b"GET / HTTP/1.1\r\nX-A: " + b"b" * 8_000, 1), 500
    ),
    "a body that does not end": AttackKind(
        send_bytewise(
            b" " * 20_000, 1, first=ANYWHERE.post("/login", JSON, "Content-Length: 20000")
        ),
        500,
    ),
    "connections that send nothing": AttackKind(is_silent_on_tcp, 10_000),
    "connections that never say hello": AttackKind(never_says_hello, 10_000),
    "sessions that say hello and no more": AttackKind(says_hello_only, 1_000),
    "gzip bombs to the login": AttackKind(post_body("/login", BOMB, JSON, GZIP), 20),
    "gzip bombs to the files": AttackKind(post_body("/files", BOMB, FILE, GZIP), 20),
    "gzip bombs to the page for checking": AttackKind(post_body("/verify", BOMB, FILE, GZIP), 20),
    "a compressed frame": AttackKind(send_once(frame(Opcode.TEXT, b"x", compressed=True))),
    "empty fragments without end": AttackKind(
        send_repeatedly(EMPTY_FRAGMENT, first=FIRST_FRAGMENT), 10
    ),
    "one-byte fragments before hello": AttackKind(
        send_repeatedly(ONE_BYTE_FRAGMENT, first=FIRST_FRAGMENT, greets=False), 10
    ),
    "fragments with pings between them": AttackKind(
        send_repeatedly(ONE_BYTE_FRAGMENT + frame(Opcode.PING, b"x"), first=FIRST_FRAGMENT), 10
    ),
    "a message inside another": AttackKind(send_once(FIRST_FRAGMENT, frame(Opcode.TEXT, b"{}"))),
    "pings without end": AttackKind(send_repeatedly(frame(Opcode.PING)), 10),
    "pings without end, pongs not read": AttackKind(
        send_repeatedly(frame(Opcode.PING, bytes(125)), reads=False), 10
    ),
    "pongs without a ping": AttackKind(send_repeatedly(frame(Opcode.PONG)), 10),
    "close frames without end": AttackKind(send_repeatedly(frame(Opcode.CLOSE, b"\x03\xe8")), 10),
    "more and more after the good bye": AttackKind(goes_on_after_good_bye, 10),
    "frames that are no JSON": AttackKind(send_repeatedly(frame(Opcode.TEXT, b"x")), 10),
    "requests that are none": AttackKind(send_repeatedly(text({"type": "x", "id": "x"})), 10),
    "requests without end": AttackKind(send_repeatedly(text({"type": "profile", "id": "x"})), 10),
    "typing without end": AttackKind(send_repeatedly(text(TYPING)), 10),
    "text that is no UTF-8": AttackKind(send_once(frame(Opcode.TEXT, b'{"type":"\xff"}'))),
    "a declared length of 2^63": AttackKind(send_once(frame(Opcode.TEXT, declared=2**63))),
    "frames without a mask": AttackKind(send_once(frame(Opcode.TEXT, b"{}", masked=False))),
    "a reserved opcode": AttackKind(send_once(frame(Opcode.RESERVED))),
    "a ping of 126 bytes": AttackKind(send_once(frame(Opcode.PING, bytes(126)))),
    "a thousand requests in one heap": AttackKind(
        post_body("/login", b"{}" + ANYWHERE.post("/login", "Content-Length: 0") * 1_000, JSON), 10
    ),
}


async def run_clients(kind: AttackKind, place: RawAddress, seconds: float) -> Counter[str]:
    """Run all clients of a kind for some seconds; returns the number of each ending."""
    endings = Counter[str]()
    deadline = asyncio.get_running_loop().time() + seconds

    async def one(number: int) -> None:
        # Spread over seconds: a larger burst would fill the listen queue and measure only the
        # kernel.
        await asyncio.sleep(number / CLIENTS_PER_SECOND)
        try:
            async with asyncio.timeout_at(deadline):
                ending = await kind.attack(place, number)
        except TimeoutError:
            ending = STILL_OPEN
        except LOST as lost:
            ending = str(lost) or "cut"
        endings[ending] += 1

    async with asyncio.TaskGroup() as tasks:
        for number in range(kind.count):
            tasks.create_task(one(number), name="hostile")
    return endings


def main() -> None:
    """Run one kind against a server and print the endings as JSON."""
    name, url, seconds = sys.argv[1:]
    found = uvloop.run(run_clients(KINDS[name], RawAddress.of(url), float(seconds)))
    print(orjson.dumps(found).decode())


if __name__ == "__main__":
    main()
