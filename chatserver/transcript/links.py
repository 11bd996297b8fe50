"""The links in a text, by the rules of `static/lib/links.js`; `tests/link_cases.json` is of both.

The parts of a text stay text: a renderer escapes them, and makes elements of those with a URL.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

# Beyond ASCII: brackets, quotation marks, ends of sentences and clauses of all scripts, and
# characters without a shape, such as direction overrides (Ps, Pe, Pi, Pf, Cf and
# Terminal_Punctuation of Unicode 17, and the ellipsis). Letters of all scripts stay in a link.
_ENDS = """
ab ad bb 37e 387 589 5c3 600-605 60c 61b-61f 6d4 6dd 700-70a 70c 70f 7f8-7f9 830-835 837-83e
85e 890-891 8e2 964-965 e5a-e5b f08 f0d-f12 f3a-f3d 104a-104b 1361-1368 166e 169b-169c
16eb-16ed 1735-1736 17d4-17d6 17da 1802-1805 1808-1809 180e 1944-1945 1aa8-1aab 1b4e-1b4f
1b5a-1b5b 1b5d-1b5f 1b7d-1b7f 1c3b-1c3f 1c7e-1c7f 200b-200f 2018-201f 2024 2026 202a-202e
2039-203a 203c-203d 2045-2049 2060-2064 2066-206f 207d-207e 208d-208e 2308-230b 2329-232a
2768-2775 27c5-27c6 27e6-27ef 2983-2998 29d8-29db 29fc-29fd 2cf9-2cfb 2e02-2e05 2e09-2e0a
2e0c-2e0d 2e1c-2e1d 2e20-2e29 2e2e 2e3c 2e41-2e42 2e4c 2e4e-2e4f 2e53-2e5c 3001-3002
3008-3011 3014-301b 301d-301f a4fe-a4ff a60d-a60f a6f3-a6f7 a876-a877 a8ce-a8cf a92f
a9c7-a9c9 aa5d-aa5f aadf aaf0-aaf1 abeb fd3e-fd3f fe12 fe15-fe18 fe35-fe44 fe47-fe48
fe50-fe52 fe54-fe57 fe59-fe5e feff ff01 ff08-ff09 ff0c ff0e ff1a-ff1b ff1f ff3b ff3d ff5b
ff5d ff5f-ff64 fff9-fffb 1039f 103d0 10857 1091f 10a56-10a57 10af0-10af5 10b3a-10b3f
10b99-10b9c 10f55-10f59 10f86-10f89 11047-1104d 110bd-110c1 110cd 11141-11143 111c5-111c6
111cd 111de-111df 11238-1123c 112a9 113d4-113d5 1144b-1144d 1145a-1145b 115c2-115c5
115c9-115d7 11641-11642 1173c-1173e 11944 11946 11a42-11a43 11a9b-11a9c 11aa1-11aa2
11c41-11c43 11c71 11ef7-11ef8 11f43-11f44 12470-12474 13430-1343f 16a6e-16a6f 16af5
16b37-16b39 16b44 16d6e-16d6f 16e97-16e98 1bc9f-1bca3 1d173-1d17a 1da87-1da8a e0001
e0020-e007f
"""


def _ranges(listed: str) -> str:
    """Return hexadecimal code points and ranges as the inside of a character class."""
    pairs = (each.partition("-")[::2] for each in listed.split())
    return "".join(rf"\U{first:0>8}-\U{last or first:0>8}" for first, last in pairs)


_LINK = re.compile(
    rf"(?:(?<![A-Za-z0-9_])https?://|(?<![A-Za-z0-9_./@-])www\.)[^\s<>\"'{_ranges(_ENDS)}]+",
    re.IGNORECASE,
)
_BARE = re.compile(r"www\.[^./?#]+\.[^./?#]", re.IGNORECASE)
_ENDS_SENTENCE = ".,;:!?"
_OPENERS = {")": "(", "]": "[", "}": "{"}
_LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part of a text; one with a `url` (http or https) is a link."""

    text: str
    url: str | None = None


def split_links(text: str) -> Iterator[TextPart]:
    """Yield the parts of a text in order; together they are the text."""
    end = 0
    for match in _LINK.finditer(text):
        address = _without_end(match[0])
        url = _url(address)
        if url is None:
            continue
        if match.start() > end:
            yield TextPart(text[end : match.start()])
        yield TextPart(address, url)
        end = match.start() + len(address)
    if end < len(text):
        yield TextPart(text[end:])


def _without_end(address: str) -> str:
    """Return an address without the end of the sentence and the brackets around it.

    A bracket that was opened within the address belongs to it, as in `wiki/Modem_(disambiguation)`.
    """
    unclosed: list[str] = []
    end = len(address)
    for position, character in enumerate(address):
        if character in _OPENERS:
            if not unclosed or unclosed.pop() != _OPENERS[character]:
                end = position
                break
        elif character in _OPENERS.values():
            unclosed.append(character)
    return address[:end].rstrip(_ENDS_SENTENCE)


def _url(address: str) -> str | None:
    """Return the URL of an address, or None if it has no host or an impossible port."""
    if address[:4].lower() == "www.":
        return f"https://{address}" if _BARE.match(address) else None
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and (parts.port or 0) <= _LARGEST_PORT
    except ValueError:
        return None
    return address if is_whole else None
