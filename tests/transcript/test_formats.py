"""Every format contains what the log contains, according to independent parsers."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import html5lib
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from chatserver.core.conversation.commands import Accept, AddNote, Open, Send
from chatserver.i18n.languages import languages, texts_in
from chatserver.transcript import html, markdown, pdf
from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import TranscriptEntry, entries
from chatserver.transcript.reader_locale import ReaderLocale
from tests.playbook import ANN, BOB, Play
from tests.transcript.strategies import edition, plays

BERLIN = ReaderLocale(ZoneInfo("Europe/Berlin"))
Said = tuple[str, str, str | None, str | None]


def said(entry: TranscriptEntry) -> Said:
    """Return what must be found again: author, time, description and text."""
    return (entry.by, entry.time, entry.happened, entry.words)


def expected(transcript: Transcript, reader: ReaderLocale) -> list[Said]:
    return [said(entry) for entry in entries(transcript, reader)]


def readers() -> st.SearchStrategy[ReaderLocale]:
    return st.builds(ReaderLocale, st.just(BERLIN.zone), st.sampled_from(languages()))


def whole(element: Element | None) -> str | None:
    """Return the text of an element, with the characters that it only names."""
    if element is None:
        return None
    for named in element.iter("span"):
        named.text = chr(int((named.text or "").removeprefix("U+"), 16))
    return "".join(element.itertext())


def read_html(page: bytes) -> list[Said]:
    """Parse with html5lib, as browsers do; markup errors fail the test."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    tree = parser.parse(page.decode())
    assert not list(tree.iter("script"))
    found: list[Said] = []
    for article in tree.iter("article"):
        parts = {each.get("class"): each for each in article if each.get("class")}
        who, time = article.find("header/b"), article.find("header/time")
        happened, text = parts.get("happened"), parts.get("words")
        found.append((whole(who) or "", whole(time) or "", whole(happened), whole(text)))
    return found


def plain(token: Token) -> str:
    """Return the text of an inline token; a hard break is a line end."""
    made = {"hardbreak": "\n", "softbreak": "⏎"}
    return "".join(made.get(each.type, each.content) for each in token.children or [])


def read_markdown(page: bytes) -> list[Said]:
    """Parse with markdown-it, as CommonMark specifies."""
    tokens = MarkdownIt("commonmark").parse(page.decode())
    allowed = {"heading", "bullet_list", "list_item", "paragraph", "blockquote", "inline"}
    assert all(token.type.rsplit("_", 1)[0] in allowed for token in tokens)
    found: list[Said] = []
    quoted = False
    for token in after_heading(tokens):
        if token.type.startswith("blockquote"):
            quoted = token.type == "blockquote_open"
        elif token.type == "inline" and quoted:
            who, time, happened, _ = found[-1]
            found[-1] = (who, time, happened, plain(token))
        elif token.type == "inline":
            top, _, happened = plain(token).partition("\n")
            who, _, time = top.rpartition(" · ")
            found.append((who, time, happened or None, None))
    return found


