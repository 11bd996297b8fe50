"""Render one conversation in several formats with a single call to a worker process."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from chatserver.transcript import html
from chatserver.transcript.document import Transcript
from chatserver.transcript.formats import FORMATS
from chatserver.transcript.reader_locale import ReaderLocale


def render(
    transcript: Transcript,
    reader: ReaderLocale,
    suffixes: Sequence[str],
    previews: Mapping[str, Path],
) -> dict[str, bytes]:
    """Return the transcript as bytes by suffix, for each of `suffixes`.

    `previews` are the paths of WebP pictures by file id; only HTML shows them.
    """
    made = {}
    for suffix in suffixes:
        if suffix == "html":
            made[suffix] = html.render(transcript, reader, _pictures(previews))
        else:
            made[suffix] = FORMATS[suffix].render.run_inline(transcript, reader)
    return made


def _pictures(previews: Mapping[str, Path]) -> dict[str, html.Picture]:
    return {
        file: html.Picture("image/webp", path.read_bytes())
        for file, path in previews.items()
        if path.exists()
    }
