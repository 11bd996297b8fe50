"""Languages: one JSON file each, named by its ISO 639 code, in `static/i18n`.

A file has a section for each page, and the section `server` for texts that the server writes
itself: errors, e-mails, transcripts. Browsers are never sent that section.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

FALLBACK = "en"
"""The language of readers whose own language has no file."""

AUTO = "auto"
"""The widget's choice of language that stands for the customer's own."""

SERVER = "server"
"""The section of a file that only the server reads."""

_GAP = re.compile(r"\{(\w+)\}")

Message = str | Mapping[str, str]
"""A text with `{gaps}` to fill in, or its plural forms by CLDR category."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The server's texts in one language (ISO 639 code)."""

    language: str
    messages: Mapping[str, Message]

    def say(self, key: str, **values: object) -> str:
        """Return a text with its gaps filled in; raises KeyError for an unknown key.

        Values are inserted as they are: braces in them are not gaps.
        """
        message = self.messages[key]
        if not isinstance(message, str):
            raise KeyError(f"{key} has plural forms")
        return _GAP.sub(lambda gap: str(values.get(gap[1], gap[0])), message)

    def under(self, prefix: str) -> dict[str, Message]:
        """Return the texts whose keys begin with `prefix`, without it."""
        return {
            key.removeprefix(prefix): message
            for key, message in self.messages.items()
            if key.startswith(prefix)
        }


def static_folder() -> Path:
    """Return the folder of the pages: inside the package when installed, else beside it."""
    package = Path(__file__).parents[1]
    installed = package / "static"
    return installed if installed.is_dir() else package.parent / "static"


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages, sorted: one for each file."""
    return tuple(sorted(file.stem for file in (static_folder() / "i18n").glob("*.json")))


def choose_language(wanted: Iterable[str | None]) -> str:
    """Return the code of the first wanted language that has a file, else of the fallback.

    `wanted` are BCP 47 tags, the best first; regions and scripts are ignored.
    """
    codes = (tag.strip().lower().partition("-")[0] for tag in wanted if tag)
    return next((code for code in codes if code in languages()), FALLBACK)


@cache
def texts_in(language: str) -> Texts:
    """Return the server's texts in a language that has a file."""
    content = (static_folder() / "i18n" / f"{language}.json").read_bytes()
    # The pages' sections, 40 KB of them, are not kept in memory.
    return Texts(language, orjson.loads(content)[SERVER])
