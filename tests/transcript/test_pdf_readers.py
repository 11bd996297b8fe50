"""PDF transcripts give what was written back to every reader: PDFium, pypdf and poppler."""

import io
import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable
from typing import Literal

import pypdf
import pypdfium2
import pytest

from chatserver.core.conversation.commands import Open
from chatserver.transcript import pdf, text
from chatserver.transcript.document import Transcript
from tests.playbook import ANN, Play
from tests.transcript.strategies import edition

SENTENCES = {
    "Arabic": "مرحبا، جهاز المودم لا يعمل",
    "Bengali": "আমার মডেম কাজ করছে না",
    "Burmese": "ကျွန်ုပ်၏ မိုဒမ် အလုပ်မလုပ်ပါ",
    "Gujarati": "મારું મોડેમ કામ કરતું નથી",
    "Hebrew": "שלום, המודם שלי לא עובד",
    "Hindi": "नमस्ते, मेरा मॉडेम काम नहीं कर रहा है।",
    "Kannada": "ನನ್ನ ಮೋಡೆಮ್ ಕೆಲಸ ಮಾಡುತ್ತಿಲ್ಲ",
    "Khmer": "ម៉ូដឹមរបស់ខ្ញុំមិនដំណើរការទេ",
    "Lao": "ໂມເດັມຂອງຂ້ອຍບໍ່ເຮັດວຽກ",
    "Malayalam": "എന്റെ മോഡം പ്രവർത്തിക്കുന്നില്ല",
    "Odia": "ମୋର ମୋଡେମ କାମ କରୁନାହିଁ",
    "Punjabi": "ਮੇਰਾ ਮਾਡਮ ਕੰਮ ਨਹੀਂ ਕਰ ਰਿਹਾ",
    "Sinhala": "මගේ මොඩමය ක්‍රියා කරන්නේ නැත",
    "Tamil": "என் மோடம் வேலை செய்யவில்லை",
    "Telugu": "నా మోడెమ్ పనిచేయడం లేదు",
    "Thai": "โมเด็มของฉันไม่ทำงาน ขอน้ำ",
    "Vietnamese": "Hẹn gặp lại, bộ thu phát của tôi bị hỏng. Một được",
    "symbols without a glyph": "✘ ☐ ⌥ ༄",
    "soft hyphen": "Donau\u00addampf\u200bschiff",
}

NOT_COPIED = {"soft hyphen", "Arabic", "Hebrew", "Khmer"}
"""Poppler turns lines from right to left around; Typst 0.15.2 stores some Khmer syllables twice."""


def written(words: str) -> Transcript:
    """A conversation in which a customer writes this."""
    return edition(Play().given((ANN, Open("c1", "K7F3-9QMX", text=words))), internal=False)


def pdfium_attachment(page: bytes) -> bytes:
    document = pypdfium2.PdfDocument(page)
    assert document.count_attachments() == 1
    return bytes(document.get_attachment(0).get_data())


def pypdf_attachment(page: bytes) -> bytes:
    (attachment,) = pypdf.PdfReader(io.BytesIO(page)).attachment_list
    assert attachment.name == "K7F3-9QMX.txt"
    return attachment.content


def poppler_attachment(page: bytes) -> bytes:
    with tempfile.NamedTemporaryFile() as file, tempfile.NamedTemporaryFile() as saved:
        file.write(page)
        file.flush()
        subprocess.run(["pdfdetach", "-save", "1", "-o", saved.name, file.name], check=True)
        return saved.read()


def pdfium_text(page: bytes) -> str:
    document = pypdfium2.PdfDocument(page)
    return "\n".join(each.get_textpage().get_text_bounded() for each in document)


def pypdf_text(page: bytes) -> str:
    return "\n".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(page)).pages)


def poppler_text(page: bytes) -> str:
    command = ["pdftotext", "-", "-"]
    return subprocess.run(command, input=page, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("words", SENTENCES.values(), ids=SENTENCES)
def test_every_reader_gives_back_the_text_that_is_attached(words: str) -> None:
    transcript = written(words)
    page = pdf.render(transcript)
    for attachment in (pdfium_attachment, pypdf_attachment, poppler_attachment):
        assert attachment(page) == text.render(transcript)
    assert f"\n    {words}\n" in text.render(transcript).decode()


@pytest.mark.parametrize("read", [pdfium_text, pypdf_text, poppler_text])
def test_copied_words_have_no_soft_hyphens(read: Callable[[bytes], str]) -> None:
    assert "Donaudampfschiff" in read(pdf.render(written(SENTENCES["soft hyphen"])))


@pytest.mark.parametrize("read", [pdfium_text, pypdf_text, poppler_text])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_vietnamese_words_do_not_change_others(
    form: Literal["NFC", "NFD"], read: Callable[[bytes], str]
) -> None:
    words = SENTENCES["Vietnamese"] + " he bo mot"
    page = pdf.render(written(unicodedata.normalize(form, words)))
    assert words in " ".join(unicodedata.normalize("NFC", read(page)).split())


@pytest.mark.parametrize("language", [each for each in SENTENCES if each not in NOT_COPIED])
def test_copied_words_are_those_that_were_written(language: str) -> None:
    """PDFium and poppler read the text that is stored beside the glyphs (`ActualText`)."""
    words = SENTENCES[language]
    shown = "".join(each if each not in "✘☐⌥༄" else pdf.NO_GLYPH for each in words)
    page = pdf.render(written(words))
    for read in (pdfium_text, poppler_text):
        found = "".join(unicodedata.normalize("NFC", read(page)).split())
        assert "".join(unicodedata.normalize("NFC", shown).split()) in found


def standards(page: bytes) -> set[tuple[str, str]]:
    """Return the parts of the standards that a PDF's metadata (XMP) claims."""
    metadata = pypdf.PdfReader(io.BytesIO(page)).xmp_metadata
    assert metadata is not None
    xml = metadata.stream.get_data().decode()
    return set(re.findall(r"<(pdfaid:part|pdfaid:conformance|pdfuaid:part)>(\w+)<", xml))


@pytest.mark.parametrize(
    "words",
    [*SENTENCES.values(), "\ue000 \ufeff \u2066x\u2069 \x07\ufff9", "👩‍👩‍👧 👍🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
)
def test_every_text_becomes_a_tagged_archival_pdf(words: str) -> None:
    page = pdf.render(written(words))
    assert pypdfium2.PdfDocument(page).is_tagged()
    assert standards(page) == {
        ("pdfaid:part", "3"),
        ("pdfaid:conformance", "A"),
        ("pdfuaid:part", "1"),
    }


def test_a_pdf_says_which_characters_no_font_can_draw() -> None:
    found = " ".join(pdfium_text(pdf.render(written("✘ ☐ or ⌥"))).split())
    assert "appear as □: U+2325 U+2610 U+2718. The attached text file has them all." in found
    assert "□ □ or □" in found


def test_a_pdf_that_draws_everything_says_nothing_about_it() -> None:
    assert "attached" not in pdfium_text(pdf.render(written("All of it ✓")))


@pytest.mark.parametrize("language", [name for name in SENTENCES if name[0].isupper()])
def test_every_script_has_glyphs(language: str) -> None:
    assert pdf.NO_GLYPH not in pdfium_text(pdf.render(written(SENTENCES[language])))
