"""Reject JSON objects with duplicate member names.

RFC 8259 (section 4) leaves open which of two members of one name counts, and programs differ: one
shows the first, another the last. What was signed with one of them must not pass with both.
"""

import json
from unicodedata import normalize


def check_names(content: bytes) -> None:
    """Raise ValueError if an object of a JSON text has two members of one name.

    Names that differ only in case or in their Unicode form count as one.
    """
    json.loads(content, object_pairs_hook=_check_object)


def fold(name: str) -> str:
    """Return a name as it compares where case and Unicode forms are not told apart."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


def _check_object(members: list[tuple[str, object]]) -> None:
    if len({fold(name) for name, _ in members}) != len(members):
        raise ValueError("a name stands twice in one object")
