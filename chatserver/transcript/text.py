"""`transcript.txt`: plain text, readable by any program."""

from datetime import UTC, tzinfo

from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import TranscriptEntry, entries, heading

INDENT = "    "


def render(transcript: Transcript, zone: tzinfo = UTC) -> bytes:
    """Return the transcript as UTF-8 text; each written text stands unchanged on its own lines."""
    blocks = ["\n".join(_heading(transcript, zone)), *map(_block, entries(transcript, zone))]
    return ("\n\n".join(blocks) + "\n").encode("utf-8", "replace")


def _heading(transcript: Transcript, zone: tzinfo) -> list[str]:
    head = heading(transcript, zone)
    lines = [head.title, *(f"{fact + ':':12}{value}" for fact, value in head.facts)]
    if head.internal:
        lines.append("This is the internal edition: it contains notes that customers do not see.")
    return lines


def _block(entry: TranscriptEntry) -> str:
    top = f"{entry.time}  {entry.who}"
    if entry.words is None:
        return f"{top}: {entry.happened}"
    # Indented, so that no line of a written text can imitate the first line of another entry.
    words = entry.words.replace("\n", "\n" + INDENT)
    if entry.happened is not None:
        return f"{top}: {entry.happened}: {words}"
    mark = " notes" if entry.note else ""
    return f"{top}{mark}:\n{INDENT}{words}"
