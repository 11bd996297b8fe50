"""Text from bytes in the charset that a letter names, or in a likely one."""

import codecs

_NAMED_OTHERWISE = {
    "cp-850": "cp850",
    "cp-1252": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "utf8mb4": "utf-8",
    "windows-31j": "cp932",
}
"""Names that occur in letters and that Python does not know, or reads too narrowly."""

_NO_CHARSET = frozenset(
    {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "unicode-escape", "undefined"}
)
"""Text codecs of Python that no letter is written in; the first two need quadratic time."""


def decode_text(content: bytes, charset: str) -> str:
    """Return the text of bytes; no bytes and no charset are an error.

    Where the charset is unknown or wrong, UTF-8 is tried, and then Windows-1252, which most
    letters that do not say so are written in.
    """
    for name in (_python_name(charset), "utf-8"):
        try:
            return content.decode(name)
        except (UnicodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


def _python_name(charset: str) -> str:
    name = charset.strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_NAMED_OTHERWISE.get(name, name)).name
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if found in _NO_CHARSET else found
