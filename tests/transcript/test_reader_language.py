"""Transcripts speak the language of their reader, in every format."""

import io
import re
import zlib
from zoneinfo import ZoneInfo

import orjson
import pypdfium2
import pytest

from chatserver.core.conversation import events as e
from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.commands import Accept, AddNote, Close, Send
from chatserver.core.conversation.mail_origin import Way
from chatserver.core.conversation.promise import EscalationLevel
from chatserver.core.customer_archive import ConversationLabel
from chatserver.core.people import DESK, Person
from chatserver.i18n.languages import languages
from chatserver.transcript import html, json, markdown, pdf, text, zip_index
from chatserver.transcript.entries import entries
from chatserver.transcript.reader_locale import UTC_ENGLISH, ReaderLocale
from tests.playbook import ANN, BOB, NOON, OPENING, Play
from tests.transcript.strategies import edition, happens

GERMAN = ReaderLocale(ZoneInfo("Europe/Berlin"), "de")
CAT = Person("cat", "Cat")
EVERYTHING: tuple[e.Fact, ...] = (
    *(e.Closed("technician", reason) for reason in e.CloseReason),
    *(e.Requeued(reason) for reason in e.RequeueReason),
    *(e.Declined(CAT, reason) for reason in e.DeclineReason),
    e.Promised(NOON),
    e.Kept(NOON),
    e.Reopened(),
    e.Assigned(CAT),
    e.Offered(CAT, NOON),
    e.Transferred(topic="fibre"),
    e.Reminded(),
    e.Reminded(NOON),
    e.Rated(5),
    e.Message("Red", way=Way.MAIL, quoted="> Which colour?"),
    e.Mailed("<1@example.org>", "ann@example.net", first=2, through=3),
    e.Bounced("<1@example.org>", "5.1.1", through=3, diagnostic="no such user"),
    *(e.Automatic(what, "Away") for what in e.AutomaticLetter),
    *(e.Doubted("eve@example.com", why, "Hello") for why in e.Doubt),
    *(e.Escalated(level, NOON) for level in EscalationLevel),
    e.Admitted(2),
    e.Discarded(2),
    e.Discarded(2, "K7F3-9QMX"),
    e.Split(2, 3, "K7F3-9QMX"),
    e.Redacted(2),
    e.Redacted(2, 4),
    e.Message(file="F1", attachment=Attachment("a.txt", "text/plain", 1_234)),
)


def whole_play() -> Play:
    """A conversation in which each kind of event happens."""
    play = Play().given((ANN, OPENING), (BOB, Accept()), (BOB, AddNote(text="Rude?")))
    for fact in EVERYTHING:
        happens(play, DESK, fact)
    return play


def test_german_readers_get_german_text() -> None:
    play = Play().given((ANN, OPENING), (BOB, Accept()))
    play.given((BOB, Send(text="Which colour?")), (ANN, Close()))
    assert text.render(edition(play, internal=False), GERMAN).decode() == (
        "Chat K7F3-9QMX\n"
        "Kunde:   Ann\n"
        "Support: Bob\n"
        "Beginn:  24.11.2026 13:00:00 MEZ\n"
        "Ende:    24.11.2026 13:00:00 MEZ\n"
        "\n"
        "24.11.2026 13:00:00 MEZ  Ann (Kunde): hat den Chat gestartet\n"
        "\n"
        "24.11.2026 13:00:00 MEZ  Ann (Kunde):\n"
        "    It blinks\n"
        "\n"
        "24.11.2026 13:00:00 MEZ  Bob (Support): Bob übernimmt den Chat\n"
        "\n"
        "24.11.2026 13:00:00 MEZ  Bob (Support):\n"
        "    Which colour?\n"
        "\n"
        "24.11.2026 13:00:00 MEZ  Ann (Kunde): der Chat wurde vom Kunden beendet\n"
    )


@pytest.mark.parametrize("language", languages())
def test_every_kind_of_event_has_a_sentence_in_every_language(language: str) -> None:
    play = whole_play()
    assert {event.kind for event in play.events} == set(e.KINDS)
    for entry in entries(edition(play, internal=True), ReaderLocale(language=language)):
        sentence = entry.happened or entry.words
        assert sentence
        assert not re.search(r"[{}]", sentence)


def test_only_what_people_wrote_is_the_same_in_two_languages() -> None:
    transcript = edition(whole_play(), internal=True)
    for english, german in zip(entries(transcript), entries(transcript, GERMAN), strict=True):
        assert english.words == german.words
        assert english.happened is None or english.happened != german.happened


def test_a_markdown_transcript_is_in_the_language_of_its_reader() -> None:
    page = markdown.render(edition(whole_play(), internal=True), GERMAN).decode()
    assert page.startswith("# Chat K7F3-9QMX\n\n- **Kunde:** Ann\n")
    assert "*Interne Fassung: enthält Notizen, die Kunden nicht sehen.*" in page
    assert "**Bob (Support)** notiert · 24.11.2026 13:00:00 MEZ" in page


def test_a_page_names_its_language_and_direction() -> None:
    page = html.render(edition(whole_play(), internal=True), GERMAN).decode()
    assert '<html lang="de" dir="ltr">' in page
    assert "<dt>Support</dt>" in page
    assert "hat den Chat gestartet" in page


def test_json_is_the_same_for_every_reader() -> None:
    transcript = edition(whole_play(), internal=True)
    assert json.render(transcript, GERMAN) == json.render(transcript, UTC_ENGLISH)


def test_a_pdf_is_german_and_says_so_to_screen_readers() -> None:
    page = pdf.render(edition(whole_play(), internal=True), GERMAN)
    document = pypdfium2.PdfDocument(io.BytesIO(page))
    found = "".join(each.get_textpage().get_text_bounded() for each in document)
    assert document.get_metadata_dict()["Title"] == "Chat K7F3-9QMX"
    assert "der Chat wird fortgesetzt" in found
    assert "1.234 Bytes" in found
    assert b"/Lang(de)" in unpacked(page)


def unpacked(page: bytes) -> bytes:
    """A PDF and what its compressed streams contain."""
    parts = [page]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", page, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_the_index_of_a_zip_is_german() -> None:
    frame = zip_index.page_frame(GERMAN)
    words = re.search(rb'id="words">(.*?)</script>', frame.before)
    assert words is not None
    assert orjson.loads(words[1])["title"] == "Ihre Chats"
    assert b'<html lang="de" dir="ltr">' in frame.before
    line = zip_index.index_entry(
        edition(whole_play(), internal=False), ConversationLabel(), "K", GERMAN
    )
    assert orjson.loads(line)["said"] == ["Ann (Kunde): It blinks", "Support: Red"]
