"""`transcript.txt`: plain text, readable by any program."""

from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import TranscriptEntry, entries, heading
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale

INDENT = "    "


def render(transcript: Transcript, reader: ReaderLocale = UTC_ENGLISH) -> bytes:
    """Return the transcript as UTF-8 text; each written text stands unchanged on its own lines."""
    blocks = ["\n".join(_heading(transcript, reader)), *map(_block, entries(transcript, reader))]
    return ("\n\n".join(blocks) + "\n").encode("utf-8", "replace")


def _heading(transcript: Transcript, reader: ReaderLocale) -> list[str]:
    head = heading(transcript, reader)
    # A colon and a blank stand between the longest name and its value.
    width = head.label_width + 2
    lines = [head.title, *(f"{fact + ':':{width}}{value}" for fact, value in head.facts)]
    return lines if head.warning is None else [*lines, head.warning]


def _block(entry: TranscriptEntry) -> str:
    top = f"{entry.time}  {entry.by}"
    if entry.words is None:
        return f"{top}: {entry.happened}"
    # Indented, so that no line of a written text can imitate the first line of another entry.
    words = entry.words.replace("\n", "\n" + INDENT)
    if entry.happened is not None:
        return f"{top}: {entry.happened}: {words}"
    return f"{top}:\n{INDENT}{words}"
