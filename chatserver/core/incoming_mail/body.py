"""The words of a letter and its files: the parts that are read, and those that are kept."""

import re

from chatserver.core.incoming_mail import limits
from chatserver.core.incoming_mail.charsets import decode_text
from chatserver.core.incoming_mail.headers import decode_words
from chatserver.core.incoming_mail.html_text import html_to_text
from chatserver.core.incoming_mail.letter import LetterPart, UnreadableLetter
from chatserver.core.incoming_mail.mime import Part, split_head

_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "message/rfc822": ".eml",
}
_SUBJECT = re.compile(rb"^subject:[ \t]*([^\r\n]{0,400})", re.IGNORECASE | re.MULTILINE)


def read_body(root: Part) -> tuple[str, tuple[LetterPart, ...]]:
    """Return the text of a letter, and every other part that has bytes.

    Raises UnreadableLetter for more than TEXT_CHARACTERS.
    """
    texts = _texts(root)
    taken = {id(part) for part, _ in texts}
    text = "\n\n".join(words for _, words in texts if words.strip())
    if len(text) > limits.TEXT_CHARACTERS:
        raise UnreadableLetter("text too long")
    replaced = _alternatives(root, taken)
    files = [
        LetterPart(_file_name(part, number), part.media_type, part.content)
        for number, part in enumerate(_leaves(root), start=1)
        if id(part) not in taken | replaced and part.content.strip()
    ]
    return text, tuple(files)


def part_text(part: Part) -> str:
    """Return a text part as plain text with line feeds."""
    text = decode_text(part.content, part.parameters.get("charset", "utf-8"))
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if part.media_type == "text/html":
        return html_to_text(text)
    if part.parameters.get("format", "").lower() == "flowed":
        return unflow(text, joins=part.parameters.get("delsp", "").lower() == "yes")
    return text


def unflow(text: str, *, joins: bool) -> str:
    """Return the paragraphs of format=flowed (RFC 3676) as lines; `joins` is DelSp=yes."""
    paragraphs: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        piece = content[:-1] if flows and joins else content
        if open_depth == depth:
            paragraphs[-1] += piece
        else:
            paragraphs.append(f"{'>' * depth} {piece}" if depth else piece)
        open_depth = depth if flows else None
    return "\n".join(paragraphs)


def _leaves(root: Part) -> list[Part]:
    return [part for part in root.walk() if not part.children]


def _texts(root: Part) -> list[tuple[Part, str]]:
    """Return the parts that are the letter's words, with their text, in their order."""
    if not root.children:
        return [(root, part_text(root))] if _is_words(root) else []
    if root.media_type == "multipart/alternative":
        return _best_alternative(root)
    if root.media_type == "multipart/related":
        return _texts(root.children[0])
    if root.media_type == "multipart/report":
        # Its first part is for people; the others are read by `delivery_report`.
        return _texts(root.children[0])
    # Apple Mail writes the words before and after a picture as two parts.
    return [each for child in root.children for each in _texts(child)]


def _best_alternative(root: Part) -> list[tuple[Part, str]]:
    """Return the plain alternative if it has words, or else the last that has."""
    found = [texts for child in root.children if (texts := _texts(child))]
    spoken = [texts for texts in found if any(words.strip() for _, words in texts)]
    plain = [texts for texts in spoken if texts[0][0].media_type == "text/plain"]
    return (plain[:1] or spoken[-1:] or found[:1] or [[]])[0]


def _alternatives(root: Part, taken: set[int]) -> set[int]:
    """Return the parts that say in another format what was taken: no files."""

    def is_taken(branch: Part) -> bool:
        return any(id(part) in taken for part in branch.walk())

    return {
        id(part)
        for group in root.walk()
        if group.media_type == "multipart/alternative" and is_taken(group)
        for branch in group.children
        if not is_taken(branch)
        for part in branch.walk()
        # Apple Mail puts files into alternatives, and one of them may be a text.
        if _is_words(part) or part.media_type == "text/x-amp-html"
    }


def _is_words(part: Part) -> bool:
    is_text = part.media_type in {"text/plain", "text/html", "text/enriched"}
    return is_text and part.disposition != "attachment" and not part.file_name


def _file_name(part: Part, number: int) -> str:
    if part.file_name:
        return part.file_name
    if part.media_type == "message/rfc822":
        found = _SUBJECT.search(split_head(part.content)[0])
        subject = decode_words(decode_text(found[1], "utf-8")).strip() if found else ""
        return f"{subject or 'message'}.eml"
    return f"part-{number}{_EXTENSIONS.get(part.media_type, '')}"
