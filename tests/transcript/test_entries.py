"""The entries of a transcript name topics as people know them, and tell each rating once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pypdfium2
import pytest
from PIL import Image

from chatserver.core.conversation import events as e
from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.commands import Accept, Close, Open, Rate, Send, Transfer
from chatserver.core.customer_archive import ConversationLabel
from chatserver.core.people import DESK
from chatserver.i18n.languages import languages
from chatserver.transcript import html, json, markdown, pdf, text, zip_index
from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import entries
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale
from tests.playbook import ANN, BOB, OPENING, Play
from tests.transcript.strategies import edition, happens

TOPICS = {"fibre": "Fibre to the home"}
IMAGE = 3
"""`FPDF_PAGEOBJ_IMAGE` of PDFium."""

FORMATS = [text.render, markdown.render, html.render, pdf.render]
Render = Callable[[Transcript], bytes]


def read(page: bytes) -> str:
    if not page.startswith(b"%PDF"):
        return page.decode()
    return "\n".join(each.get_textpage().get_text_bounded() for each in pypdfium2.PdfDocument(page))


def handed_over() -> Play:
    """A conversation about one topic that is handed over to another."""
    opening = Open("c1", "K7F3-9QMX", topic="dsl", text="It blinks")
    return Play().given((ANN, opening), (BOB, Accept()), (BOB, Transfer(topic="fibre")))


@pytest.mark.parametrize("render", FORMATS)
def test_a_transcript_says_the_names_of_topics(render: Render) -> None:
    found = read(render(replace(edition(handed_over(), internal=False), topics=TOPICS)))
    assert found.count("Fibre to the home") == 2
    assert "transferred to Fibre to the home" in found
    assert "fibre" not in found


@pytest.mark.parametrize("render", FORMATS)
def test_a_removed_topic_is_told_by_its_id(render: Render) -> None:
    found = read(render(edition(handed_over(), internal=False)))
    assert found.count("fibre") == 2
    assert "transferred to fibre" in found


def test_the_index_of_a_zip_names_topics() -> None:
    transcript = replace(edition(handed_over(), internal=False), topics=TOPICS)
    line = zip_index.index_entry(transcript, ConversationLabel(), "K", UTC_ENGLISH)
    assert orjson.loads(line)["topic"] == "Fibre to the home"


def test_json_keeps_the_ids_that_were_signed() -> None:
    transcript = edition(handed_over(), internal=False)
    assert json.render(replace(transcript, topics=TOPICS)) == json.render(transcript)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("reason", [*e.RequeueReason, *e.CloseReason])
def test_reasons_are_told_in_sentences(
    reason: e.RequeueReason | e.CloseReason, language: str
) -> None:
    play = Play().given((ANN, OPENING), (BOB, Accept()))
    fact = e.Requeued(reason) if isinstance(reason, e.RequeueReason) else e.Closed("x", reason)
    happens(play, DESK, fact)
    happened = list(entries(edition(play, internal=False), ReaderLocale(language=language)))[-1]
    assert happened.happened is not None
    assert len(happened.happened.split()) > 4
    assert "_" not in happened.happened


def rated(*ratings: Rate) -> list[tuple[str | None, str | None]]:
    """Return how the ratings of a conversation are told: each as what happened, and its comment."""
    play = Play().given((ANN, OPENING), (BOB, Accept()), (BOB, Send(text="Hi")), (ANN, Close()))
    play.given(*((ANN, rating) for rating in ratings))
    told = entries(edition(play, internal=False))
    return [(each.happened, each.words) for each in told if "rates" in (each.happened or "")]


def test_a_score_that_is_sent_again_with_a_comment_is_told_once() -> None:
    assert rated(Rate(5), Rate(5, "Fast")) == [("rates 5 of 5", "Fast")]


def test_a_rating_that_was_changed_is_told_as_it_was_and_as_it_is() -> None:
    assert rated(Rate(2), Rate(5), Rate(5, "Fast")) == [
        ("rates 2 of 5", None),
        ("rates 5 of 5", "Fast"),
    ]


def test_each_changed_rating_keeps_its_comment() -> None:
    assert rated(Rate(5, "Fast"), Rate(5)) == [("rates 5 of 5", "Fast"), ("rates 5 of 5", None)]


def pictured(preview: Path) -> Transcript:
    play = Play().given((ANN, OPENING), (BOB, Accept()))
    attachment = Attachment("router.png", "image/png", 1_234, 1_600, 800)
    happens(play, ANN.author, e.Message(file="F1", attachment=attachment))
    return replace(edition(play, internal=False), previews={"F1": preview})


@pytest.fixture
def preview(tmp_path: Path) -> Path:
    Image.new("RGB", (640, 320), "tomato").save(tmp_path / "F1.webp")
    return tmp_path / "F1.webp"


def test_a_pdf_shows_pictures_that_fit_the_page(preview: Path) -> None:
    document = pypdfium2.PdfDocument(pdf.render(pictured(preview)))
    shown = [each for page in document for each in page.get_objects() if each.type == IMAGE]
    left, bottom, right, top = shown[0].get_bounds()
    assert len(shown) == 1
    assert 0 < left < right < document[0].get_width()
    assert (right - left) / (top - bottom) == pytest.approx(2, rel=0.01)


def test_a_page_shows_pictures(preview: Path) -> None:
    assert b'<img src="data:image/webp;base64,' in html.render(pictured(preview))


@pytest.mark.parametrize("render", [html.render, pdf.render])
def test_an_erased_picture_is_left_out(render: Render, tmp_path: Path) -> None:
    assert "router.png" in read(render(pictured(tmp_path / "gone.webp")))
