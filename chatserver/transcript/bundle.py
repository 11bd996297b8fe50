"""Render one conversation in several formats with a single call to a worker process."""

from collections.abc import Sequence

from chatserver.transcript.document import Transcript
from chatserver.transcript.formats import FORMATS
from chatserver.transcript.reader_locale import ReaderLocale


def render(
    transcript: Transcript, reader: ReaderLocale, suffixes: Sequence[str]
) -> dict[str, bytes]:
    """Return the transcript as bytes by suffix, for each of `suffixes`."""
    return {suffix: FORMATS[suffix].render.run_inline(transcript, reader) for suffix in suffixes}
