"""The formats of a transcript, by the suffix of the file: the only list of them.

Requests are checked against it; archive, ZIP, pages, OpenAPI and tests are made from it.
"""

from dataclasses import dataclass

from chatserver.core.errors import Code, Refused
from chatserver.transcript.document import Transcript
from chatserver.transcript.reader_locale import ReaderLocale
from chatserver.workers.pool import WorkerJob

Render = WorkerJob[[Transcript, ReaderLocale], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """The media type of a format, its renderer, and the places where it is offered.

    `heavy` formats are rendered in the worker process, not on the event loop. `mailable` formats
    are offered for e-mail. `in_archive_zip` formats are always in a ZIP of many
    conversations, and `sealed` formats in the archive on disk.
    """

    content_type: str
    render: Render
    heavy: bool = False
    mailable: bool = False
    in_archive_zip: bool = True
    sealed: bool = False


def _render(module: str) -> Render:
    return WorkerJob(f"chatserver.transcript.{module}", "render")


FORMATS: dict[str, Format] = {
    "txt": Format("text/plain; charset=utf-8", _render("text"), mailable=True),
    "md": Format("text/markdown; charset=utf-8", _render("markdown")),
    "html": Format(
        "text/html; charset=utf-8", _render("html"), heavy=True, mailable=True, sealed=True
    ),
    "json": Format("application/json", _render("json"), sealed=True),
    # Typesetting takes longer than all the others together.
    "pdf": Format(
        "application/pdf", _render("pdf"), heavy=True, mailable=True, in_archive_zip=False
    ),
}
ZIP = "zip"
"""The suffix of a ZIP that has a conversation in every format."""

ALL_SUFFIXES = tuple(FORMATS)
ARCHIVE_ZIP_SUFFIXES = tuple(suffix for suffix, form in FORMATS.items() if form.in_archive_zip)
SEALED = tuple(suffix for suffix, form in FORMATS.items() if form.sealed)
MAILABLE = tuple(suffix for suffix, form in FORMATS.items() if form.mailable)
DOWNLOADS = (*ALL_SUFFIXES, ZIP)


def known_format(suffix: str) -> str:
    """Return the suffix of a format; raises Refused `invalid` if there is no such format."""
    if suffix not in FORMATS:
        raise Refused(Code.INVALID, field="format")
    return suffix
