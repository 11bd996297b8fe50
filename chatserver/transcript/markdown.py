"""`transcript.md`: CommonMark in which no written text becomes markup."""

import re

from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import TranscriptEntry, entries, heading
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale

_ANYWHERE = re.compile(r"([\\`*_\[\]<>&|~$])")
_AT_THE_START = re.compile(r"^([#+=-]|\d+(?=[.)]))", re.MULTILINE)
_BLANKS = re.compile(r"[^\S\n]+")
_FURTHER = re.compile(r"(?<=[ \t])[ \t]+")


def render(transcript: Transcript, reader: ReaderLocale = UTC_ENGLISH) -> bytes:
    """Return the transcript as UTF-8 Markdown (CommonMark 0.31); each text is a block quote."""
    head = heading(transcript, reader)
    blocks = [f"# {escape_markdown(head.title)}"]
    blocks += ["\n".join(f"- **{fact}:** {escape_markdown(value)}" for fact, value in head.facts)]
    if head.warning is not None:
        blocks.append(f"*{escape_markdown(head.warning)}*")
    blocks += [_block(entry) for entry in entries(transcript, reader)]
    return ("\n\n".join(blocks) + "\n").encode("utf-8", "replace")


def escape_markdown(text: str) -> str:
    """Escape `text` for a Markdown paragraph; every line, space and character survives.

    Line ends become hard breaks; blanks that Markdown would drop become entities.
    """
    text = _ANYWHERE.sub(r"\\\1", text)
    text = _AT_THE_START.sub(_escape_marker, text)
    text = _BLANKS.sub(_encode_blanks, text)
    if text.endswith("\n"):
        # CommonMark ignores a hard break at the end of a paragraph (section 6.7).
        text = text[:-1] + "&#10;"
    return text.replace("\n", "\\\n")


def _block(entry: TranscriptEntry) -> str:
    mark = f" {escape_markdown(entry.mark)}" if entry.mark else ""
    top = f"**{escape_markdown(entry.who)}**{mark} · {entry.time}"
    if entry.happened is not None:
        top += f"  \n*{escape_markdown(entry.happened)}*"
    if entry.words is None:
        return top
    quoted = escape_markdown(entry.words).replace("\n", "\n> ")
    return f"{top}\n\n> {quoted}"


def _escape_marker(match: re.Match[str]) -> str:
    found = match[0]
    # A number starts a list only with the `.` or `)` after it, so the backslash goes between.
    return f"{found}\\" if found[0].isdigit() else f"\\{found}"


def _encode_blanks(match: re.Match[str]) -> str:
    """Write the blanks of a run that Markdown would drop as entities.

    At either end of a line these are all blanks, inside a line all but the first.
    """
    # One pattern for both cases would scan a long run again from each of its blanks: quadratic
    # time.
    text, start, end = match.string, match.start(), match.end()
    is_edge = start == 0 or end == len(text) or "\n" in (text[start - 1], text[end])
    return (
        _entities(match[0]) if is_edge else _FURTHER.sub(lambda more: _entities(more[0]), match[0])
    )


def _entities(blanks: str) -> str:
    return "".join(f"&#{ord(blank)};" for blank in blanks)
