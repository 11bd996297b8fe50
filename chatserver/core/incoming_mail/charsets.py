"""Text from bytes in the charset that a letter names, or in a likely one."""

import codecs
from encodings import normalize_encoding
from encodings.aliases import aliases

_NAMED_OTHERWISE = {
    "cp-850": "cp850",
    "cp-1252": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "utf8mb4": "utf-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
}
"""Names that occur in letters and that Python does not know, or reads too narrowly."""

_NO_CHARSET = frozenset(
    {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "unicode-escape", "undefined"}
)
"""Text codecs of Python that no letter is written in; the first two need quadratic time."""

_KNOWN = frozenset(
    {
        *aliases,
        *aliases.values(),
        *("cp1006", "cp720", "cp737", "cp856", "cp874", "koi8_t", "koi8_u", "utf_8_sig"),
        *("mac_arabic", "mac_croatian", "mac_farsi", "mac_romanian"),
    }
)
"""The names of Python's codecs, with underscores; those named here have no other."""


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
    name = _NAMED_OTHERWISE.get(name, name)
    # Python remembers every name that it was asked for and does not know, for ever.
    if normalize_encoding(name) not in _KNOWN:
        return "utf-8"
    found = codecs.lookup(name).name
    return "utf-8" if found in _NO_CHARSET else found
