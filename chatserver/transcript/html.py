"""`transcript.html`: a self-contained page for screens and paper."""

from base64 import b64encode

from jinja2 import Environment, PackageLoader, StrictUndefined

from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import entries, heading
from chatserver.transcript.escape import code_point, split_direction_controls
from chatserver.transcript.links import split_links
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale

_TEMPLATES = Environment(
    loader=PackageLoader("chatserver.transcript", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render(transcript: Transcript, reader: ReaderLocale = UTC_ENGLISH) -> bytes:
    """Return the transcript as a UTF-8 HTML page without scripts and external resources."""
    pictures = {file: _data_url(preview) for file, preview in transcript.read_previews().items()}
    # StrictUndefined and autoescape: a missing name fails, and no text becomes markup.
    page = _TEMPLATES.get_template("transcript.html.jinja").render(
        language=reader.language,
        direction=reader.say("direction"),
        heading=heading(transcript, reader),
        entries=entries(transcript, reader),
        pictures=pictures,
    )
    return page.encode("utf-8", "replace")


def _data_url(preview: bytes) -> str:
    """Return a WebP picture as a `data:` URL (RFC 2397)."""
    return f"data:image/webp;base64,{b64encode(preview).decode()}"


_TEMPLATES.filters.update(parts=split_links, pieces=split_direction_controls, code_point=code_point)
