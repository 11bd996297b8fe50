"""`transcript.html`: one file that needs nothing else, for screens and for paper."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import entries, heading

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
    """An image that stands in the page itself."""

    type: str
    content: bytes

    @property
    def url(self) -> str:
        """The image as a `data:` URL (RFC 2397)."""
        return f"data:{self.type};base64,{b64encode(self.content).decode()}"


def render(
    transcript: Transcript, zone: tzinfo = UTC, pictures: Mapping[str, Picture] = NO_PICTURES
) -> bytes:
    """The transcript as a UTF-8 HTML page without scripts and without outside parts.

    `pictures` are the image files of the conversation by their ids.
    """
    page = _TEMPLATES.get_template("transcript.html.jinja").render(
        heading=heading(transcript, zone),
        entries=entries(transcript, zone),
        pictures=pictures,
    )
    return page.encode("utf-8", "replace")
