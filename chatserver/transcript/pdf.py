"""`transcript.pdf`: tagged (PDF/UA-1, ISO 14289-1), selectable, in every script.

Typst lays out the pages. Written text is passed as data and never parsed as markup. The fonts are
installed with the program, so that a transcript looks the same on every machine.
"""

from functools import cache
from importlib.resources import files
from typing import Literal

import orjson
import segno
import typst

from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import TranscriptEntry, entries, heading
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale

FONT_FAMILIES = (
    "Noto Sans",
    "Amiri",
    "Noto Sans Hebrew",
    "Noto Sans CJK SC",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Thai",
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


def render(transcript: Transcript, reader: ReaderLocale = UTC_ENGLISH) -> bytes:
    """Return the transcript as PDF.

    Takes some ms for each hundred entries, so it must not run on the event loop.
    """
    head = heading(transcript, reader)
    document = {
        "title": head.title,
        "facts": head.facts,
        "language": reader.language,
        "warning": head.warning,
        "code_label": reader.say("code"),
        "code": _qr_code(transcript.check_at) if transcript.check_at else None,
        "faces": FONT_FAMILIES,
        "entries": [_fields(entry) for entry in entries(transcript, reader)],
    }
    data = orjson.dumps(document).decode()
    try:
        return _typeset(data, "ua-1")
    except typst.TypstError:
        # PDF/UA-1 forbids characters for which no font has a glyph. Without the standard, Typst
        # draws them as boxes and keeps them selectable, which is better than no PDF at all.
        return _typeset(data, None)


def _qr_code(address: str) -> str:
    """Return a QR code (ISO/IEC 18004) of `address` as SVG."""
    return segno.make_qr(address, error="m").svg_inline(border=2, light="white", omitsize=True)


def _typeset(data: str, standard: Literal["ua-1"] | None) -> bytes:
    return typst.compile(
        _template(),
        font_paths=_fonts(),
        sys_inputs={"transcript": data},
        pdf_standards=standard,
    )


def _fields(entry: TranscriptEntry) -> dict[str, object]:
    return {
        "time": entry.time,
        "who": entry.by,
        "kind": "note" if entry.note else entry.role,
        "words": entry.words,
        "happened": entry.happened,
    }


@cache
def _template() -> bytes:
    return files("chatserver.transcript").joinpath("transcript.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """Load the fonts once per process; scanning the folders takes longer than laying out a page."""
    folders = [str(files(package)) for package in PACKAGES]
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=folders,
    )
