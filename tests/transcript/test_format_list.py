"""The formats of a transcript are listed once, and everything else follows that list."""

import re
from pathlib import Path

from chatserver.transcript.formats import (
    ALL_SUFFIXES,
    ARCHIVE_ZIP_SUFFIXES,
    DOWNLOADS,
    FORMATS,
    MAILABLE,
    SEALED,
)
from chatserver.web.static import Assets

ROOT = Path(__file__).parents[2]
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


def test_the_groups_of_formats_follow_the_list() -> None:
    assert tuple(FORMATS) == ALL_SUFFIXES
    assert (*ALL_SUFFIXES, "zip") == DOWNLOADS
    assert set(ARCHIVE_ZIP_SUFFIXES) == {
        suffix for suffix, form in FORMATS.items() if form.in_archive_zip
    }
    assert set(SEALED) == {suffix for suffix, form in FORMATS.items() if form.sealed}
    assert set(MAILABLE) == {suffix for suffix, form in FORMATS.items() if form.mailable}


def test_the_archive_keeps_what_it_has_always_kept() -> None:
    assert SEALED == ("html", "json")


def test_pages_are_told_the_formats(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{formats}}/{{mail_formats}}")
    body = Assets.load(tmp_path).files["page.html"].body.decode()
    assert body == f"{' '.join(DOWNLOADS)}/{' '.join(MAILABLE)}"


def test_the_protocol_names_every_format() -> None:
    named = re.search(r"`format` is one of ([^)]*)\)", PROTOCOL)
    assert named is not None
    assert re.findall(r"`(\w+)`", named[1]) == list(ALL_SUFFIXES)


def test_no_other_source_lists_the_formats() -> None:
    """Three suffixes within one line of source would be another list."""
    suffix = f"[\"'`](?:{'|'.join(DOWNLOADS)})[\"'`]"
    listed = re.compile(rf"({suffix}[^\n]*){{3}}")
    sources = [*(ROOT / "chatserver").rglob("*.py"), *(ROOT / "static").rglob("*.js")]
    listing = [
        str(file.relative_to(ROOT))
        for file in sources
        if file.name != "formats.py" and listed.search(file.read_text(encoding="utf-8"))
    ]
    assert not listing
