"""Sentences for values that were refused: what is wrong, and what is expected instead."""

import errno
import os
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_settings import SettingsError

from chatserver.settings import PREFIX, SECRETS
from chatserver.settings_file import read_config

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST = 60
"""Characters of a refused value that are repeated."""

EXPECTED: Mapping[str, str] = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text",
    "path_type": "a path",
    "time_parsing": "a time of day, such as 09:00",
    "time_type": "a time of day, such as 09:00",
    "tuple_type": 'a list, such as ["a", "b"]',
    "list_type": 'a list, such as ["a", "b"]',
    "frozen_set_type": 'a list, such as ["a", "b"]',
    "set_type": 'a list, such as ["a", "b"]',
    "dict_type": 'an object, such as {"dsl": 30}',
    "model_type": "an object",
    "dataclass_type": "an object",
    "missing": "a value; it is missing",
    "extra_forbidden": "no such name",
    "unexpected_keyword_argument": "no such name",
    "json_invalid": "JSON",
    "greater_than_equal": "{ge} or more",
    "greater_than": "more than {gt}",
    "less_than_equal": "{le} or less",
    "less_than": "less than {lt}",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "string_too_short": "{min_length} characters or more",
    "string_too_long": "{max_length} characters or fewer",
    "too_short": "{min_length} items or more",
    "too_long": "{max_length} items or fewer",
    "string_pattern_mismatch": "a text of the form {pattern}",
}
"""The expected value by the type of pydantic's error; braces stand for parts of its context."""

PATTERNS: Mapping[str, str] = {
    r"^[\w.@+-]+$": "letters, digits and . _ @ + - only",
    r"^[a-z0-9][a-z0-9_-]{0,39}$": "small letters, digits, - and _, at most 40, such as dsl",
    r"^[a-z]{2,3}$": "the code of a language, such as de",
    r"^\d{1,2}:\d{2}$": "a time of day, such as 09:30",
}
"""The expected value in words, by the regular expression that checks it."""

OPTIONS: Mapping[str, str] = {
    "login": "LOGIN",
    "topics": "--topic",
    "skills": "--skill",
    "languages": "--language",
}
"""The options of `technician add` whose names differ from those of the page."""

REASONS: Mapping[int, str] = {
    errno.ENOENT: "there is no such file or folder",
    errno.EACCES: "you have no right to do so",
    errno.EPERM: "you have no right to do so",
    errno.EISDIR: "it is a folder, and a file is needed",
    errno.ENOTDIR: "a part of the path is a file, and a folder is needed",
    errno.EEXIST: "it exists already",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is full",
    errno.EROFS: "the disk can only be read",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
    errno.EADDRINUSE: "another program listens there; choose another --port",
    errno.EADDRNOTAVAIL: "this machine has no such address; choose another --host",
    errno.ECONNREFUSED: "no server answers there; is it running?",
}


def expected(error: "ErrorDetails") -> str:
    """Return what a value should have been, without the words of the library."""
    context = error.get("ctx", {})
    if context.get("pattern") in PATTERNS:
        return PATTERNS[context["pattern"]]
    if error["type"] == "value_error":
        return str(context["error"])
    try:
        return EXPECTED[error["type"]].format(**context)
    except KeyError:
        return error["msg"].lower()


def option_complaint(error: ValidationError) -> str:
    """Return a sentence for the first option of a command that was refused."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    shown = OPTIONS.get(name, f"--{name}")
    return f"{shown} {_shortened(first['input'])}: expected {expected(first)}"


def settings_complaints(error: ValidationError, config: Path | None) -> Iterator[str]:
    """Yield a sentence for each refused setting, with its place in the file if it is from there."""
    for each in error.errors():
        if not each["loc"]:
            # A contradiction between settings is a sentence of its own.
            yield expected(each)
            continue
        name, *inside = (str(part) for part in each["loc"])
        shown = f"{PREFIX}{name.upper()}" + "".join(f"[{part}]" for part in inside)
        is_secret = name.endswith(SECRETS)
        value = "" if is_secret else f" = {_shortened(each['input'])}"
        yield f"{_place(name, config)}{shown}{value}: expected {expected(each)}"


def unreadable_setting(error: SettingsError) -> str:
    """Return a sentence for a variable that had to be JSON and is not."""
    found = re.search(r'field "(\w+)"', str(error))
    if found is None:
        return "a setting is not JSON"
    name = f"{PREFIX}{found[1].upper()}"
    value = _shortened(os.environ.get(name, ""))
    return f"""{name} = {value}: expected JSON, such as ["a", "b"], in single quotes in a shell"""


def json_complaint(source: str, error: ValidationError) -> str:
    """Return a sentence for the first value that was refused in a JSON document."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the whole"
    if first["type"] == "json_invalid":
        place = re.search(r"line (\d+) column (\d+)", first["msg"])
        # A source that is a line already has no further lines.
        has_line = place is None or re.search(r":\d+$", source)
        shown = source if place is None or has_line else f"{source}:{place[1]}, column {place[2]}"
        return f"{shown}: this is not JSON"
    return f"{source}: {where} = {_shortened(first['input'])}: expected {expected(first)}"


def system_complaint(error: OSError) -> str:
    """Return a sentence for what the operating system refused."""
    if isinstance(error, socket.gaierror):
        return "there is no machine of this name"
    reason = REASONS.get(error.errno or 0, error.strerror or str(error) or "it failed")
    names = [str(name) for name in (error.filename, error.filename2) if name]
    return ": ".join([*names[:1], reason])


def _place(name: str, config: Path | None) -> str:
    if config is None or f"{PREFIX}{name.upper()}" in os.environ or name not in read_config(config):
        return ""
    lines = config.read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, 1) if re.match(rf"\s*{name}\b", line)]
    return f"{config}:{found[0]}: " if found else f"{config}: "


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
