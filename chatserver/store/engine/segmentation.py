"""Prepare text for the search index: NFC, and cuts between syllables of unspaced scripts.

FTS5 cuts at spaces and punctuation. Chinese, Japanese, Thai, Khmer, Lao and Burmese are written
without spaces, and Korean joins particles to its words: in these scripts each syllable becomes a
word of its own, and a search for several looks for them side by side.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import product

CUT = "\u200b"
"""Zero-width space: separates the syllables in the index and is taken out of what is shown."""

_UNSEGMENTED = (
    "\u0e00-\u0e7f"  # Thai
    "\u0e80-\u0eff"  # Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3040-\u30ff\u31f0-\u31ff"  # Hiragana and Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7a3"  # Hangul
)
_SYLLABLE = re.compile(f"[{_UNSEGMENTED}]")
_LONG, _LONGEST = 9, 60
"""Letters of a word that may be a compound; with more it is no word but data."""

_SHARP_S = 2
"""Places in a word at which ss and ß are tried for each other."""


def indexable(text: str) -> str:
    """Return a text in NFC with a cut around each syllable of an unsegmented script.

    A Mac sends file names, and with some input methods texts, decomposed: Korean in letters
    instead of syllables, accents behind their letters. Both sides of a search are composed.
    """
    composed = unicodedata.normalize("NFC", text.replace(CUT, ""))
    if not _SYLLABLE.search(composed):
        return composed
    return "".join(_cut(composed))


def shown(text: str) -> str:
    """Return a text of the index as a person should see it."""
    return text.replace(CUT, "")


def phrases(text: str) -> list[str]:
    """Return the runs of cut syllables of an indexable text, each to be matched as a phrase."""
    return [run for run in _runs(text) if CUT in run]


def without_phrases(text: str) -> str:
    """Return what is left of an indexable text without its phrases."""
    return " ".join(run for run in _runs(text) if CUT not in run)


def spellings(term: str) -> list[str]:
    """Return a folded word with ss and ß in place of each other; the word itself comes first.

    The index folds accents and leaves ß; people write Straße and strasse.
    """
    parts = re.split("(ss|ß)", term, maxsplit=_SHARP_S)
    choices = [("ss", "ß") if part in ("ss", "ß") else (part,) for part in parts]
    return list(dict.fromkeys([term, *map("".join, product(*choices))]))


def is_long_word(term: str) -> bool:
    """Return True if a folded word may be a compound, with parts to search for."""
    return _LONG <= len(term) <= _LONGEST and term.isalpha()


def _cut(text: str) -> Iterator[str]:
    """Cut before and after each base character together with the marks that follow it."""
    inside = False
    for character in text:
        if _SYLLABLE.match(character) and not unicodedata.category(character).startswith("M"):
            yield CUT + character
            inside = True
        elif inside and not unicodedata.category(character).startswith("M"):
            yield CUT + character
            inside = False
        else:
            yield character


def _runs(text: str) -> Iterator[str]:
    run = ""
    for character in text:
        if character == CUT or unicodedata.category(character)[0] in "LNM":
            run += character
        elif run:
            yield run
            run = ""
    if run:
        yield run
