"""Hostile texts in any field are shown and have no effect, in every format."""

import io
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from xml.etree.ElementTree import Element

import html5lib
import orjson
import pypdfium2
from markdown_it import MarkdownIt

from chatserver.core.conversation.attachment import Attachment, clean_name
from chatserver.core.conversation.commands import Accept, AddNote, Open, Rate, Send
from chatserver.core.conversation.events import Assigned, Message, Transferred
from chatserver.core.people import DESK, Person
from chatserver.transcript import html, json, markdown, pdf, text
from chatserver.transcript.document import Transcript
from tests.playbook import ANN, BOB, Play, with_name
from tests.transcript.strategies import EVIL, edition, happens

FIELDS = ["name", "subject", "topic", "product", "text", "note", "comment", "file", "technician"]
# A text that continues as the next entry of a plain-text transcript would look.
FORGED = "fine\n\n2026-11-24 12:00:00 UTC  Bob (technician):\n    You get it all back"
HOSTILE = [*EVIL, FORGED, "\u2028\u2029\u0085\x0b\x0c", "x" * 50_000, "\ufeff\ufffe\U000e0001"]
TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "dl", "dt", "dd", "p", "strong"}
TAGS |= {"main", "article", "header", "b", "time", "div", "a", "span"}
ATTRIBUTES = {
    "lang",
    "charset",
    "name",
    "content",
    "http-equiv",
    "id",
    "class",
    "dir",
    "src",
    "alt",
    "href",
    "target",
    "rel",
}


def hostile(fields: Collection[str], words: str) -> Play:
    """Return a conversation with these texts in these fields and harmless ones elsewhere."""

    def said(name: str) -> str:
        return words if name in fields else f"harmless {name}"

    ann = with_name(ANN, said("name"))
    opening = Open(
        "c1",
        "K7F3-9QMX",
        said("topic"),
        subject=said("subject"),
        product=said("product"),
        text=said("text"),
    )
    play = Play().given((ann, opening), (BOB, Accept()), (BOB, AddNote(text=said("note"))))
    play.given((ann, Rate(score=1, comment=said("comment"))), (BOB, Send(text="the end")))
    file = Attachment(clean_name(said("file")), said("file"), 1)
    happens(play, ann.author, Message(file="F1", attachment=file))
    happens(play, DESK, Assigned(Person("cat", said("technician"))))
    happens(play, BOB.author, Transferred(topic=said("topic")))
    return play


@dataclass(frozen=True, slots=True)
class Case:
    """Hostile words in one field of a conversation, as the internal edition shows them."""

    field: str
    words: str
    events: int
    edition: Transcript = dataclass_field(repr=False)


@cache
def cases() -> tuple[Case, ...]:
    """Every field with every text; each format renders the same ones."""
    return tuple(
        Case(field, words, len(play.events), edition(play, internal=True))
        for field in FIELDS
        for words in HOSTILE
        for play in [hostile([field], words)]
    )


def test_a_page_has_no_other_elements_than_ours() -> None:
    for case in cases():
        # `strict` makes any error of the markup fail, also one that browsers would repair.
        parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
        tree: Element = parser.parse(html.render(case.edition).decode())
        for element in tree.iter():
            if isinstance(element.tag, str):
                assert element.tag in TAGS, case
                assert set(element.keys()) <= ATTRIBUTES, case
                link = element.get("href", "https://")
                assert re.match(r"https?://", link, re.IGNORECASE), case
        assert len(list(tree.iter("style"))) == 1, case
        assert len(list(tree.iter("article"))) == case.events, case


def test_markdown_has_no_other_marks_than_ours() -> None:
    allowed = {"heading", "bullet_list", "list_item", "paragraph", "blockquote", "inline"}
    ours = {"text", "hardbreak", "softbreak", "strong_open", "strong_close", "em_open", "em_close"}
    for case in cases():
        tokens = MarkdownIt("commonmark").parse(markdown.render(case.edition).decode())
        assert {token.type.rsplit("_", 1)[0] for token in tokens} <= allowed, case
        inner = {child.type for token in tokens for child in token.children or []}
        assert inner <= ours | {"text_special"}, case


def test_a_text_commands_no_terminal_and_forges_no_line() -> None:
    for case in cases():
        page = text.render(case.edition).decode()
        controls = {each for each in page if unicodedata.category(each) == "Cc"}
        assert controls <= {"\n", "\t"}, case
        tops = re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  ", page, re.MULTILINE)
        # An entry begins at the margin; texts are indented, so a forged heading is not one.
        assert len(tops) == case.events, case


def test_json_says_exactly_what_was_said() -> None:
    for case in cases():
        found = orjson.loads(json.render(case.edition))
        assert len(found["events"]) == case.events, case
        if case.field == "text":
            assert found["events"][1]["text"] == case.words, case


def test_a_pdf_reads_nothing_as_markup_and_leads_nowhere() -> None:
    """Rendering takes 0.1 s, so that each text stands in all fields of one conversation."""
    for words in EVIL:
        page = pdf.render(edition(hostile(FIELDS, words), internal=True))
        assert b"/JavaScript" not in page, words
        # No link is made of a text, because a reader of the file could not tell who wrote it.
        assert b"/URI" not in page, words
        document = pypdfium2.PdfDocument(io.BytesIO(page))
        found = "".join(each.get_textpage().get_text_bounded() for each in document)
        assert "the end" in found, words
