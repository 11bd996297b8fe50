"""Files that people send: what is said of one, and how it may be called."""

import unicodedata
from dataclasses import dataclass

NAME_LIMIT = 150
DEFAULT_NAME = "file"
PATH_LIMIT_BYTES = 160
_RESERVED_CHARACTERS = frozenset('<>:"/\\|?*')


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as the conversation shows it; `size` in bytes, `width` and `height` in pixels."""

    name: str
    type: str
    size: int
    width: int | None = None
    height: int | None = None


def clean_name(given: str) -> str:
    """A name that is a name and nothing else: no path, no controls, no turning of direction.

    The end of a long one is kept, because it says what kind of file it is.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    shown = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    kept = shown.strip(" .")[-NAME_LIMIT:].strip(" .")
    return kept or DEFAULT_NAME


def path_name(given: str) -> str:
    """A name for a file of any system: no sign that means something there, at most 160 bytes."""
    named = "".join("_" if each in _RESERVED_CHARACTERS else each for each in clean_name(given))
    short = named.encode("utf-8", "replace")[-PATH_LIMIT_BYTES:].decode("utf-8", "ignore")
    return short.strip(" .") or DEFAULT_NAME
