"""The rules for texts that people write: their greatest length and what is masked in them."""

from dataclasses import dataclass
from typing import overload

from chatserver.core.conversation.masking import Masking
from chatserver.core.limits import check_text


@dataclass(frozen=True, slots=True)
class TextRules:
    """`limit` is in characters, 0 allows any length; `masking` hides secrets before storage."""

    limit: int
    masking: Masking

    def check(self, text: str | None, field: str = "text") -> None:
        """Raise Refused `too_long`, naming the field, for a text above the limit."""
        check_text(text or "", self.limit, field)

    @overload
    def masked(self, text: str, *, unmasked: bool = ...) -> str: ...

    @overload
    def masked(self, text: None, *, unmasked: bool = ...) -> None: ...

    @overload
    def masked(self, text: str | None, *, unmasked: bool = ...) -> str | None: ...

    def masked(self, text: str | None, *, unmasked: bool = False) -> str | None:
        """Return the text as it is stored; `unmasked` is the author's wish to leave it as it is."""
        if text is None or not self.masking.kinds:
            return text
        return self.masking.apply(text, unmasked=unmasked)
