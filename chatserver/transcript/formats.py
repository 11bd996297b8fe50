"""The formats of a transcript, by the suffix of the file."""

from dataclasses import dataclass

from chatserver.transcript.document import Transcript
from chatserver.transcript.reader_locale import ReaderLocale
from chatserver.workers.pool import WorkerJob

Render = WorkerJob[[Transcript, ReaderLocale], bytes]


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
