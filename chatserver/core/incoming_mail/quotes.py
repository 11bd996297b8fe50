"""Folding of quotes: the part of a reply that repeats what was said before, cut off at its end.

Nothing is deleted: the words and the quote together are the text. A quote is found by comparison
with what the case has already, whatever the language of the mail program; marks like `>` only help.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_WORD = re.compile(r"\w+")
_MARKED = re.compile(r"[ \t]{0,3}[>|]")
_FIELD = re.compile(r"[\s*]{0,10}[^\s:：][^:：]{0,30}[:：]")
_SENDER_FIELD = re.compile(
    r"[\s*]{0,10}(?:from|von|de|da|van|från|fra|lähettäjä|od|kimden|от|від|feladó|expéditeur|"
    r"mittente|发件人|寄件者|差出人|보낸 사람|من)[\s*]{0,5}[:：]",
    re.IGNORECASE,
)
"""The first line of the header block above a quote, in the languages of mail programs."""

_RULE = re.compile(r"\s{0,10}[-_—=*]{3}")
_TIME_OR_YEAR = re.compile(r"\d[:.h]\d\d|(?:19|20)\d\d")
RUN_WORDS = 3
"""Words of a run that the comparison looks at: fewer occur by chance, more miss what was cut."""

SIGNATURE_LINES = 15
FIELD_LINES = 3
"""The fewest lines of a header block above a quote."""


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text in two: `words` are new, `quoted` repeats; a line feed stands between them."""

    words: str
    quoted: str | None = None


def fold_quotes(text: str, said: Iterable[str], mailbox: str = "") -> FoldedText:
    """Return a reply with the quote at its end folded.

    `said` is what the case has already, `mailbox` the desk's address, by which the header block
    above a quote is recognised. The whole text is words if they would be nothing otherwise, or if
    new words stand below the quote, as in answers between the lines.
    """
    lines = text.split("\n")
    reply = _Reply(lines, _SaidBefore.of(said), mailbox)
    cut = reply.signature_start(reply.quote_start())
    words = "\n".join(lines[:cut])
    if cut == len(lines) or not _WORD.search(words):
        return FoldedText(text)
    return FoldedText(words, "\n".join(lines[cut:]))


@dataclass(frozen=True, slots=True)
class _SaidBefore:
    """The words said before in a case: every run of RUN words, and every line."""

    runs: frozenset[tuple[str, ...]]
    lines: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, said: Iterable[str]) -> "_SaidBefore":
        runs: set[tuple[str, ...]] = set()
        lines: set[tuple[str, ...]] = set()
        for text in said:
            runs.update(_runs(_words(text)))
            lines.update(tuple(_words(line)) for line in text.split("\n"))
        return cls(frozenset(runs), frozenset(lines))

    def has(self, before: list[str], words: list[str]) -> bool:
        """Return True if a line's words were said, `before` being those of the line above it."""
        if len(words) >= RUN_WORDS:
            return all(run in self.runs for run in _runs(words))
        # The rest of a line that the mail program wrapped, or a line as short as "Hello Anna,".
        joined = [*before[-(RUN_WORDS - 1) :], *words]
        is_rest = len(joined) >= RUN_WORDS and all(run in self.runs for run in _runs(joined))
        return is_rest or tuple(words) in self.lines


@dataclass(slots=True)
class _Reply:
    lines: list[str]
    known: _SaidBefore
    mailbox: str
    _repeated: list[int] = field(default_factory=list)
    """The lines that were said before, from the last to the first."""

    def quote_start(self) -> int:
        """Return the first line of the quote with which the text ends, or the number of lines."""
        start = self._repetition_start()
        block = self._header_block()
        if block is not None and block <= start:
            return self._introduction_start(block)
        return start if start == len(self.lines) else self._introduction_start(start)

    def signature_start(self, cut: int) -> int:
        """Return the line of the signature's mark (RFC 3676 §4.3) above `cut`, or `cut`."""
        for number in range(max(0, cut - SIGNATURE_LINES), cut):
            if self.lines[number].rstrip() == "--":
                return number
        return cut

    def _repetition_start(self) -> int:
        """Return the first line from which on all is marked as a quote or was said before."""
        start, marked = len(self.lines), False
        for number in reversed(range(len(self.lines))):
            line = self.lines[number]
            words = _words(line)
            if _MARKED.match(line):
                # Below a marked quote all is marked: other lines are answers in between.
                if self._repeated and not marked:
                    break
                start, marked = number, True
            elif words and marked:
                break
            elif words and self._is_repeated(number, words):
                start = number
                self._repeated.append(number)
            elif words and not self._is_introduction(number):
                break
        return start if marked or len(self._repeated) >= 2 else len(self.lines)

    def _is_repeated(self, number: int, words: list[str]) -> bool:
        return self.known.has(_words(self.lines[number - 1]) if number else [], words)

    def _is_introduction(self, number: int) -> bool:
        """True for a line that stands above a quote, or above a quote within it."""
        line = self.lines[number]
        if _RULE.match(line) or (_FIELD.match(line) and self._is_in_block(number)):
            return bool(self._repeated)
        return bool(self._repeated) and _is_attribution(line)

    def _is_in_block(self, number: int) -> bool:
        near = self.lines[max(0, number - FIELD_LINES) : number + FIELD_LINES + 1]
        return sum(_FIELD.match(line) is not None for line in near) >= FIELD_LINES

    def _header_block(self) -> int | None:
        """Return the first line of the block of From, Sent, To … above a quote of our letter."""
        for number, line in enumerate(self.lines):
            if not _SENDER_FIELD.match(line):
                continue
            fields = self.lines[number : number + FIELD_LINES]
            if len(fields) == FIELD_LINES and all(map(_FIELD.match, fields)):
                is_ours = bool(self.mailbox) and self.mailbox in line.casefold()
                ends_known = bool(self._repeated)
                return number if ends_known or (is_ours and self._is_new_text(number)) else None
        return None

    def _is_new_text(self, start: int) -> bool:
        """True if nothing from a line on was said before: else the end of the text is an answer."""
        numbers = range(start, len(self.lines))
        return not any(
            self._is_repeated(number, words)
            for number in numbers
            if (words := _words(self.lines[number]))
        )

    def _introduction_start(self, start: int) -> int:
        """Return the line above `start` with which the quote's introduction begins."""
        number = self._above(start)
        while number is not None and self._is_above_quote(number):
            start, number = number, self._above(number)
        if number is not None and _is_attribution(self.lines[number]):
            start = number
            # "On 30 November 2026 at 10:00 the Help Desk" / "<help@example.org> wrote:"
            begun = self.lines[number - 1] if number else ""
            if not _TIME_OR_YEAR.search(self.lines[number]) and _TIME_OR_YEAR.search(begun):
                start = number - 1
        return start

    def _is_above_quote(self, number: int) -> bool:
        line = self.lines[number]
        if _RULE.match(line):
            return True
        return _FIELD.match(line) is not None and self._is_in_block(number) and "@" in line

    def _above(self, number: int) -> int | None:
        """Return the next line above that is not empty, if at most two empty ones are between."""
        for upper in range(number - 1, max(-1, number - 4), -1):
            if self.lines[upper].strip():
                return upper
        return None


def _is_attribution(line: str) -> bool:
    """True for "Am 30.11.2026 um 10:00 schrieb Desk <desk@example.org>:" in any language."""
    text = line.rstrip()
    return text.endswith((":", "：")) and ("@" in text or bool(_TIME_OR_YEAR.search(text)))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: list[str]) -> Iterable[tuple[str, ...]]:
    return zip(*(words[n:] for n in range(RUN_WORDS)), strict=False)
