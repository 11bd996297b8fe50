"""Files sent in a conversation: their description and safe file names."""

import unicodedata
from dataclasses import dataclass

NAME_LIMIT = 150
"""Characters of a file's name as it is shown."""

DEFAULT_NAME = "file"
"""The name of a file whose own has no visible character."""

PATH_LIMIT_BYTES = 160
"""Bytes (UTF-8) of a name in a folder or ZIP."""

_RESERVED_CHARACTERS = frozenset('<>:"/\\|?*')


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as the conversation shows it; `size` in bytes, `width` and `height` in pixels."""

    name: str
    type: str
    size: int
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file uploaded for a conversation by `owner` (an id) at a time (ms since 1970 UTC)."""

    file: str
    conversation: str
    owner: str
    attachment: Attachment
    at: int


def clean_name(given: str) -> str:
    """Return the last path component of `given` without control and bidirectional characters.

    A name of more than 150 characters keeps its end, because the extension is there.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    # Category C includes the bidirectional overrides that make "gpj.exe" read as "exe.jpg".
    visible = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    cut = visible.strip(" .")[-NAME_LIMIT:].strip(" .")
    return cut or DEFAULT_NAME


def path_name(given: str) -> str:
    """Return a file name that is valid on every operating system, of at most 160 bytes of UTF-8.

    The characters reserved by Windows are replaced by `_`.
    """
    replaced = "".join("_" if c in _RESERVED_CHARACTERS else c for c in clean_name(given))
    short = replaced.encode("utf-8", "replace")[-PATH_LIMIT_BYTES:].decode("utf-8", "ignore")
    return short.strip(" .") or DEFAULT_NAME
