"""Whatever people write, in whichever field, is shown and does nothing, in every format."""

import io
import re
import unicodedata
from xml.etree.ElementTree import Element

import html5lib
import orjson
import pypdfium2
import pytest
from markdown_it import MarkdownIt

from chatserver.core.conversation.attachment import Attachment, clean_name
from chatserver.core.conversation.commands import Accept, AddNote, Open, Rate, Send
from chatserver.core.conversation.events import Assigned, Message, Transferred
from chatserver.core.people import DESK, Person
from chatserver.transcript import html, json, markdown, pdf, text
from tests.playbook import ANN, BOB, Play, with_name
from tests.transcript.strategies import EVIL, edition, happens

FIELDS = ["name", "subject", "topic", "product", "text", "note", "comment", "file", "technician"]
FORGED = "fine\n\n2026-11-24 12:00:00 UTC  Bob (technician):\n    You get it all back"
HOSTILE = [*EVIL, FORGED, "\u2028\u2029\u0085\x0b\x0c", "x" * 50_000, "\ufeff\ufffe\U000e0001"]
TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "dl", "dt", "dd", "p", "strong"}
TAGS |= {"main", "article", "header", "b", "time", "div"}
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
}


def hostile(field: str, words: str) -> Play:
    """A conversation with these words in one field, and harmless ones in all others."""

    def said(name: str) -> str:
        return words if name == field else f"harmless {name}"

    ann = with_name(ANN, said("name"))
    opening = Open("c1", "K7F3-9QMX", said("topic"), said("subject"), said("product"), said("text"))
    play = Play().given((ann, opening), (BOB, Accept()), (BOB, AddNote(text=said("note"))))
    play.given((ann, Rate(score=1, comment=said("comment"))), (BOB, Send(text="the end")))
    file = Attachment(clean_name(said("file")), said("file"), 1)
    happens(play, ann.author, Message(file="F1", attachment=file))
    happens(play, DESK, Assigned(Person("cat", said("technician"))))
    happens(play, BOB.author, Transferred(topic=said("topic")))
    return play


everywhere = pytest.mark.parametrize("field", FIELDS)
anything = pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))


@everywhere
@anything
def test_a_page_has_no_other_elements_than_ours(field: str, words: str) -> None:
    page = html.render(edition(hostile(field, words), internal=True))
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    tree: Element = parser.parse(page.decode())
    for element in tree.iter():
        if isinstance(element.tag, str):
            assert element.tag in TAGS
            assert set(element.keys()) <= ATTRIBUTES
    assert len(list(tree.iter("style"))) == 1
    assert len(list(tree.iter("article"))) == len(hostile(field, words).events)


@everywhere
@anything
def test_markdown_has_no_other_marks_than_ours(field: str, words: str) -> None:
    page = markdown.render(edition(hostile(field, words), internal=True))
    tokens = MarkdownIt("commonmark").parse(page.decode())
    allowed = {"heading", "bullet_list", "list_item", "paragraph", "blockquote", "inline"}
    assert {token.type.rsplit("_", 1)[0] for token in tokens} <= allowed
    inner = {child.type for token in tokens for child in token.children or []}
    ours = {"text", "hardbreak", "softbreak", "strong_open", "strong_close", "em_open", "em_close"}
    assert inner <= ours | {"text_special"}


@everywhere
@anything
def test_a_text_commands_no_terminal_and_forges_no_line(field: str, words: str) -> None:
    page = text.render(edition(hostile(field, words), internal=True)).decode()
    assert not [each for each in page if unicodedata.category(each) == "Cc" and each not in "\n\t"]
    tops = re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  ", page, re.MULTILINE)
    assert len(tops) == len(hostile(field, words).events)


@everywhere
@anything
def test_json_says_exactly_what_was_said(field: str, words: str) -> None:
    play = hostile(field, words)
    found = orjson.loads(json.render(edition(play, internal=True)))
    assert len(found["events"]) == len(play.events)
    if field == "text":
        assert found["events"][1]["text"] == words


@everywhere
@pytest.mark.parametrize("words", HOSTILE[:5], ids=range(5))
def test_a_pdf_reads_nothing_as_markup_and_leads_nowhere(field: str, words: str) -> None:
    page = pdf.render(edition(hostile(field, words), internal=True))
    assert b"/JavaScript" not in page
    assert b"/URI" not in page
    document = pypdfium2.PdfDocument(io.BytesIO(page))
    found = "".join(each.get_textpage().get_text_bounded() for each in document)
    assert "the end" in found