def after_heading(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens after the facts and the note about the internal edition."""
    end = max(i for i, token in enumerate(tokens) if token.type == "bullet_list_close")
    warnings = {texts_in(each).say("transcript.internal") for each in languages()}
    for token in tokens[end:]:
        if token.type != "inline" or plain(token) not in warnings:
            yield token


def read_pdf(page: bytes) -> str:
    document = pypdfium2.PdfDocument(page)
    return "".join(each.get_textpage().get_text_bounded() for each in document)


def squeezed(text: str) -> str:
    """Remove blanks, which layout adds at line ends, and directional marks."""
    return re.sub(r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


@given(play=plays(), internal=st.booleans(), reader=readers())
def test_html_gives_back_authors_times_and_words(
    play: Play, internal: bool, reader: ReaderLocale
) -> None:
    transcript = edition(play, internal=internal)
    assert read_html(html.render(transcript, reader)) == expected(transcript, reader)


@given(play=plays(), internal=st.booleans(), reader=readers())
def test_markdown_gives_back_authors_times_and_words(
    play: Play, internal: bool, reader: ReaderLocale
) -> None:
    transcript = edition(play, internal=internal)
    assert read_markdown(markdown.render(transcript, reader)) == expected(transcript, reader)


@settings(max_examples=25)
@given(play=plays(), reader=readers())
def test_any_conversation_becomes_a_pdf(play: Play, reader: ReaderLocale) -> None:
    assert len(pypdfium2.PdfDocument(pdf.render(edition(play, internal=True), reader))) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "Grüße aus Köln: Straße & Äpfel, naïve – “quoted” … €",
        "مرحبا، جهاز المودم لا يعمل",
        "你好，我的调制解调器坏了。日本語もテスト、한국어",
        "Emoji 🙂 👍 ✅",
        "שלום עולם",
        "<script>#emph[x] *b* _i_ $y$ @z</script>",
        "x" * 8_000,
    ],
)
def test_pdf_words_can_be_selected_and_copied(text: str) -> None:
    play = Play().given((ANN, Open("c1", "K7F3-9QMX", text=text)))
    found = read_pdf(pdf.render(edition(play, internal=False), BERLIN))
    assert "Ann (customer)" in found
    assert "2026-11-24 13:00:00 CET" in found
    footer = r"ConversationK7F3-9QMX·\d+/\d+"
    assert squeezed(text) in re.sub(footer, "", squeezed(found))


def test_a_pdf_names_a_control_of_direction_and_turns_nothing_around() -> None:
    play = Play().given((ANN, Open("c1", "K7F3-9QMX", text="invoice \u202egnp.exe")))
    found = read_pdf(pdf.render(edition(play, internal=False), BERLIN))
    assert "invoice U+202Egnp.exe" in found


@settings(max_examples=25)
@given(
    texts=st.lists(
        st.text(
            st.characters(codec="utf-8", categories=["Lu", "Ll", "Nd"], max_codepoint=0x24F)
            | st.sampled_from(" \n,.;!?äöüßéèñçøåæ中文日本語汉字\u0416\u0434\u03b1\u03c9"),
            min_size=1,
            max_size=300,
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_pdf_gives_back_what_was_said_in_order(texts: list[str]) -> None:
    play = Play().given((ANN, Open("c1", "K7F3-9QMX", text="first")), (BOB, Accept()))
    play.given(*((BOB, Send(text=each)) for each in texts))
    footer = r"ConversationK7F3-9QMX·\d+/\d+"
    found = re.sub(
        footer, "", squeezed(read_pdf(pdf.render(edition(play, internal=False), BERLIN)))
    )
    at = 0
    for each in texts:
        at = found.index(unicodedata.normalize("NFC", squeezed(each)), at) + len(squeezed(each))


def test_a_pdf_is_tagged_and_numbers_its_pages() -> None:
    play = Play().given((ANN, Open("c1", "K7F3-9QMX", text="a\n" * 200)))
    page = pdf.render(edition(play, internal=False))
    document = pypdfium2.PdfDocument(page)
    assert document.is_tagged()
    assert document.get_metadata_dict()["Title"] == "Conversation K7F3-9QMX"
    last = document[len(document) - 1].get_textpage().get_text_bounded()
    assert f"{len(document)} / {len(document)}" in last


def test_ten_thousand_messages_are_all_there() -> None:
    play = Play().given((ANN, Open("c1", "K7F3-9QMX", text="first")), (BOB, Accept()))
    state = play.state
    assert state is not None
    said_by_bob = play.when(BOB, Send(text="again")).events[0]
    play.events += [said_by_bob] * 10_000
    transcript = Transcript.edition(state, play.events, "epoch", internal=False)
    assert len(read_markdown(markdown.render(transcript))) == len(play.events)
    assert html.render(transcript).count(b"<article ") == len(play.events)
    assert read_pdf(pdf.render(transcript)).count("again") == 10_000


@pytest.mark.parametrize("render", [html.render, markdown.render, pdf.render])
def test_notes_are_in_the_internal_edition_only(render: Callable[[Transcript], bytes]) -> None:
    play = Play().given((ANN, Open("c1", "K7F3-9QMX", text="hello")), (BOB, Accept()))
    play.given((BOB, AddNote(text="rude but right")))
    for internal in (True, False):
        page = render(edition(play, internal=internal))
        text = read_pdf(page) if page.startswith(b"%PDF") else page.decode()
        assert ("rude but right" in text) is internal
