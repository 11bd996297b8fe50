"""Strategies for frames: valid ones, nearly valid ones, and ones that are no frames at all.

Names in frames are drawn from existing things, so that many requests go beyond the first check.
"""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from chatserver.protocol.frames import CUSTOMER_TYPES, FRAMES, SIGNALS, TECHNICIAN_TYPES

Fields = dict[str, Any]  # what is sent may be anything

OWN, OTHERS = "<own>", "<others>"
"""Placeholders for a conversation of the sender, and of others, until the frame is sent."""

ID = "<id>"
"""A placeholder for a new request id."""

NOTE = "for technicians alone"
"""A marker in every text that no customer may see."""

# Limits of 32 and 64 bits and of JavaScript's integers, each with what lies beyond.
HUGE = (2**31, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30, -1, -(2**63), 1e308, -0.0)
ODD_WORDS = (
    "",
    " ",
    "\0",
    "\n\r\u2028\u2029",
    "\u202egnp.exe",
    "\U0001f642\u200d\u2640\ufe0f" * 9,
    "' OR 1=1 --",
    '{subject said} : (NEAR("a" "b"))',
    "<script>alert(1)</script>",
    "%00%s%n{0}{{7*7}}",
    "../../etc/passwd",
    "4111 1111 1111 1111",
)
# Around the limits of attributes (40), ids (64), names (200), addresses (320) and URLs (2,048).
LENGTHS = (0, 1, 39, 40, 41, 64, 65, 199, 200, 201, 320, 321, 400, 401, 2_049)
LONG = (7_999, 8_000, 8_001, 8_002)
"""Characters around the limit of a text."""

words = (
    st.text(max_size=12)
    | st.sampled_from(ODD_WORDS)
    | st.sampled_from(LENGTHS).map(lambda length: "x" * length)
)


def mostly(
    usual: st.SearchStrategy[Any], *others: st.SearchStrategy[Any], of: int
) -> st.SearchStrategy[Any]:
    """Return a strategy that draws each of `others` once in `of` times, else `usual`."""
    each = [*others, *[usual] * (of - len(others))]
    return st.sampled_from(range(of)).flatmap(lambda number: each[number])


plain = st.sampled_from(("It blinks", "Which light?", "The red one 🙂\nand the green one"))
long = st.sampled_from(LONG).map(lambda length: "ü" * length)
texts = mostly(plain, words, words, long, of=10)
numbers = st.integers(0, 9) | st.sampled_from(HUGE) | st.integers()
conversations = mostly(st.just(OWN), st.just(OTHERS), words, of=20)
names = st.sampled_from(("bob", "cat", "dsl", "K7F3-9QMX")) | words


def _nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


anything: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    numbers,
    words,
    st.sampled_from(({}, [], [[]], {"": None}, {"$ne": 1}, _nested(60), {"id": {"id": 1}})),
)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "conversation": conversations,
    "text": texts,
    "comment": texts,
    "note": texts.map(lambda text: NOTE + text),
    "technician": names,
    "topic": names,
    "subject": words,
    "product": words,
    "name": words,
    "email": st.just("ann@example.com") | words,
    "locale": st.sampled_from(("de", "de-AT", "en", "tlh")) | words,
    "code": st.just("123456") | words,
    "file": words,
    "page": st.just("https://shop.example/routers?model=7") | words,
    "system": st.just("15.0.0") | words,
    "status": st.sampled_from(("online", "away", "waiting", "active", "closed")),
    "whose": st.sampled_from(("mine", "all")),
    "format": st.sampled_from(("txt", "pdf", "html")),
    "timezone": st.just("Europe/Vienna") | words,
    "score": st.integers(0, 6),
    "capacity": st.sampled_from((1, 500, 1_000, 1_001)),
    "limit": st.sampled_from((1, 5, 100, 200, 201)),
    "seq": numbers,
    "doubted": numbers,
    "first": numbers,
    "after": numbers,
    "since": numbers,
    "until": numbers,
    "before": numbers | words,
    "on": st.booleans(),
    "written": st.booleans(),
    "unmasked": st.booleans(),
}
SOURCES = {
    "customer": (*sorted(CUSTOMER_TYPES), *["send"] * 24, *["open"] * 8, "history", "search"),
    "technician": (*sorted(TECHNICIAN_TYPES), *["send", "note", "accept"] * 7),
}
"""The kinds of frames of each side; those that change conversations are drawn most often."""

HIDDEN = {"note": "text", "draft": "text", "transfer": "note"}
"""The field of a frame that no customer may see."""

RARELY = mostly(st.just(False), st.just(True), of=10)
OFTEN = mostly(st.just(False), st.just(True), of=3)
identifiers = mostly(st.just(ID), words, anything, of=40)


@st.composite
def frames(draw: st.DrawFn, role: str) -> Fields:
    """Draw a frame of one side, with a few errors at most."""
    kind = draw(st.sampled_from(SOURCES[role]))
    if draw(RARELY):
        kind = draw(st.sampled_from(sorted(FRAMES)))
    fields: Fields = {"type": kind}
    if kind not in SIGNALS:
        fields["id"] = draw(identifiers)
    for name, field in FRAMES[kind].model_fields.items():
        is_needed = field.is_required() or (kind, name) == ("send", "text")
        if name in ("type", "id") or not (is_needed or draw(OFTEN)):
            continue
        fields[name] = draw(VALUES[name])
    if kind in HIDDEN and isinstance(fields.get(HIDDEN[kind]), str):
        fields[HIDDEN[kind]] = NOTE + fields[HIDDEN[kind]].removeprefix(NOTE)
    if draw(RARELY):
        _spoil(draw, fields)
    return fields


def _spoil(draw: st.DrawFn, fields: Fields) -> None:
    """Put one error into a frame: a wrong type, a missing field, or an unknown one."""
    name = draw(st.sampled_from(sorted(fields)))
    match draw(st.integers(0, 3)):
        case 0:
            fields[name] = draw(anything)
        case 1 if name != "type":
            del fields[name]
        case 2:
            fields[draw(words)] = draw(anything)
        case _:
            fields["type"] = draw(st.sampled_from(("hello", "event", "ok", "", "SEND", "send\0")))


def written(fields: Fields, form: int) -> str:
    """Return a frame as JSON, in one of several equivalent spellings."""
    match form % 4:
        case 0:
            return json.dumps(fields, indent=1)
        case 1:
            return json.dumps(dict(reversed(fields.items())), ensure_ascii=False)
        case 2:
            # Two names stand twice; of duplicate names the last one counts (RFC 8259 §4).
            said = json.dumps(fields)
            return '{"id": 7, "type": "x", ' + said[1:]
        case _:
            return json.dumps(fields)


def broken(fields: Fields, form: int) -> str | bytes:
    """Return a message that is no JSON object, or no text."""
    said = json.dumps(fields)
    forms: Sequence[str | bytes] = (
        said[:-1],
        f"[{said}]",
        said.replace('"', "'"),
        said.encode(),
        '{"id": "x", "type": "\\ud800"}',
        # Python's own parser accepts NaN, which is no JSON (RFC 8259 §6).
        '{"type": "send", "id": "x", "n": NaN}',
        '{"a":' * 2_000,
        "[" * 5_000,
        "",
        "null",
        "\ufeff" + said,
    )
    return forms[form % len(forms)]
