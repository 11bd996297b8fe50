"""Plain text from the HTML of a letter, in linear time.

A scanner of its own: `html.parser` needs quadratic time for unclosed comments and tags in Python
before 3.11.14, and the packages for it bring lxml (12 MB) or are under the GPL.
"""

import re
from dataclasses import dataclass, field
from html import unescape

from chatserver.core.incoming_mail import limits
from chatserver.core.incoming_mail.letter import UnreadableLetter

_HIDDEN = frozenset({"head", "style", "script", "title", "template", "noscript", "svg", "object"})
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table"),
        *("tbody", "thead", "tfoot", "tr", "ul"),
    }
)
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "table"})
"""Elements with an empty line before and after."""

_QUOTES = frozenset({"blockquote"})
_TAG_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9:-]{0,30}")
_TAG_END = re.compile("[>\"']")
_WHITE = re.compile(r"[ \t\n\r\f]+")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_INVISIBLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "wbr", "area", "base", "col"})


def html_to_text(html: str) -> str:
    """Return the visible words: blocks as lines, quotes with `> `, links with their address.

    Raises UnreadableLetter for more than TAGS elements.
    """
    if html.count("<") > limits.TAGS:
        raise UnreadableLetter("too much markup")
    scanner = _Scanner(html)
    scanner.run()
    if scanner.ends_hidden:
        # An element that is never closed would hide all that follows it: better too much.
        scanner = _Scanner(html, hides=False)
        scanner.run()
    return "\n".join(scanner.lines).strip("\n")


@dataclass(slots=True)
class _Scanner:
    source: str
    hides: bool = True
    lines: list[str] = field(default_factory=list)
    _line: list[str] = field(default_factory=list)
    _quotes: int = 0
    _preformatted: int = 0
    _hidden: list[str] = field(default_factory=list)
    _href: str | None = None
    _linked: list[str] = field(default_factory=list)
    _absent: set[str] = field(default_factory=set)
    _quotes_count: bool = True
    _is_after_space: bool = True

    @property
    def ends_hidden(self) -> bool:
        """True if an element that hides its text was still open at the end."""
        return bool(self._hidden)

    def run(self) -> None:
        """Read the source from the beginning to its end."""
        position, source = 0, self.source
        while (opened := self._find("<", position)) >= 0:
            self._text(source[position:opened])
            position = self._markup(opened)
        self._text(source[position:])
        self._break()

    def _find(self, wanted: str, position: int) -> int:
        """Find a string; one that is absent once is absent later, and not searched for again."""
        if wanted in self._absent:
            return -1
        found = self.source.find(wanted, position)
        if found < 0:
            self._absent.add(wanted)
        return found

    def _markup(self, opened: int) -> int:
        """Handle what begins with `<` at `opened`; return the position after it."""
        source = self.source
        if source.startswith("<!--", opened):
            closed = self._find("-->", opened + 4)
            return opened + 4 if closed < 0 else closed + 3
        if source[opened + 1 : opened + 2] in {"!", "?"}:
            closed = self._find(">", opened)
            return opened + 2 if closed < 0 else closed + 1
        name = _TAG_NAME.match(source, opened + 1)
        closed = self._tag_end(name.end()) if name else -1
        if name is None or closed < 0:
            self._text("<")
            return opened + 1
        self._tag(name[0].lower(), source[name.end() : closed])
        return closed + 1

    def _tag_end(self, position: int) -> int:
        """Return the position of the `>` that ends a tag, outside of quotes, or -1."""
        while self._quotes_count and (found := _TAG_END.search(self.source, position)):
            if found[0] == ">":
                return found.start()
            end = self._find(found[0], found.end())
            position = found.end() if end < 0 else end + 1
        # Looked for to the end and in vain: once, or each later tag would do the same.
        self._quotes_count = False
        return self._find(">", position)

    def _tag(self, name: str, attributes: str) -> None:
        closes, name = name.startswith("/"), name.removeprefix("/")
        if self._hidden:
            # Only the element itself ends it, so that styles within styles stay hidden, too.
            if closes and name == self._hidden[-1]:
                self._hidden.pop()
            elif not closes and name == self._hidden[-1]:
                self._hidden.append(name)
            return
        if not closes and self._hides(name, attributes):
            self._hidden.append(name)
        elif name == "br":
            self._break()
        elif name == "a":
            self._link(None if closes else attributes)
        elif name == "td" or name == "th":
            self._space()
        elif name in _BLOCKS:
            self._block(name, closes)

    def _hides(self, name: str, attributes: str) -> bool:
        if not self.hides or name in _VOID or attributes.endswith("/"):
            return False
        return name in _HIDDEN or _INVISIBLE.search(attributes) is not None

    def _block(self, name: str, closes: bool) -> None:
        if self._line:
            self._break()
        if name in _SPACED and self.lines and self.lines[-1].strip("> "):
            self.lines.append("> " * min(self._quotes, 5))
        if name == "pre":
            self._preformatted = max(0, self._preformatted + (-1 if closes else 1))
        if name in _QUOTES:
            self._quotes = max(0, self._quotes + (-1 if closes else 1))
        if name == "li" and not closes:
            self._line.append("- ")

    def _link(self, attributes: str | None) -> None:
        if attributes is not None:
            found = _HREF.search(attributes)
            self._href = unescape(next(filter(None, found.groups()), "")) if found else None
            self._linked = []
            return
        href, said = self._href or "", "".join(self._linked).strip()
        self._href = None
        is_web = href.lower().startswith(("http://", "https://"))
        if is_web and said and href.rstrip("/") not in (said, said.rstrip("/")):
            self._write(f" <{href}>")

    def _text(self, raw: str) -> None:
        if self._hidden or not raw:
            return
        text = unescape(raw)
        if self._preformatted:
            first, *others = text.split("\n")
            self._write(first)
            for line in others:
                self._break()
                self._write(line)
            return
        text = _WHITE.sub(" ", text)
        if self._is_after_space:
            text = text.lstrip(" ")
        self._write(text)

    def _write(self, text: str) -> None:
        if not text:
            return
        self._line.append(text)
        self._is_after_space = text.endswith(" ")
        if self._href is not None:
            self._linked.append(text)

    def _space(self) -> None:
        if not self._is_after_space:
            self._write(" ")

    def _break(self) -> None:
        text = "".join(self._line).rstrip(" ").replace("\N{NO-BREAK SPACE}", " ")
        self._line.clear()
        self._is_after_space = True
        self.lines.append("> " * min(self._quotes, 5) + text)
