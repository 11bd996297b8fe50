"""Escape characters that would control the terminal, browser or layout showing a transcript."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby

from chatserver.core.conversation.text_rules import unify_line_ends

_KEPT = "\n\t"
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escape_controls(text: str) -> str:
    r"""Make control characters visible, so that terminals and browsers do not obey them.

    Line feeds and tabs stay; other controls become their pictures (U+2400 block) or `\uXXXX`.
    """
    return "".join(map(_visible, text))


def escape_line(text: str) -> str:
    """Make a text fit on one line without affecting the rest of that line.

    Line feeds become visible, and so do the nine bidirectional controls. A name could otherwise
    imitate a message of another author, or reverse the text beside it.
    """
    return "".join(
        f"\\u{ord(each):04x}" if each in _REORDERING else each
        for each in escape_controls(unify_line_ends(text)).replace("\n", "␊")
    )


def split_direction_controls(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text, and True for each that is one of the nine bidirectional controls.

    After U+202E, `gnp.exe` would read as `exe.png`.
    """
    for is_control, run in groupby(text, _REORDERING.__contains__):
        if is_control:
            yield from ((each, True) for each in run)
        else:
            yield "".join(run), False


def name_direction_controls(text: str) -> str:
    """Return the text with U+202E and its like as their names, which turn nothing around."""
    return "".join(
        code_point(part) if is_control else part
        for part, is_control in split_direction_controls(text)
    )


def code_point(character: str) -> str:
    """Return the name of a character, such as "U+202E"."""
    return f"U+{ord(character):04X}"


def _visible(character: str) -> str:
    code = ord(character)
    if character in _KEPT or not (_is_control(character) or _is_no_character(code)):
        return character
    return chr(0x2400 + code) if code < 0x20 else f"\\u{code:04x}"


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")


def _is_no_character(code: int) -> bool:
    """Return True for the 66 noncharacters of Unicode, which HTML forbids."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
