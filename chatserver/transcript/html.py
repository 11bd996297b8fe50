"""`transcript.html`: a self-contained page for screens and paper."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import entries, heading
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale

NO_PICTURES: Mapping[str, "Picture"] = {}
_TEMPLATES = Environment(
    loader=PackageLoader("chatserver.transcript", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image embedded in the page, with its media type."""

    type: str
    content: bytes

    @property
    def url(self) -> str:
        """The image as a `data:` URL (RFC 2397)."""
        return f"data:{self.type};base64,{b64encode(self.content).decode()}"


def render(
    transcript: Transcript,
    reader: ReaderLocale = UTC_ENGLISH,
    pictures: Mapping[str, Picture] = NO_PICTURES,
) -> bytes:
    """Return the transcript as a UTF-8 HTML page without scripts and external resources.

    `pictures` are the images of the conversation by file id.
    """
    # StrictUndefined and autoescape: a missing name fails, and no text becomes markup.
    page = _TEMPLATES.get_template("transcript.html.jinja").render(
        language=reader.language,
        direction=reader.say("direction"),
        heading=heading(transcript, reader),
        entries=entries(transcript, reader),
        pictures=pictures,
    )
    return page.encode("utf-8", "replace")
