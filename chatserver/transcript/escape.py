"""Characters that a file should show and not obey."""

import unicodedata

_KEPT = "\n\t"
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def safe(text: str) -> str:
    """The text with control characters shown, so that terminals and browsers are safe from it.

    Line feeds and tabs stay; other controls become their pictures (U+2400 block) or `\\uXXXX`.
    """
    return "".join(map(_shown, text))


def line(text: str) -> str:
    """A text that must stay on its line and leave the rest of it alone.

    A name could otherwise pretend to be somebody's words, or turn around what stands beside it.
    """
    return "".join(
        f"\\u{ord(each):04x}" if each in _REORDERING else each
        for each in safe(text).replace("\n", "␊")
    )


def _shown(character: str) -> str:
    code = ord(character)
    if character in _KEPT or not (_is_control(character) or _is_no_character(code)):
        return character
    return chr(0x2400 + code) if code < 0x20 else f"\\u{code:04x}"


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")


def _is_no_character(code: int) -> bool:
    """The 66 that Unicode promises never to be any, which no page may have in it."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
