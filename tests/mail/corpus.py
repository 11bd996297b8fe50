"""`python -m tests.mail.corpus [N] [FOLDER …]`: N letters, real ones and their mutations, are read.

The letters of the tests' corpus, and `*.eml` of further folders, are repeated, cut, mixed, and
grown to 1 MB by a seed. Each is parsed and its quotes are folded. Only UnreadableLetter may be
raised; the memory must stay, and no letter may take longer than LIMIT_S of processor time.
"""

import gc
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chatserver.core.incoming_mail.letter import UnreadableLetter
from chatserver.core.incoming_mail.parse import parse_letter
from chatserver.core.incoming_mail.quotes import fold_quotes
from tests.bench.processor import resident

CORPUS = Path(__file__).parents[1] / "core" / "incoming_mail" / "corpus"
SAID = (CORPUS.parent / "said.txt").read_text(encoding="utf-8")
GROWN_BYTES = 1_000_000
GROWN_SHARE = 0.01
"""The share of letters that are grown to 1 MB: each costs as much as a hundred others."""

LIMIT_S = 3.0
"""Seconds after which the server sets a letter aside (`MAIL_TIMEOUT_S` is ten times as long)."""

FLAT_BYTES = 8 * 2**20
"""Bytes by which the memory may grow from a tenth of the letters on: the allocator's own."""

Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def repeat_line(chance: random.Random, letter: bytes, _: Sequence[bytes]) -> bytes:
    lines = letter.splitlines(keepends=True)
    place = chance.randrange(len(lines))
    return b"".join([*lines[:place], *[lines[place]] * chance.randint(2, 200), *lines[place:]])


def cut(chance: random.Random, letter: bytes, _: Sequence[bytes]) -> bytes:
    first, last = sorted(chance.randrange(len(letter)) for _ in range(2))
    return letter[:first] + letter[last:]


def mix(chance: random.Random, letter: bytes, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    return letter[: chance.randrange(len(letter))] + other[chance.randrange(len(other)) :]


def flip(chance: random.Random, letter: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(letter)
    for _each in range(chance.randint(1, 20)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def nest(_: random.Random, letter: bytes, __: Sequence[bytes]) -> bytes:
    return b"From: anna@example.net\r\nContent-Type: message/rfc822\r\n\r\n" + letter


MUTATIONS: Sequence[Mutation] = (repeat_line, cut, mix, flip, nest)


def grow(chance: random.Random, letter: bytes) -> bytes:
    """Repeat a piece of a letter in its place until the whole has 1 MB."""
    first = chance.randrange(len(letter))
    last = min(len(letter), first + chance.choice((1, 2, 8, 80, 800)))
    piece = letter[first:last]
    return letter[:first] + piece * ((GROWN_BYTES - len(letter)) // len(piece)) + letter[last:]


@dataclass(slots=True)
class CorpusReport:
    """The outcome: the letters by what became of them, the longest time, and the memory."""

    outcomes: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0
    longest: bytes = b""
    grown_bytes: int = 0


def read_corpus(letters: Sequence[bytes], count: int, chance: random.Random) -> CorpusReport:
    """Read `count` letters made from others; raises what the parser raises but UnreadableLetter."""
    report, memory = CorpusReport(), 0
    for number in range(count):
        letter = chance.choice(letters)
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            letter = chance.choice(MUTATIONS)(chance, letter, letters) or b"\n"
        if chance.random() < GROWN_SHARE:
            letter = grow(chance, letter)
        _read(letter[:GROWN_BYTES], report)
        if number == count // 10:
            memory = _memory_bytes()
    report.grown_bytes = _memory_bytes() - memory
    return report


def _read(letter: bytes, report: CorpusReport) -> None:
    began = time.process_time()
    try:
        found = parse_letter(letter)
        fold_quotes(found.text, [SAID], "help")
        report.outcomes["read"] += 1
    except UnreadableLetter as unreadable:
        report.outcomes[f"set aside: {unreadable}"] += 1
    took_s = time.process_time() - began
    if took_s > report.longest_s:
        report.longest_s, report.longest = took_s, letter


def _memory_bytes() -> int:
    gc.collect()
    return resident(os.getpid())


def main(arguments: Sequence[str]) -> int:
    """Print the report; return 0 if the memory is flat and no letter took too long."""
    count = int(arguments[0]) if arguments else 10_000
    folders = [CORPUS, *map(Path, arguments[1:])]
    letters = [file.read_bytes() for folder in folders for file in sorted(folder.glob("*.eml"))]
    report = read_corpus(letters, count, random.Random(count))
    print(f"{count} letters made from {len(letters)}")
    for outcome, times in report.outcomes.most_common():
        print(f"{times:8,} {outcome}")
    print(f"longest: {report.longest_s:.2f} s for {len(report.longest):,} bytes")
    print(f"memory after a tenth: {report.grown_bytes / 2**20:+.1f} MiB")
    return int(report.longest_s > LIMIT_S or report.grown_bytes > FLAT_BYTES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
