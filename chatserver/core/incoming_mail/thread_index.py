"""The Thread-Index header, by which Outlook and Exchange join letters to a conversation.

It is the property PidTagConversationIndex in base64 ([MS-OXOMSG] §2.2.1.3): a header block of 22
bytes with the time and the GUID of the first letter, and for each answer a child block of 5 bytes
with the time that had passed since the letter it answers.
"""

from base64 import b64decode, b64encode
from binascii import Error

HEADER_BYTES = 22
CHILD_BYTES = 5
MAX_BYTES = HEADER_BYTES + 98 * CHILD_BYTES
"""Longest index that is kept whole: in base64 it is one line of a letter, of 684 characters."""

_EPOCH_TICKS = 116_444_736_000_000_000
"""1970 UTC as FILETIME: units of 100 ns since 1601."""

_SHORT_TICKS = 1 << 49
"""Differences below it, of 1.8 years, are written in units of 26 ms, longer ones of 0.8 s."""

_UNITS = 0x7FFF_FFFF
"""The bits of a difference in a child block; the one above them is set for the long unit."""


def read_thread_index(value: str) -> str | None:
    """Return the index in a header, None for anything else.

    One beyond MAX_BYTES is cut to its header block, which names the conversation.
    """
    try:
        index = b64decode("".join(value.split()), validate=True)
    except (Error, ValueError):
        return None
    if len(index) < HEADER_BYTES or (len(index) - HEADER_BYTES) % CHILD_BYTES or index[0] != 1:
        return None
    return b64encode(index if len(index) <= MAX_BYTES else index[:HEADER_BYTES]).decode()


def answer_thread_index(parent: str, at: int, number: int) -> str:
    """Return the index of an answer at `at` (ms since 1970 UTC) to a letter with `parent`.

    `parent` is a value of `read_thread_index`; the low four bits of `number` tell apart answers of
    the same moment.
    """
    index = b64decode(parent)
    passed = max(0, at * 10_000 + _EPOCH_TICKS - _written_ticks(index))
    is_long = passed >= _SHORT_TICKS
    units = (passed >> _unit_bits(is_long)) & _UNITS
    child = (is_long << 39) | (units << 8) | ((number & 0xF) << 4)
    return b64encode(index + child.to_bytes(CHILD_BYTES)).decode()


def _written_ticks(index: bytes) -> int:
    """Return the FILETIME of a letter, from the block of the first and those of the answers."""
    # Outlook begins an index with the six high bytes of the time, of which the first is 1 until
    # 2057; Exchange with a 1 and the five high bytes. Both read the first six bytes here, so that
    # the time since an index of Exchange is large and its 31 bits wrap: in the blocks that follow
    # the small differences are right, and are written in the large unit as they are by Exchange.
    ticks = int.from_bytes(index[:6]) << 16
    for start in range(HEADER_BYTES, len(index), CHILD_BYTES):
        block = int.from_bytes(index[start : start + 4])
        ticks += (block & _UNITS) << _unit_bits(block > _UNITS)
    return ticks


def _unit_bits(is_long: bool) -> int:
    return 23 if is_long else 18
