"""`transcript.pdf`: tagged (PDF/UA-1, ISO 14289-1), selectable, in every script.

Typeset by Typst. What people wrote is handed over as data and never read as markup; the fonts
come with the program, so that a transcript looks the same on every machine.
"""

from datetime import UTC, tzinfo
from functools import cache
from importlib.resources import files
from typing import Literal

import orjson
import segno
import typst

from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import TranscriptEntry, entries, heading

FACES = (
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
"""Families in the order in which a character is looked for. Amiri is the Arabic face whose words
come out of the file again as they were written in."""

PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk", "fontpkg_amiri")


def render(transcript: Transcript, zone: tzinfo = UTC) -> bytes:
    """The transcript as PDF; takes some ms for each hundred entries, so not on the event loop."""
    head = heading(transcript, zone)
    document = {
        "title": head.title,
        "facts": head.facts,
        "internal": transcript.internal,
        "code": _code(transcript.check_at) if transcript.check_at else None,
        "faces": FACES,
        "entries": [_fields(entry) for entry in entries(transcript, zone)],
    }
    data = orjson.dumps(document).decode()
    try:
        return _typeset(data, "ua-1")
    except typst.TypstError:
        # The standard forbids characters that no face can show. They stay in the file, to be
        # selected and copied, and are seen as boxes.
        return _typeset(data, None)


def _code(address: str) -> str:
    """A QR code (ISO/IEC 18004) that leads there, as SVG."""
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
        "who": entry.who + (" notes" if entry.note else ""),
        "kind": "note" if entry.note else entry.role,
        "words": entry.words,
        "happened": entry.happened,
    }


@cache
def _template() -> bytes:
    return files("chatserver.transcript").joinpath("transcript.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """The faces, found once: looking through them takes longer than a page."""
    folders = [str(files(package)) for package in PACKAGES]
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=folders,
    )
