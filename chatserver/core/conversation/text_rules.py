"""The rules for texts that people write: length, line ends, and what is masked in them."""

from dataclasses import dataclass
from typing import overload

from chatserver.core.conversation.masking import Masking
from chatserver.core.errors import Code, Refused


@dataclass(frozen=True, slots=True)
class TextRules:
    """`limit` is in characters, 0 allows any length; `masking` hides secrets before storage."""

    limit: int
    masking: Masking

    def check(self, text: str | None, field: str = "text") -> None:
        """Raise Refused `too_long`, naming the field, for a text above the limit."""
        if self.limit and len(text or "") > self.limit:
            raise Refused(Code.TOO_LONG, field=field)

    @overload
    def as_stored(self, text: str, *, unmasked: bool = ...) -> str: ...

    @overload
    def as_stored(self, text: None, *, unmasked: bool = ...) -> None: ...

    @overload
    def as_stored(self, text: str | None, *, unmasked: bool = ...) -> str | None: ...

    def as_stored(self, text: str | None, *, unmasked: bool = False) -> str | None:
        """Return the text with line feeds as line ends and its secrets masked.

        `unmasked` is the author's wish to leave secrets as they are.
        """
        if text is None or not (self.masking.kinds or "\r" in text):
            # Nearly every text: there is nothing to change in it.
            return text
        return self.masking.apply(unify_line_ends(text), unmasked=unmasked)


def unify_line_ends(text: str) -> str:
    """Return the text with a line feed for each CR LF and each lone carriage return."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
