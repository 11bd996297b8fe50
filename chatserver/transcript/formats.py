"""The formats of a transcript, by the suffix of the file."""

from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from chatserver.core.errors import Code, Refused
from chatserver.transcript.document import Transcript
from chatserver.workers.pool import WorkerJob

Render = WorkerJob[[Transcript, tzinfo], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """The media type and the renderer of a format; `heavy` ones run in the worker process."""

    content_type: str
    render: Render
    heavy: bool = False


def _render(module: str) -> Render:
    return WorkerJob(f"chatserver.transcript.{module}", "render")


FORMATS: dict[str, Format] = {
    "txt": Format("text/plain; charset=utf-8", _render("text")),
    "md": Format("text/markdown; charset=utf-8", _render("markdown")),
    "html": Format("text/html; charset=utf-8", _render("html"), heavy=True),
    "json": Format("application/json", _render("json")),
    "pdf": Format("application/pdf", _render("pdf"), heavy=True),
}


def reader_zone(name: str) -> tzinfo:
    """Return the time zone with the IANA `name`; raises Refused `invalid` if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # ZoneInfo raises ValueError for paths outside its folder and OSError for directories or
        # names longer than the file system allows.
        raise Refused(Code.INVALID, field="timezone") from None
