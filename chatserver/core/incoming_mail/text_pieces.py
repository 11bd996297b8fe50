"""Long texts in pieces of the length that one message may have."""

from collections.abc import Sequence


def split_text(text: str, limit: int) -> Sequence[str]:
    """Return the text in pieces of at most `limit` characters, 0 for one piece.

    A piece ends with a line or a word where its second half has an end of one. Only the white space
    at a cut is left out.
    """
    pieces = []
    while limit and len(text) > limit:
        half = limit // 2
        cut = text.rfind("\n", half, limit + 1)
        cut = text.rfind(" ", half, limit + 1) if cut < 0 else cut
        cut = limit if cut < 0 else cut
        pieces.append(text[:cut])
        rest = text[cut:]
        text = rest[1:] if rest[:1] in ("\n", " ") else rest
    return [*pieces, text] if text or not pieces else pieces
