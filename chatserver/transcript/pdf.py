"""`transcript.pdf`: tagged (PDF/UA-1, ISO 14289-1), selectable, with the text attached (PDF/A-3a).

Typst lays out the pages. Written text is passed as data and never parsed as markup. The fonts are
installed with the program, so that a transcript looks the same on every machine.

A PDF stores glyphs, and some readers (pypdf, PDF.js) cannot tell the text from the glyphs of
scripts with ligatures or reordered vowels. The plain text, which every reader can save, is
therefore attached.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import orjson
import segno
import typst

from chatserver.transcript import text
from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import TranscriptEntry, entries, heading
from chatserver.transcript.escape import name_direction_controls
from chatserver.transcript.font_coverage import covered_characters
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale

FONT_FAMILIES = (
    "Noto Sans",
    "Amiri",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans CJK SC",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Gujarati",
    "Noto Sans Gurmukhi",
    "Noto Sans Kannada",
    "Noto Sans Malayalam",
    "Noto Sans Oriya",
    "Noto Sans Sinhala",
    "Noto Sans Thai",
    "Noto Sans Lao",
    "Noto Sans Khmer",
    "Noto Sans Myanmar",
    "Noto Sans Georgian",
    "Noto Sans Armenian",
    "Noto Sans Ethiopic",
    "Noto Emoji",
    "Noto Sans Symbols",
)
"""Font families in the order in which a character is looked up.

Amiri is the Arabic family with which copied words come out as they were written.
"""

PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk", "fontpkg_amiri")

MAIN = "transcript.typ"

Standard = Literal["ua-1", "a-3a"]
STANDARDS: tuple[Standard, ...] = ("ua-1", "a-3a")

NO_GLYPH = "\u25a1"
"""The white square that stands for a character for which no font has a glyph."""

SHOWN_CODES = 20
"""The number of code points that the note about missing glyphs lists at most."""

_DROPPED = re.compile("[\u00ad\u200b\ufeff]")
"""Soft hyphens, zero-width spaces and byte order marks.

The first two would be part of the words that are copied from a PDF; PDF/A-3a forbids the last.
"""

_NOT_DRAWN = re.compile(
    "[\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters that need no glyph (Default_Ignorable_Code_Point, UAX #44)."""

_CONTROL_PICTURES = {0x2400 + code: f"\\\\u{code:04x}" for code in range(0x20)}
"""No font has the control pictures that stand for control characters in the other formats.

The backslash is escaped, as in JSON.
"""


def render(transcript: Transcript, reader: ReaderLocale = UTC_ENGLISH) -> bytes:
    """Return the transcript as PDF.

    Takes some ms for each hundred entries, so it must not run on the event loop.
    """
    head = heading(transcript, reader)
    previews = transcript.read_previews()
    shown = {
        "title": head.title,
        "facts": head.facts,
        "warning": head.warning,
        "entries": [_fields(entry, previews) for entry in entries(transcript, reader)],
    }
    drawn, missing = _drawable(orjson.dumps(shown).decode())
    document = orjson.loads(drawn) | {
        "language": reader.language,
        "missing": _missing_note(missing, reader) if missing else None,
        "code_label": reader.say("code"),
        "code": _qr_code(transcript.check_at) if transcript.check_at else None,
        "attached": f"{transcript.conversation.reference}.txt",
        "attached_label": reader.say("attached"),
        "faces": FONT_FAMILIES,
    }
    sources = {
        MAIN: _template(),
        "transcript.json": orjson.dumps(document),
        "transcript.txt": text.render(transcript, reader),
        **{f"{file}.webp": preview for file, preview in previews.items()},
    }
    try:
        return _typeset(sources, STANDARDS)
    except typst.TypstError:
        # The standards forbid sequences of characters that no single font can draw. Without them,
        # Typst draws boxes, which is better than no PDF at all.
        return _typeset(sources, ())


def _drawable(json: str) -> tuple[str, list[str]]:
    """Replace what cannot be drawn; return the JSON and the characters without a glyph, sorted."""
    json = _DROPPED.sub("", json).translate(_CONTROL_PICTURES)
    missing = sorted(each for each in set(json) if not _is_drawable(each))
    return json.translate({ord(each): NO_GLYPH for each in missing}), missing


def _is_drawable(character: str) -> bool:
    # A character for private use has a glyph in some fonts, but means nothing; PDF/A-3a forbids it.
    if unicodedata.category(character) == "Co":
        return False
    return ord(character) in _coverage() or bool(_NOT_DRAWN.fullmatch(character))


def _missing_note(missing: list[str], reader: ReaderLocale) -> str:
    codes = " ".join(f"U+{ord(each):04X}" for each in missing[:SHOWN_CODES])
    more = " …" if len(missing) > SHOWN_CODES else ""
    return reader.say("missing", sign=NO_GLYPH, codes=codes + more)


def _qr_code(address: str) -> str:
    """Return a QR code (ISO/IEC 18004) of `address` as SVG."""
    return segno.make_qr(address, error="m").svg_inline(border=2, light="white", omitsize=True)


def _typeset(sources: dict[str, bytes], standards: Sequence[Standard]) -> bytes:
    # Typst reads pictures from files only: sources in memory must be text.
    with TemporaryDirectory() as folder:
        for name, content in sources.items():
            Path(folder, name).write_bytes(content)
        return typst.compile(
            str(Path(folder, MAIN)),
            root=folder,
            font_paths=_fonts(),
            pdf_standards=list(standards),
        )


def _fields(entry: TranscriptEntry, previews: Mapping[str, bytes]) -> dict[str, object]:
    return {
        "time": entry.time,
        "who": entry.by,
        "kind": "note" if entry.note else entry.role,
        "words": entry.words and name_direction_controls(entry.words),
        "happened": entry.happened,
        "picture": f"{entry.file}.webp" if entry.file in previews else None,
    }


@cache
def _template() -> bytes:
    return files("chatserver.transcript").joinpath("transcript.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """Load the fonts once per process; scanning the folders takes longer than laying out a page."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=_font_folders(),
    )


@cache
def _coverage() -> frozenset[int]:
    """Return the code points with a glyph; reading them takes about 0.2 s, once per process."""
    fonts = (file for folder in _font_folders() for file in Path(folder).rglob("*.[ot]t[cf]"))
    return covered_characters(fonts)


def _font_folders() -> list[str]:
    return [str(files(package)) for package in PACKAGES]
